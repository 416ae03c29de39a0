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

/** What the layers tell: `name` is the model for retry and circuit breaker. */
export type ResilienceEvent =
  | LimiterEvent
  | FallbackEvent
  | CircuitBreakerEvent
  | RetryEvent
  | StreamInterruptedEvent
