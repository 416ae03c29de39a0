import { checkNumber } from '@holdfast/internal'
import type { OpeningStrategy } from './opening-strategy.ts'

/** Options of {@link failureCount}. */
export interface FailureCountOptions {
  /** How many failures open the circuit. Default 5. */
  readonly failures?: number | undefined
  /** Within how many milliseconds they must fall, the bounds included. Default 60 000. */
  readonly windowMs?: number | undefined
}

/**
 * Opens at the n-th failure within a sliding window, however many calls succeed between.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function failureCount(options: FailureCountOptions = {}): OpeningStrategy {
  const { failures = 5, windowMs = 60_000 } = options
  checkNumber('failures', failures, { min: 1, max: 100_000, integer: true })
  checkNumber('windowMs', windowMs, { min: 1 })
  return {
    createWindow() {
      // The times of the last n failures: the window is full when the oldest of them is still inside it.
      // NaN, of a failure that has not been, is inside of none.
      const times = new Float64Array(failures).fill(Number.NaN)
      let next = 0
      return {
        record(outcome, now) {
          if (outcome === 'success') return false
          times[next] = now
          next = (next + 1) % failures
          const oldest = times[next] ?? Number.NaN
          return now - oldest <= windowMs
        },
      }
    },
  }
}
