import type { Policy } from '@holdfast/internal'
import { expectTypeOf, test } from 'vitest'
import {
  type Backoff,
  constant,
  createRetry,
  createRetryBudget,
  decorrelated,
  type ErrorClass,
  exponential,
  getRetryInfo,
  type RetryBudget,
  type RetryContext,
  type RetryEvent,
  type RetryInfo,
  retry,
} from './index.ts'

test('the result is the operation’s', () => {
  expectTypeOf(retry(async () => 5)).toEqualTypeOf<Promise<number>>()
  expectTypeOf(createRetry()(() => 'plain value')).toEqualTypeOf<Promise<string>>()
})

test('an attempt knows its number', () => {
  retry((context) => expectTypeOf(context).toEqualTypeOf<RetryContext>())
  createRetry()(({ attempt, signal }) => {
    expectTypeOf(attempt).toEqualTypeOf<number>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal | undefined>()
  })
})

test('a retry is a policy', () => {
  expectTypeOf(createRetry()).toExtend<Policy<RetryContext>>()
  createRetry()(() => 5, { signal: undefined })
})

test('options are known by name', () => {
  createRetry({ retries: undefined })
  // @ts-expect-error no such option
  createRetry({ maxRetries: 3 })
  // @ts-expect-error no such option
  retry(() => 5, { attempts: 3 })
})

test('a backoff is a function, and one of fewer parameters will do', () => {
  expectTypeOf(exponential()).toEqualTypeOf<Backoff>()
  expectTypeOf(decorrelated({ initialMs: 5 })).toEqualTypeOf<Backoff>()
  createRetry({ backoff: constant(5) })
  createRetry({ backoff: (attempt) => attempt * 5 })
  createRetry({ backoff: (_attempt, error, previousMs) => (error ? previousMs * 2 : 5) })
  // @ts-expect-error not a number of milliseconds
  createRetry({ backoff: () => '5' })
})

test('jitter is a ratio or a name', () => {
  exponential({ jitter: 0.5 })
  exponential({ jitter: 'full' })
  exponential({ jitter: 'equal' })
  exponential({ jitter: 'none' })
  // @ts-expect-error no such jitter
  exponential({ jitter: 'decorrelated' })
  // @ts-expect-error decorrelated jitter has no ratio
  decorrelated({ jitter: 0.5 })
})

test('a budget is of one form or the other', () => {
  expectTypeOf(createRetryBudget()).toEqualTypeOf<RetryBudget>()
  createRetryBudget({ capacity: 100, cost: 2, throttleCost: 1, refund: 1 })
  createRetryBudget({ ratio: 0.2, minPerSecond: 5, windowMs: 5_000 })
  createRetry({ budget: createRetryBudget() })
  createRetry({ budget: undefined })
  // @ts-expect-error a ratio is required beside a window
  createRetryBudget({ windowMs: 5_000 })
  // @ts-expect-error no such option
  createRetryBudget({ tokens: 500 })
  // @ts-expect-error options are no budget
  createRetry({ budget: { ratio: 0.2 } })
})

test('limits and results', () => {
  createRetry({ attemptTimeoutMs: 5, deadlineMs: 5, retryResult: (result) => result === undefined })
  createRetry()(({ deadlineAt }) => expectTypeOf(deadlineAt).toEqualTypeOf<number | undefined>())
  retry(() => 5, { deadlineAt: 5, signal: undefined })
})

test('what is known of a call that failed', () => {
  expectTypeOf(getRetryInfo(new Error())).toEqualTypeOf<RetryInfo | undefined>()
})

test('events are known by their type', () => {
  const onEvent = (event: RetryEvent) => {
    if (event.type === 'retry.scheduled') {
      expectTypeOf(event.hinted).toEqualTypeOf<boolean>()
      expectTypeOf(event.errorClass).toEqualTypeOf<ErrorClass>()
    }
    if (event.type === 'retry.refused') {
      expectTypeOf(event.reason).toExtend<'retries' | 'hint' | 'deadline' | 'budget'>()
    }
  }
  createRetry({ onEvent })
})
