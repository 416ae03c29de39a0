import type { TokenUsage } from '@aws-sdk/client-bedrock-runtime'
import { checkFunctions } from '@holdfast/internal'
import type { LimiterContext, LimiterPermit, Rate } from '@holdfast/limiter'
import type { ModelInput } from './models.ts'

/** What the limiter in front of the models reads of a call. */
export interface BedrockLimiterContext extends LimiterContext {
  /** The input of the command, as the caller gave it. */
  readonly input: ModelInput
}

/** So much a minute, of all calls whichever model answers them. */
export interface BedrockRate extends Omit<Rate, 'cost'> {
  /** What a call reserves when it starts. Default 1. */
  readonly cost?: ((context: BedrockLimiterContext) => number) | undefined
  /**
   * What it really took, by the usage that an answer of Converse or the end of a ConverseStream tells, and the model
   * that gave it. Default: what was reserved, as for all other calls. One that throws, or gives no number of 0 or more,
   * corrects nothing.
   */
  readonly actual?: ((usage: TokenUsage, modelId: string) => number) | undefined
}

/** Corrects what a call has reserved, by what its answer tells of its usage. */
export type UsageSettler = (slot: LimiterPermit, usage: TokenUsage, modelId: string) => void

/**
 * @returns `undefined` when no rate wants to know.
 * @throws TypeError naming the option that is wrong.
 */
export function createUsageSettler(rates: readonly BedrockRate[] = []): UsageSettler | undefined {
  for (const rate of rates) checkFunctions(rate, 'actual')
  const curious = rates.filter(({ actual }) => actual !== undefined)
  if (curious.length === 0) return undefined
  return (slot, usage, modelId) => {
    try {
      const took = curious.map(({ name, actual }) => [name, actual?.(usage, modelId)])
      slot.settle(Object.fromEntries(took))
    } catch {
      // The answer is there, whatever is wrong with the books.
    }
  }
}
