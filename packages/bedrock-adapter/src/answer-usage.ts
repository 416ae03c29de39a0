import type { TokenUsage } from '@aws-sdk/client-bedrock-runtime'
import { emit, readProperty } from '@holdfast/internal'
import type { LimiterPermit } from '@holdfast/limiter'
import type { UsageSettler } from './bedrock-rates.ts'
import type { ResilienceEvent, TokensUsedEvent } from './events.ts'

/** Follows what one answer tells of its usage. */
export interface AnswerUsage {
  /** Reads an answer of Converse, or the event `metadata` of a ConverseStream. What is told first counts. */
  read(told: unknown): void
  /** To be called when all else is settled: tells the observer, once, if there is something to tell. */
  tell(): void
}

export function createAnswerUsage(
  modelId: string,
  slot: LimiterPermit,
  settleUsage: UsageSettler | undefined,
  onEvent: ((event: ResilienceEvent) => void) | undefined,
): AnswerUsage {
  let usage: TokenUsage | undefined
  let isTold = false
  return {
    read(told) {
      const found = readProperty(told, 'usage')
      if (usage !== undefined || Object(found) !== found) return
      usage = found as TokenUsage
      settleUsage?.(slot, usage, modelId)
    },
    tell() {
      if (usage === undefined || isTold) return
      isTold = true
      emit(onEvent, tokensUsed(usage, modelId))
    },
  }
}

function tokensUsed(usage: TokenUsage, name: string): TokensUsedEvent {
  const { inputTokens = 0, outputTokens = 0, cacheReadInputTokens, cacheWriteInputTokens } = usage
  return {
    type: 'bedrock.tokens-used',
    name,
    inputTokens,
    outputTokens,
    ...(cacheReadInputTokens !== undefined && { cacheReadInputTokens }),
    ...(cacheWriteInputTokens !== undefined && { cacheWriteInputTokens }),
  }
}
