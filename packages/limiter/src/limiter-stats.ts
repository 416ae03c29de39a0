import type { RejectionReason } from './events.ts'
import type { RateStats } from './rates.ts'

/** How a limiter stands, and what it has seen since it was made. */
export interface LimiterStats {
  readonly active: number
  readonly queued: number
  /** How much may run at once now; 0 while it is paused. */
  readonly limit: number
  /** Calls that have been aborted, and whose work goes on. */
  readonly zombies: number
  readonly paused: boolean
  readonly closed: boolean
  readonly started: number
  /** How those that have ended did. */
  readonly successes: number
  readonly failures: number
  readonly ignored: number
  /** Calls that were not made, by reason. */
  readonly rejected: Readonly<Record<RejectionReason, number>>
  /** When a call that came now would start, in milliseconds, from how fast the queue has moved, if it has. */
  readonly estimatedWaitMs: number | undefined
  readonly rates: Readonly<Record<string, RateStats>>
}
