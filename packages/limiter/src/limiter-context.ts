import type { Context } from '@holdfast/internal'

/** What a limiter reads of a call's context. It is passed on as it is. */
export interface LimiterContext extends Context {
  /** How much of `maxConcurrent` the call takes, an integer of 1 or more. Default 1. */
  readonly cost?: number | undefined
  /** Whose call it is, for a `fairQueue`. Default `''`. */
  readonly key?: string | undefined
  /** Among the calls of a key, for a `fairQueue`: an integer from -10 to 10, higher first. Default 0. */
  readonly priority?: number | undefined
}

/** What the operation receives of a limiter with rates, besides the caller's context. */
export interface SettleContext {
  /** Tells what the call really took of a rate: `settle({ tokens: 1_200 })`. */
  readonly settle: Settle
}

/**
 * Corrects what a call has reserved of the named rates to what it really took. What was too much goes back; what was too
 * little is taken, though the bucket goes into debt. Told again, the later figure holds.
 *
 * @throws RangeError or TypeError naming the rate that is wrong.
 */
export type Settle = (actual: Readonly<Record<string, number>>) => void
