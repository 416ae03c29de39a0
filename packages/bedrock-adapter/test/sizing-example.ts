import type { BedrockRate, LimiterLayer, ModelInput } from '@holdfast/bedrock-adapter'

/** What the quota page and your own answers say. */
export interface Facts {
  readonly tokensPerMinute: number
  /** How many processes share the quota. */
  readonly processes: number
  /** How much of the quota a token of output takes. */
  readonly burndown: number
  /** Of a usual call. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly answerMs: number
  /** What the largest call that is to be made costs, by `cost` below. */
  readonly largestTokens: number
  /** How long a caller is willing to wait before anything happens. */
  readonly patienceMs: number
}

export function limiterFor(facts: Facts): LimiterLayer {
  const { burndown, inputTokens, outputTokens, answerMs, largestTokens, patienceMs } = facts
  const share = facts.tokensPerMinute / facts.processes
  const callsPerMs = share / (inputTokens + outputTokens * burndown) / 60_000
  const tokens: BedrockRate = {
    name: 'tokens',
    // In no minute does more start than these two together.
    perMinute: share - largestTokens,
    burst: largestTokens,
    cost: ({ input }) =>
      estimateInput(input) + Math.max(maxTokensOf(input), outputTokens * burndown),
    actual: ({ inputTokens = 0, outputTokens = 0, cacheWriteInputTokens = 0 }) =>
      inputTokens + cacheWriteInputTokens + outputTokens * burndown,
  }
  return {
    maxConcurrent: Math.ceil(callsPerMs * answerMs * 1.5), // Little's law, and half as much again
    maxQueue: Math.ceil(callsPerMs * patienceMs), // those behind would wait in vain
    queueTimeoutMs: patienceMs,
    rates: [tokens],
  }
}

/** A token for four characters; answers correct it. */
const estimateInput = (input: ModelInput): number =>
  'messages' in input ? JSON.stringify([input.system, input.messages]).length / 4 : 0

const maxTokensOf = (input: ModelInput): number =>
  ('inferenceConfig' in input ? input.inferenceConfig?.maxTokens : undefined) ?? 4_096
