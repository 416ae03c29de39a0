import { checkNumber } from '@holdfast/internal'
import type { OpeningStrategy } from './opening-strategy.ts'
import { savedNumbers } from './snapshot.ts'

/**
 * Opens at the n-th failure without a success between, however long it takes. A slow call is a failure.
 *
 * @param failures - Default 5.
 * @throws RangeError or TypeError when it is not an integer of 1 or more.
 */
export function consecutiveFailures(failures = 5): OpeningStrategy {
  checkNumber('failures', failures, { min: 1, integer: true })
  return {
    createWindow(saved) {
      let [streak = 0] = savedNumbers(saved, 'streak')
      return {
        record(outcome, _clock, slow) {
          streak = outcome === 'failure' || slow ? streak + 1 : 0
          return streak >= failures
        },
        save: () => ({ streak: [streak] }),
      }
    },
  }
}
