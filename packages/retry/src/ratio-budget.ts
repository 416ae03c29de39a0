import {
  type Clock,
  checkClock,
  checkNumber,
  checkOptions,
  createRingWindow,
  MAX_TIMER_MS,
  type OptionRules,
  systemClock,
} from '@holdfast/internal'
import type { RetryBudget } from './retry-budget.ts'

/** A budget by a share of the calls. */
export interface RatioBudgetOptions {
  /** How many retries for each call: 0.2 is one for five calls. */
  readonly ratio: number
  /** How many retries a second besides, so that a rare caller may retry at all. Default 10. */
  readonly minPerSecond?: number | undefined
  /** Over how long calls and retries are counted, in milliseconds. Default 10 000. */
  readonly windowMs?: number | undefined
  readonly clock?: Clock | undefined
}

const RATIO = { min: 0 }
const RULES: OptionRules<RatioBudgetOptions> = {
  ratio: RATIO,
  minPerSecond: { min: 0 },
  windowMs: { min: 1, max: MAX_TIMER_MS },
  clock: checkClock,
}

/** The retry budget of Finagle and tower, in retries: a call deposits `ratio`, a retry takes 1. */
export function createRatioBudget(options: RatioBudgetOptions): RetryBudget {
  checkOptions('createRetryBudget', options, RULES)
  checkNumber('ratio', options.ratio, RATIO)
  const { ratio, minPerSecond = 10, windowMs = 10_000, clock = systemClock } = options
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
