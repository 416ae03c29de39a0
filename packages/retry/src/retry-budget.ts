import type { ErrorClass } from '@holdfast/internal'
import { createRatioBudget, type RatioBudgetOptions } from './ratio-budget.ts'
import { createTokenBudget, type TokenBudgetOptions } from './token-budget.ts'

/**
 * Limits the retries of all calls and policies that share it. A limit for each call multiplies the load on a server that is
 * down by the number of attempts; a budget adds only a fraction to it.
 */
export interface RetryBudget {
  /** What is left, in the budget's own unit. Never negative. */
  readonly available: number
  /** Called when a call begins. */
  begin(): void
  /** Takes the price of a retry after an error of this class, or returns `false` and takes nothing. */
  withdraw(errorClass: ErrorClass): boolean
  /** Called when a call succeeds, with the error class of its last retry if there was one. */
  succeed(errorClass?: ErrorClass): void
}

/**
 * Creates a budget that calls and policies share, in one of two forms:
 *
 * - with tokens, as in the AWS SDKs' standard mode: a bucket of 500, from which a retry takes 5 after a throttle and 14
 *   after any other error. A success gives back what its last retry took, or 1.
 * - with `ratio`, as in Finagle and tower: retries may be that fraction of the calls of the last 10 s, and a few per second
 *   besides.
 *
 * @throws RangeError or TypeError that names the option that is wrong.
 */
export function createRetryBudget(
  options: TokenBudgetOptions | RatioBudgetOptions = {},
): RetryBudget {
  return Object(options) === options && 'ratio' in options
    ? createRatioBudget(options)
    : createTokenBudget(options as TokenBudgetOptions)
}
