import { checkOptions, type OptionRules } from '@holdfast/internal'
import type { OpeningStrategy } from './opening-strategy.ts'
import { savedNumbers } from './snapshot.ts'

/** Options of {@link failureCount}. */
export interface FailureCountOptions {
  /** How many failures open the circuit. Default 5. */
  readonly failures?: number | undefined
  /** Within how many milliseconds they must fall, the bounds included. Default 60 000. */
  readonly windowMs?: number | undefined
}

const RULES: OptionRules<FailureCountOptions> = {
  failures: { min: 1, max: 100_000, integer: true },
  windowMs: { min: 1 },
}

/**
 * Opens at the n-th failure within a sliding window, however many calls succeed between. A slow call is a failure.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function failureCount(options: FailureCountOptions = {}): OpeningStrategy {
  checkOptions('failureCount', options, RULES)
  const { failures = 5, windowMs = 60_000 } = options
  return {
    createWindow(saved, toClock = Number) {
      // The times of the last failures, as a ring: the window is full when the oldest of n is still inside it.
      const times: number[] = []
      let next = 0
      const add = (time: number) => {
        times[next] = time
        next = (next + 1) % failures
      }
      for (const time of savedNumbers(saved, 'failures')) add(toClock(time))
      return {
        record(outcome, clock, slow) {
          if (outcome === 'success' && !slow) return false
          const now = clock.now()
          add(now)
          // Absent until there have been n.
          const oldest = times[next]
          return oldest !== undefined && now - oldest <= windowMs
        },
        save: (toEpoch) => ({
          failures: [...times.slice(next), ...times.slice(0, next)].map(toEpoch),
        }),
      }
    },
  }
}
