import type { Policy } from '@holdfast/internal'
import { expectTypeOf, test } from 'vitest'
import { createRetry, type RetryContext, retry } from './index.ts'

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
