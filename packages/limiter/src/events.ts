import type { Outcome } from '@holdfast/internal'

/** Why a call was not made. `deadline`: its context's `deadlineAt` has passed, or would have before its turn. */
export type RejectionReason = 'full' | 'timeout' | 'deadline' | 'closed' | 'aborted'

/** What a limiter tells its observer. */
export type LimiterEvent = LimiterEventFacts & {
  readonly name: string
  /** How much of the limit is in use now. */
  readonly active: number
  /** How many wait now. */
  readonly queued: number
}

/** What is told besides how the limiter stands. */
export type LimiterEventFacts =
  | { readonly type: 'limiter.queued' }
  | { readonly type: 'limiter.started'; readonly waitMs: number }
  | { readonly type: 'limiter.rejected'; readonly reason: RejectionReason }
  | { readonly type: 'limiter.settled'; readonly outcome: Outcome }
  | { readonly type: 'limiter.limit-changed'; readonly from: number; readonly to: number }
  /** Nothing runs and nothing waits, and somebody waited for that. */
  | { readonly type: 'limiter.drained' }
