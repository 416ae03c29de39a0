import {
  type Clock,
  checkNumber,
  createRingWindow,
  MAX_TIMER_MS,
  systemClock,
} from '@holdfast/internal'
import type { RetryBudget } from './retry-budget.ts'

/** A budget by a part of the calls. */
export interface RatioBudgetOptions {
  /** How many retries for each call: 0.2 is one for five calls. */
  readonly ratio: number
  /** How many retries a second besides, so that a rare caller may retry at all. Default 10. */
  readonly minPerSecond?: number | undefined
  /** Over how long calls and retries are counted, in milliseconds. Default 10 000. */
  readonly windowMs?: number | undefined
  readonly clock?: Clock | undefined
}

/** The retry budget of Finagle and tower, in retries: a call deposits `ratio`, a retry takes 1. */
export function createRatioBudget(options: RatioBudgetOptions): RetryBudget {
  const { ratio, minPerSecond = 10, windowMs = 10_000, clock = systemClock } = options
  checkNumber('ratio', ratio, { min: 0 })
  checkNumber('minPerSecond', minPerSecond, { min: 0 })
  checkNumber('windowMs', windowMs, { min: 1, max: MAX_TIMER_MS })
  const reserve = (minPerSecond * windowMs) / 1_000
  const window = createRingWindow(windowMs)
  const left = () => reserve + window.sum(clock.now())
  return {
    get available() {
      return Math.max(0, left())
    },
    begin: () => window.add(ratio, clock.now()),
    withdraw() {
      // Five deposits of 0.2 must make one retry: sums of such numbers stray in the last digits.
      if (left() < 1 - 1e-9) return false
      window.add(-1, clock.now())
      return true
    },
    succeed() {},
  }
}
