import { type Clock, createRetryBudget, exponential, type RetryBudget } from '@holdfast/retry'
import type { Random } from '../engine/random.ts'

/** How a request failed: the server was full, or did not answer in time. */
export type Fault = 'transient' | 'timeout'

/** How the clients of one process retry. */
export interface Retrying {
  /** The wait before another attempt, in milliseconds, or `undefined` to give the call up. */
  afterFailure(attempt: number, fault: Fault): number | undefined
  /** What the clients of the process may spend together, if that is limited. */
  readonly budget?: RetryBudget
}

/** A way of retrying; each process has one of its own. */
export interface RetryPolicy {
  readonly name: string
  start(clock: Clock, random: Random): Retrying
}

/** Fails with the first failure. */
export const none: RetryPolicy = {
  name: 'no retry',
  start: () => ({ afterFailure: () => undefined }),
}

/** The loop that is written in a minute: ten more tries, a tenth of a second apart. */
export const naive: RetryPolicy = {
  name: 'naive',
  start: () => ({ afterFailure: (attempt) => (attempt <= 10 ? 100 : undefined) }),
}

/** The defaults of p-retry: ten retries after 1 s, 2 s, 4 s, …, without jitter or limit. */
export const pRetryLike: RetryPolicy = {
  name: 'p-retry-like',
  start: () => ({
    afterFailure: (attempt) => (attempt <= 10 ? 1_000 * 2 ** (attempt - 1) : undefined),
  }),
}

/**
 * The standard mode of the AWS SDKs, by the rules in force since November 2026: three attempts, full jitter up to
 * 50 ms, 100 ms, …, and a bucket of 500 tokens, from which a retry takes 14.
 */
export const awsStandardLike: RetryPolicy = {
  name: 'AWS-standard-like',
  start(_clock, random) {
    const budget = createRetryBudget()
    return {
      budget,
      afterFailure(attempt, fault) {
        if (attempt >= 3 || !budget.withdraw(fault)) return undefined
        return Math.floor(random() * Math.min(20_000, 50 * 2 ** (attempt - 1)))
      },
    }
  },
}

/** `createRetry()` as it comes: three retries after 1 s, 2 s, 4 s, each ±20 %, and no budget. */
export const oursWithoutBudget: RetryPolicy = {
  name: 'ours without budget',
  start: (_clock, random) => startOurs(random),
}

/** `createRetry({ budget: createRetryBudget({ ratio: 0.2, minPerSecond }) })`. */
export function oursWithBudget(minPerSecond?: number): RetryPolicy {
  return {
    name: 'ours with budget',
    start: (clock, random) =>
      startOurs(random, createRetryBudget({ ratio: 0.2, minPerSecond, clock })),
  }
}

/** What `createRetry` does when an attempt has failed, less its promises. */
function startOurs(random: Random, budget?: RetryBudget): Retrying {
  const backoff = exponential()
  return {
    ...(budget && { budget }),
    afterFailure(attempt, fault) {
      if (attempt > 3 || budget?.withdraw(fault) === false) return undefined
      return backoff(attempt, undefined, 0, random)
    },
  }
}
