import { type Clock, createRetryBudget, exponential, type RetryBudget } from '@holdfast/retry'
import type { Random } from '../engine/random.ts'

/** Why a request failed: the server refused it (`transient`), or did not answer in time (`timeout`). */
export type Fault = 'transient' | 'timeout'

/** The retry rules of one process, shared by its clients. */
export interface Retrying {
  /** The wait before the next attempt, in milliseconds, or `undefined` to fail the call. */
  afterFailure(attempt: number, fault: Fault): number | undefined
  /** The retry budget that all clients of the process share, if there is one. */
  readonly budget?: RetryBudget
}

/** A retry policy. `start` is called once for each process. */
export interface RetryPolicy {
  readonly name: string
  start(clock: Clock, random: Random): Retrying
}

/** Never retries. */
export const none: RetryPolicy = {
  name: 'no retries',
  start: () => ({ afterFailure: () => undefined }),
}

/** A simple hand-written loop: ten retries, 100 ms apart. */
export const naive: RetryPolicy = {
  name: 'naive loop',
  start: () => ({ afterFailure: (attempt) => (attempt <= 10 ? 100 : undefined) }),
}

/** The defaults of p-retry: ten retries after 1 s, 2 s, 4 s, …, without jitter or limit. */
export const pRetryLike: RetryPolicy = {
  name: 'like p-retry',
  start: () => ({
    afterFailure: (attempt) => (attempt <= 10 ? 1_000 * 2 ** (attempt - 1) : undefined),
  }),
}

/**
 * The standard mode of the AWS SDKs, by the rules in force since November 2026: three attempts, full jitter up to
 * 50 ms, 100 ms, …, and a bucket of 500 tokens. Each retry takes 14 tokens.
 */
export const awsStandardLike: RetryPolicy = {
  name: 'like AWS standard',
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

/** Holdfast's default backoff without a budget: three retries after 1 s, 2 s, and 4 s, each ±20 %. */
export const oursWithoutBudget: RetryPolicy = {
  name: 'Holdfast without a budget',
  start: (_clock, random) => startOurs(random),
}

/** `createRetry({ budget: createRetryBudget({ ratio: 0.2, minPerSecond }) })`. */
export function oursWithBudget(minPerSecond?: number): RetryPolicy {
  return {
    name: 'Holdfast with a budget',
    start: (clock, random) =>
      startOurs(random, createRetryBudget({ ratio: 0.2, minPerSecond, clock })),
  }
}

/** The decision of `createRetry` after a failed attempt, without its promises. */
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
