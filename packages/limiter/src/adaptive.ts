import {
  checkNumber,
  checkOptions,
  classifyError,
  guardCallback,
  type OptionRules,
  type Outcome,
  serverHintMs,
} from '@holdfast/internal'

/** A limit that moves: an immutable description, from which each limiter makes its own. */
export interface AdaptiveLimit {
  /** The highest it can be. */
  readonly max: number
  createLimit(): MovingLimit
}

/** A limit that learns from how calls end. */
export interface MovingLimit {
  /** An integer of 1 or more. */
  readonly current: number
  /**
   * Takes how a call has ended.
   * @param active - How much of the limit was in use, the call included.
   * @param now - On the limiter's clock.
   */
  settled(outcome: Outcome, error: unknown, active: number, now: number): void
}

/** A hint may be absurd, and the limit must move again. */
const MAX_HINT_MS = 60_000

/** Options of {@link adaptive}. */
export interface AdaptiveOptions {
  /** Default 1. */
  readonly min?: number | undefined
  readonly max: number
  /** Where it begins. Default `min`. */
  readonly initial?: number | undefined
  /** What the limit is multiplied by after a throttle, between 0 and 1. Default 0.5. */
  readonly backoffRatio?: number | undefined
  /**
   * After a throttle the limit neither falls again nor rises for so long, or for as long as the error's Retry-After
   * says, up to a minute: those that were under way are throttled too, and mean the same. In milliseconds, default 1000.
   */
  readonly cooldownMs?: number | undefined
  /** Whether a failure is the other side's asking for less. Default: errors that `classifyError` of
   * `@holdfast/retry` calls a throttle. */
  readonly isThrottle?: ((error: unknown) => boolean) | undefined
}

const POSITIVE = { min: 1, integer: true }
const RULES: OptionRules<AdaptiveOptions> = {
  min: POSITIVE,
  max: POSITIVE,
  initial: POSITIVE,
  backoffRatio: { min: 0, max: 1 },
  cooldownMs: { min: 0 },
  isThrottle: 'function',
}

/**
 * Additive increase, multiplicative decrease: one more for each full round of successes while the limit is in use, and
 * a part of it after a throttle. How long calls take does not matter: a long answer is no congestion.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function adaptive(options: AdaptiveOptions): AdaptiveLimit {
  checkOptions('adaptive', options, RULES)
  const { min = 1, max, initial = min, backoffRatio = 0.5, cooldownMs = 1_000 } = options
  const isThrottle = guardCallback(
    'isThrottle',
    options.isThrottle,
    isThrottleError,
    // A limit has no observer to report a fault to.
    () => {},
  )
  checkNumber('max', max, { min, max: Number.MAX_SAFE_INTEGER, integer: true })
  checkNumber('initial', initial, { min, max, integer: true })
  return {
    max,
    createLimit() {
      let limit = initial
      /** Successes since it last moved. Counted: a sum of fractions would fall short of the whole. */
      let round = 0
      let steadyUntil = Number.NEGATIVE_INFINITY
      return {
        get current() {
          return limit
        },
        settled(outcome, error, active, now) {
          if (now < steadyUntil) return
          if (outcome === 'failure' && isThrottle(error) === true) {
            limit = Math.max(min, Math.floor(limit * backoffRatio))
            round = 0
            const hintMs = Math.min(serverHintMs(error) ?? 0, MAX_HINT_MS)
            steadyUntil = now + Math.max(cooldownMs, hintMs)
          } else if (outcome === 'success' && 2 * active >= limit && ++round >= limit) {
            limit = Math.min(max, limit + 1)
            round = 0
          }
        },
      }
    },
  }
}

function isThrottleError(error: unknown): boolean {
  return classifyError(error) === 'throttle'
}
