// What a call must withstand from its user: contexts that are none, callbacks that fail, options of the wrong kind.
import { revokedProxy, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { constant, decorrelated, exponential } from './backoff.ts'
import type { RetryEvent, RetryOptions } from './options.ts'
import { createRetry, retry } from './retry.ts'
import { createRetryBudget } from './retry-budget.ts'

useVirtualTime()

const fault = new Error('the callback is broken')
const fail = () => {
  throw fault
}
const unavailable = () => Object.assign(new Error('unavailable'), { status: 503 })

describe('the context of a call', () => {
  const operation = vi.fn(() => 'done')

  test.each([[null], [undefined], [{ signal: null }], [{ signal: undefined }]])(
    '%j counts as absent',
    async (context) => {
      expect(await createRetry()(operation, context as never)).toBe('done')
    },
  )

  test.each([
    [{ signal: 1 }],
    [{ signal: {} }],
    [{ signal: { aborted: false } }],
    [{ signal: new AbortController() }],
    [{ deadlineAt: Number.NaN }],
    [5],
  ])('%o rejects with a TypeError before the operation runs', async (context) => {
    operation.mockClear()
    const call = createRetry()(operation, context as never)
    await expect(call).rejects.toThrow(TypeError)
    expect(operation).not.toHaveBeenCalled()
  })

  test('a signal that throws when read does too', async () => {
    const call = createRetry()(operation, { signal: revokedProxy() as AbortSignal })
    await expect(call).rejects.toThrow('`signal` must be an AbortSignal')
  })
})

describe('a callback that fails counts as absent, and is reported', () => {
  const broken: readonly [callback: string, options: RetryOptions][] = [
    ['retryable', { retryable: fail }],
    ['retryResult', { retryResult: fail }],
    ['backoff', { backoff: fail }],
    ['random', { random: fail }],
    ['budget.begin', { budget: { ...budget(), begin: fail } }],
    ['budget.withdraw', { budget: { ...budget(), withdraw: fail } }],
    ['budget.succeed', { budget: { ...budget(), succeed: fail } }],
    ['retryable', { retryable: (async () => fail()) as never }],
    ['backoff', { backoff: (async () => fail()) as never }],
  ]

  function budget() {
    return { available: 1, begin() {}, withdraw: () => true, succeed() {} }
  }

  test.each(broken)('%s', async (callback, options) => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const events: RetryEvent[] = []
    const operation = vi.fn(() => 'done')
    operation.mockImplementationOnce(() => {
      throw unavailable()
    })
    const call = retry(operation, { ...options, onEvent: (event) => void events.push(event) })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await call).toBe('done')
    expect(operation).toHaveBeenCalledTimes(2)
    const reports = events.filter((event) => event.type === 'callback.failed')
    expect(reports[0]).toMatchObject({ name: 'retry', callback })
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  test('of a result, and the result is kept', async () => {
    expect(await retry(() => 'good', { retryResult: fail })).toBe('good')
  })
})

describe('mistakes in options are named at creation', () => {
  test.each<[options: unknown, message: string]>([
    [7, '`createRetry` takes an object of options, not 7'],
    [null, '`createRetry` takes an object of options, not null'],
    [{ retrys: 3 }, '`createRetry` has no option `retrys`, only `retries`, `backoff`'],
    [{ backoff: exponential }, '`backoff` must be what `exponential(…)` returns, not a function'],
    [{ backoff: constant }, '`backoff` must be what `constant(…)` returns, not a function'],
    [{ backoff: decorrelated }, '`backoff` must be what `decorrelated(…)` returns, not a function'],
    [{ clock: {} }, '`clock.now` must be a function, not undefined'],
    [{ clock: Date.now }, '`clock.now` must be a function, not undefined'],
    [{ clock: null }, '`clock` must be a clock, not null'],
    [{ name: 5 }, '`name` must be a string, not 5'],
    [{ budget: null }, '`budget.withdraw` must be a function, not undefined'],
  ])('%o', async (options, message) => {
    expect(() => createRetry(options as RetryOptions)).toThrow(message)
    const ofCall = message.replace('createRetry', 'retry')
    await expect(retry(() => 5, options as RetryOptions)).rejects.toThrow(ofCall)
  })

  test('a backoff of your own may have the name of one of ours', () => {
    const exponential = (attempt: number) => attempt * 5
    expect(() => createRetry({ backoff: exponential })).not.toThrow()
  })

  test.each([7, null, 'ratio', { ratios: 1 }])('of a budget: %o', (options) => {
    expect(() => createRetryBudget(options as never)).toThrow(/^`createRetryBudget` (takes|has no)/)
  })

  test('of a backoff', () => {
    expect(() => exponential({ initial: 5 } as never)).toThrow('`exponential` has no option')
    expect(() => decorrelated(5 as never)).toThrow('takes an object of options')
  })
})
