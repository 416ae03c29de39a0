import type { CircuitBreakerEvent } from '@holdfast/circuit-breaker'
import type { LimiterEvent } from '@holdfast/limiter'
import type { FallbackEvent } from '@holdfast/pipeline'
import type { RetryEvent } from '@holdfast/retry'
import type { InterruptionReason } from './errors.ts'

/** A stream broke off after its first content had been handed out. */
export interface StreamInterruptedEvent {
  readonly type: 'bedrock.stream-interrupted'
  /** The model that was answering. */
  readonly name: string
  readonly reason: InterruptionReason
}

/** An answer told how many tokens it took. */
export interface TokensUsedEvent {
  readonly type: 'bedrock.tokens-used'
  /** The model that answered. */
  readonly name: string
  /** What went in, without what the prompt cache took in or gave. */
  readonly inputTokens: number
  readonly outputTokens: number
  /** What the prompt cache gave. Only where the model tells. */
  readonly cacheReadInputTokens?: number | undefined
  /** What the prompt cache took in. Only where the model tells. */
  readonly cacheWriteInputTokens?: number | undefined
}

/** What the layers tell: `name` is the model for retry and circuit breaker. */
export type ResilienceEvent =
  | LimiterEvent
  | FallbackEvent
  | CircuitBreakerEvent
  | RetryEvent
  | StreamInterruptedEvent
  | TokensUsedEvent
