import { checkOptions, type OptionRules } from '@holdfast/internal'
import type { OpeningStrategy } from './opening-strategy.ts'
import { createRateWindow } from './rate-window.ts'
import { savedNumbers } from './snapshot.ts'

/** Options of {@link failureRate}. The window is one of time or one of calls. */
export interface FailureRateOptions {
  /** The share of the calls, above 0 and up to 1, that must fail to open the circuit. Default 0.5. */
  readonly ratio?: number | undefined
  /** How many calls must have completed before the ratio counts. Default 10, or `calls` if that is less. */
  readonly minimumCalls?: number | undefined
  /**
   * How far back the window reaches, in milliseconds, give or take the tenth of it that a slot holds. Default 60 000.
   * Make it longer than the calls take: only completed ones count.
   */
  readonly windowMs?: number | undefined
  /** Look at the last so many calls instead, however old. At least `minimumCalls`. */
  readonly calls?: number | undefined
  /**
   * The part of the calls whose slowness opens the circuit (see `slowCallMs`), failed or not. Without it a slow call is a
   * failure.
   */
  readonly slowRatio?: number | undefined
}

const SHARE = { min: Number.MIN_VALUE, max: 1 }
const RULES: OptionRules<FailureRateOptions> = {
  ratio: SHARE,
  minimumCalls: { min: 1, integer: true },
  windowMs: { min: 1 },
  calls: { min: 1, max: 100_000, integer: true },
  slowRatio: SHARE,
}

/**
 * Opens when so large a part of the latest calls has failed, `>=`. Looked at when a call completes.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function failureRate(options: FailureRateOptions = {}): OpeningStrategy {
  checkOptions('failureRate', options, RULES)
  const { ratio = 0.5, windowMs = 60_000, calls, slowRatio } = options
  const { minimumCalls = Math.min(10, calls ?? 10) } = options
  if (calls !== undefined && calls < minimumCalls) {
    throw new RangeError(
      `\`calls\` must be at least \`minimumCalls\` (${minimumCalls}), not ${calls}`,
    )
  }
  if (calls !== undefined && options.windowMs !== undefined) {
    throw new TypeError('`windowMs` and `calls` exclude each other: give one of them')
  }
  const slotMs = windowMs / SLOTS
  const [size, kind] = calls === undefined ? [SLOTS, 'slots'] : [calls, 'calls']
  return {
    createWindow(saved, toClock = Number) {
      const { sums, add, slots } = createRateWindow(size)
      // Slots of time are numbered from the first look, since a clock may have any origin.
      let origin: number | undefined
      let completed = 0

      const slotAt = (time: number, round = Math.floor) => {
        origin ??= time
        return calls === undefined ? round((time - origin) / slotMs) : completed++
      }
      // Of calls nobody asks for the time. A window without end has one slot, of number 0.
      const startOf = (slot: number) => (origin ?? 0) + (slot * slotMs || 0)

      const numbers = savedNumbers(saved, kind)
      for (let at = 0; at < numbers.length; at += 4) {
        const [time = 0, total = 0, failures = 0, slow = 0] = numbers.slice(at, at + 4)
        // What was saved is the beginning of a slot, less what two clocks have rounded off.
        add(slotAt(toClock(time), Math.round), total, failures, slow)
      }
      return {
        record(outcome, clock, slow) {
          const failed = outcome === 'failure' || (slow && slowRatio === undefined)
          const slot = slotAt(calls === undefined ? clock.now() : 0)
          add(slot, 1, failed ? 1 : 0, slow ? 1 : 0)
          return (
            sums.calls >= minimumCalls &&
            // Divided, and not multiplied: 7 of 100 are exactly 0.07, but 0.07 × 100 is more than 7.
            (sums.failures / sums.calls >= ratio ||
              (slowRatio !== undefined && sums.slow / sums.calls >= slowRatio))
          )
        },
        save: (toEpoch) => ({
          [kind]: slots().flatMap(({ slot, calls: total, failures, slow }) => [
            calls === undefined ? toEpoch(startOf(slot)) : 0,
            total,
            failures,
            slow,
          ]),
        }),
      }
    },
  }
}

/** How many slots a window of time has. */
const SLOTS = 10
