import { checkNumber, MAX_TIMER_MS } from '@holdfast/internal'

/**
 * How long to wait after a failed attempt.
 *
 * @param attempt - The attempt that has just failed, from 1.
 * @param random - A number in [0, 1).
 * @returns Milliseconds.
 */
export type Backoff = (attempt: number, random: () => number) => number

/** Options of {@link exponential}. */
export interface ExponentialOptions {
  /** The wait after the first attempt, in milliseconds. Default 1000. */
  readonly initialMs?: number | undefined
  /** What each further wait is multiplied by. Default 2. */
  readonly factor?: number | undefined
  /** No wait is longer, jitter included, in milliseconds. Default 30 000. */
  readonly maxMs?: number | undefined
  /** How far a wait may stray either way, as a ratio of it: 0.2 is ±20 %. Default 0.2; 0 is none. */
  readonly jitter?: number | undefined
}

/**
 * `initialMs × factor^(attempt − 1)`, spread by ± `jitter`: by default 1 s, 2 s, 4 s, …, each ±20 %.
 *
 * @throws RangeError or TypeError for an option that is not a number in its range.
 */
export function exponential(options: ExponentialOptions = {}): Backoff {
  const { initialMs = 1_000, factor = 2, maxMs = 30_000, jitter = 0.2 } = options
  checkNumber('initialMs', initialMs, { min: 0, max: MAX_TIMER_MS })
  checkNumber('factor', factor, { min: 1 })
  checkNumber('maxMs', maxMs, { min: 0, max: MAX_TIMER_MS })
  checkNumber('jitter', jitter, { min: 0, max: 1 })
  return (attempt, random) => {
    // Infinity after a thousand attempts is fine, 0 × Infinity is not: hence the guard for `initialMs` 0.
    const planned = initialMs && initialMs * factor ** (attempt - 1)
    const spread = 1 + jitter * (2 * random() - 1)
    return Math.min(maxMs, Math.min(maxMs, planned) * spread)
  }
}

/**
 * The same wait after every attempt, without jitter.
 *
 * @throws RangeError or TypeError unless `ms` is a number from 0 to 2³¹−1.
 */
export function constant(ms: number): Backoff {
  checkNumber('ms', ms, { min: 0, max: MAX_TIMER_MS })
  return () => ms
}
