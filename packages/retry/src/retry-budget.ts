import type { ErrorClass } from '@holdfast/internal'
import { createRatioBudget, type RatioBudgetOptions } from './ratio-budget.ts'
import { createTokenBudget, type TokenBudgetOptions } from './token-budget.ts'

/**
 * What many calls and policies may spend on retries together. A limit to each call's retries multiplies the load on a
 * service that is down by as many; a budget bounds it by a fraction, whatever the calls do.
 */
export interface RetryBudget {
  /** What is left, in the budget's own unit; never negative. */
  readonly available: number
  /** Told when a call begins. */
  begin(): void
  /** Takes the price of a retry after an error of this class, or returns `false` and takes nothing. */
  withdraw(errorClass: ErrorClass): boolean
  /** Told when a call succeeds: with the class that its last retry was paid for, if there was one. */
  succeed(errorClass?: ErrorClass): void
}

/**
 * Makes a budget to be shared by calls and policies, in one of two forms:
 *
 * - by tokens, as the AWS SDKs' standard mode: a bucket of 500, from which a retry takes 5 after a throttle and
 *   14 after anything else; a success gives back what its last retry took, or 1.
 * - with `ratio`, as Finagle and tower: retries may be that part of calls over the last 10 s, and a few a second besides.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createRetryBudget(
  options: TokenBudgetOptions | RatioBudgetOptions = {},
): RetryBudget {
  return 'ratio' in options ? createRatioBudget(options) : createTokenBudget(options)
}
