import type { CallbackFailedEvent, Outcome } from '@holdfast/internal'

/** Why a call was rejected. `deadline`: its context's `deadlineAt` has passed, or would have before its turn. */
export type RejectionReason = 'full' | 'timeout' | 'deadline' | 'closed' | 'aborted'

/** What a limiter reports to `onEvent`. */
export type LimiterEvent =
  | (LimiterEventFacts & {
      readonly name: string
      /** A number that tells limiters of the same name apart. */
      readonly instance: number
      /** How much of the limit is in use now. */
      readonly active: number
      /** How many calls wait now. */
      readonly queued: number
    })
  | CallbackFailedEvent

/** An event without the limiter that it is of. */
export type LimiterEventFacts =
  /** The limiter exists. Metrics show its gauges and counters from here on. */
  | { readonly type: 'limiter.created'; readonly limit: number }
  | { readonly type: 'limiter.queued' }
  | { readonly type: 'limiter.started'; readonly waitMs: number }
  | { readonly type: 'limiter.rejected'; readonly reason: RejectionReason }
  | { readonly type: 'limiter.settled'; readonly outcome: Outcome }
  | { readonly type: 'limiter.limit-changed'; readonly from: number; readonly to: number }
  /** Nothing runs and nothing waits, and a call of `drain` or `shutdown` waited for that. */
  | { readonly type: 'limiter.drained' }
