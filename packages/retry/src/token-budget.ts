import type { ErrorClass } from '@holdfast/internal'
import { checkOptions, type OptionRules } from '@holdfast/internal'
import type { RetryBudget } from './retry-budget.ts'

/** A budget by tokens. */
export interface TokenBudgetOptions {
  /** The most it holds, and what it begins with. Default 500. */
  readonly capacity?: number | undefined
  /** What a retry takes after a throttle. Default 5. */
  readonly throttleCost?: number | undefined
  /** What a retry takes after anything else. Default 14. */
  readonly cost?: number | undefined
  /** What a success without a retry gives back. Default 1. */
  readonly refund?: number | undefined
}

const AMOUNT = { min: 0 }
const RULES: OptionRules<TokenBudgetOptions> = {
  capacity: AMOUNT,
  throttleCost: AMOUNT,
  cost: AMOUNT,
  refund: AMOUNT,
}

/** The retry quota of the AWS SDKs' standard mode, with the costs in force since November 2026. */
export function createTokenBudget(options: TokenBudgetOptions): RetryBudget {
  checkOptions('createRetryBudget', options, RULES)
  const { capacity = 500, throttleCost = 5, cost = 14, refund = 1 } = options
  const priceOf = (errorClass: ErrorClass) => (errorClass === 'throttle' ? throttleCost : cost)
  let available = capacity
  return {
    get available() {
      return available
    },
    begin() {},
    withdraw(errorClass) {
      const price = priceOf(errorClass)
      if (available < price) return false
      available -= price
      return true
    },
    succeed(errorClass) {
      const returned = errorClass === undefined ? refund : priceOf(errorClass)
      available = Math.min(capacity, available + returned)
    },
  }
}
