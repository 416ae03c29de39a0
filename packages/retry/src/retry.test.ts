import { sleep, systemClock } from '@holdfast/internal'
import {
  advance,
  deferred,
  hang,
  listeners,
  revokedProxy,
  timers,
  useVirtualTime,
  watch,
} from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { type Backoff, constant, decorrelated, exponential } from './backoff.ts'
import type { RetryEvent, RetryOptions } from './options.ts'
import { createRetry, retry } from './retry.ts'
import { createRetryBudget } from './retry-budget.ts'
import { getRetryInfo } from './retry-info.ts'

useVirtualTime()

/** A clock on which every wait is over at once, and noted. */
function hurriedClock() {
  const waits: number[] = []
  const clock = {
    now: () => 0,
    setTimeout: (ring: () => void, ms: number) => {
      waits.push(ms)
      queueMicrotask(ring)
    },
    clearTimeout: () => {},
  }
  return { clock, waits }
}

const throttled = () => Object.assign(new Error('slow down'), { statusCode: 429 })
const reason = new Error('the caller gave up')

/** Fails as told, then succeeds. Remembers at what time each attempt was made. */
function flaky(...failures: unknown[]) {
  const at: number[] = []
  const operation = async () => {
    at.push(performance.now())
    if (at.length <= failures.length) throw failures[at.length - 1]
    return 'done'
  }
  return { at, operation }
}

describe('by default', () => {
  test('waits 1 s, 2 s, 4 s and gives up after three retries, with the operation’s own error', async () => {
    const errors = [throttled(), throttled(), throttled(), throttled(), throttled()]
    const { at, operation } = flaky(...errors)
    const result = watch(retry(operation, { random: () => 0.5 }))
    await advance(60_000)
    expect(at).toEqual([0, 1000, 3000, 7000])
    expect(result.reason).toBe(errors[3])
  })

  test('each wait strays by 20 % at most', async () => {
    const soonest = flaky(throttled(), throttled(), throttled())
    const latest = flaky(throttled(), throttled(), throttled())
    retry(soonest.operation, { random: () => 0 })
    retry(latest.operation, { random: () => 1 - Number.EPSILON })
    await advance(60_000)
    expect(soonest.at).toEqual([0, 800, 2400, 5600])
    expect(latest.at.map(Math.round)).toEqual([0, 1200, 3600, 8400])
  })

  test('an error that is no reason to try again comes through at once, the same object', async () => {
    const frozen = Object.freeze(new Error('boom'))
    const thrown = [new Error('boom'), frozen, { status: 404 }, undefined, null, 'text', 5]
    for (const error of [...thrown, revokedProxy()]) {
      const { at, operation } = flaky(error, error)
      await expect(retry(operation).catch((thrown) => thrown === error)).resolves.toBe(true)
      expect(at).toHaveLength(1)
    }
  })
})

describe('an attempt', () => {
  test('knows its number, and all else that the caller gave', async () => {
    const seen: unknown[] = []
    const context = { signal: new AbortController().signal, key: 'a model' }
    const policy = createRetry({ backoff: constant(0) })
    const result = watch(
      policy((given) => {
        seen.push(given)
        if (given.attempt < 3) throw throttled()
        return 'done'
      }, context),
    )
    await advance(10)
    expect(result.value).toBe('done')
    expect(seen).toMatchObject([1, 2, 3].map((attempt) => ({ ...context, attempt })))
  })

  test('may throw or return without a promise', async () => {
    let attempts = 0
    const result = watch(
      retry(() => {
        attempts++
        if (attempts === 1) throw throttled()
        return 'plain value'
      }),
    )
    await advance(2000)
    expect(result.value).toBe('plain value')
  })

  test('is the only one with no retries', async () => {
    const { at, operation } = flaky(throttled())
    await expect(retry(operation, { retries: 0 })).rejects.toThrow('slow down')
    expect(at).toHaveLength(1)
  })
})

describe('the wait', () => {
  test('is the server’s when that is longer, and the backoff’s otherwise', async () => {
    const { at, operation } = flaky(
      { status: 429, headers: { 'retry-after': '10' } },
      { status: 503, retryAfterMs: 500 },
    )
    retry(operation, { random: () => 0.5 })
    await advance(60_000)
    expect(at).toEqual([0, 10_000, 12_000])
  })

  test('a hint longer than the longest that is obeyed ends the call at once', async () => {
    const error = { status: 429, retryAfterMs: 60_001 }
    const { at, operation } = flaky(error)
    await expect(retry(operation)).rejects.toBe(error)
    expect(at).toHaveLength(1)

    const obeyed = flaky(error)
    retry(obeyed.operation, { maxHintMs: 60_001 })
    await advance(60_001)
    expect(obeyed.at).toEqual([0, 60_001])
  })

  test('is none after a backoff of less than 0', async () => {
    const { at, operation } = flaky(throttled())
    retry(operation, { backoff: () => -5 })
    await advance(10)
    expect(at).toEqual([0, 0])
  })

  test.each([Number.NaN, undefined, '5', null, exponential()])(
    'is the default after a backoff that returns %s instead of a number',
    async (result) => {
      const onEvent = vi.fn()
      const { at, operation } = flaky(throttled())
      retry(operation, { backoff: () => result as number, random: () => 0.5, onEvent })
      await advance(10_000)
      expect(at).toEqual([0, 1000])
      const report = { type: 'callback.failed', name: 'retry', callback: 'backoff' }
      expect(onEvent).toHaveBeenCalledWith(expect.objectContaining(report))
    },
  )

  test.each([Number.NaN, -1, 7, undefined])(
    'is within its bounds though `random` returns %s',
    async (result) => {
      const onEvent = vi.fn()
      const { at, operation } = flaky(throttled())
      retry(operation, { random: () => result as number, onEvent })
      await advance(10_000)
      expect(at[1]).toBeGreaterThanOrEqual(800)
      expect(at[1]).toBeLessThanOrEqual(1200)
      const report = { type: 'callback.failed', name: 'retry', callback: 'random' }
      expect(onEvent).toHaveBeenCalledWith(expect.objectContaining(report))
    },
  )

  test('a backoff is told of the attempt, its error and the wait before it', async () => {
    const errors = [throttled(), new Error('boom'), { status: 503, retryAfterMs: 40 }]
    const random = () => 0.5
    const backoff = vi.fn<Backoff>((attempt) => attempt * 10)
    const { at, operation } = flaky(...errors)
    retry(operation, { backoff, random, retryable: () => true })
    await advance(100)
    expect(at).toEqual([0, 10, 30, 70])
    expect(backoff.mock.calls).toEqual([
      [1, errors[0], 0, expect.any(Function)],
      [2, errors[1], 10, expect.any(Function)],
      [3, errors[2], 20, expect.any(Function)],
    ])
  })

  test('a decorrelated backoff goes on from a server’s longer wait', async () => {
    const { at, operation } = flaky({ status: 429, retryAfterMs: 500 }, throttled())
    retry(operation, { backoff: decorrelated({ initialMs: 100 }), random: () => 0.5 })
    await advance(10_000)
    expect(at).toEqual([0, 500, 1300])
  })

  test('after a throttle is never next to nothing', async () => {
    const { at, operation } = flaky(throttled(), throttled(), throttled())
    retry(operation, { backoff: exponential({ jitter: 'full' }), random: () => 0 })
    await advance(10_000)
    expect(at).toEqual([0, 500, 1500, 3500])
  })

  test('is never more than a timer can hold', async () => {
    const { at, operation } = flaky(throttled())
    retry(operation, { backoff: () => Number.POSITIVE_INFINITY })
    await advance(2 ** 31 - 2)
    expect(at).toHaveLength(1)
    await advance(1)
    expect(at).toHaveLength(2)
  })
})

describe('an abort', () => {
  test('before: no attempt is made', async () => {
    const operation = vi.fn()
    await expect(retry(operation, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(operation).not.toHaveBeenCalled()
  })

  test('during an attempt rejects at once, though the operation does not look', async () => {
    const controller = new AbortController()
    const result = watch(retry(hang, { signal: controller.signal }))
    await advance(5)
    controller.abort(reason)
    await advance(0)
    expect(result).toMatchObject({ state: 'rejected', reason, settledAt: 5 })
    expect(listeners(controller.signal)).toBe(0)
  })

  test('during the wait rejects at once and makes no further attempt', async () => {
    const controller = new AbortController()
    const { at, operation } = flaky(throttled())
    const result = watch(retry(operation, { signal: controller.signal }))
    await advance(5)
    controller.abort(reason)
    expect(timers()).toBe(0)
    await advance(60_000)
    expect(result).toMatchObject({ state: 'rejected', reason, settledAt: 5 })
    expect(at).toHaveLength(1)
    expect(listeners(controller.signal)).toBe(0)
  })

  test('that the operation answers with an error of its own still gives the reason', async () => {
    const controller = new AbortController()
    const result = retry(
      () => {
        controller.abort(reason)
        throw new Error('own words')
      },
      { signal: controller.signal },
    )
    await expect(result).rejects.toBe(reason)
  })

  test.each(['retryable', 'backoff', 'onEvent'] as const)(
    'from within `%s` makes no further attempt',
    async (option) => {
      const controller = new AbortController()
      const { at, operation } = flaky(throttled())
      const abort = () => {
        controller.abort(reason)
        return 1
      }
      const result = retry(operation, { signal: controller.signal, [option]: abort })
      await expect(result).rejects.toBe(reason)
      expect(at).toHaveLength(1)
      expect(timers()).toBe(0)
    },
  )

  test('of a signal that lives on leaves nothing behind on it, however many calls it served', async () => {
    const { signal } = new AbortController()
    const policy = createRetry({ backoff: constant(1) })
    for (let call = 0; call < 10; call++) policy(flaky(throttled()).operation, { signal })
    await advance(10)
    expect(listeners(signal)).toBe(0)
    expect(timers()).toBe(0)
  })

  test('at any instant settles the call in that instant', async () => {
    const plan = fc.record({
      workMs: fc.nat(50),
      waitMs: fc.nat(50),
      abortAt: fc.nat(200),
      heedsSignal: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ workMs, waitMs, abortAt, heedsSignal }) => {
        const controller = new AbortController()
        const { signal } = controller
        const work = async () => {
          await sleep(workMs, heedsSignal ? signal : undefined, systemClock)
          throw throttled()
        }
        const start = performance.now()
        const result = watch(retry(work, { signal, backoff: constant(waitMs), retries: 100 }))
        await advance(abortAt)
        const pending = result.state === 'pending'
        controller.abort(reason)
        await advance(0)
        if (pending) expect(result).toMatchObject({ reason, settledAt: start + abortAt })
        await advance(100)
        expect(timers()).toBe(0)
      }),
    )
  })
})

describe('events', () => {
  const record = () => {
    const events: RetryEvent[] = []
    return { events, onEvent: (event: RetryEvent) => void events.push(event) }
  }

  test('a call that succeeds at once is silent', async () => {
    const { events, onEvent } = record()
    await retry(() => 'done', { onEvent })
    expect(events).toEqual([])
  })

  test('tell of each wait, and of the success after it', async () => {
    const { events, onEvent } = record()
    const { operation } = flaky({ status: 503 }, { status: 429, retryAfterMs: 3000 })
    retry(operation, { name: 'chat', random: () => 0.5, onEvent })
    await advance(10_000)
    const scheduled = { type: 'retry.scheduled', name: 'chat' }
    expect(events).toEqual([
      { ...scheduled, attempt: 1, errorClass: 'transient', waitMs: 1000, hinted: false },
      { ...scheduled, attempt: 2, errorClass: 'throttle', waitMs: 3000, hinted: true },
      { type: 'retry.succeeded', name: 'chat', attempts: 3 },
    ])
  })

  test('tell of giving up: out of retries', async () => {
    const { events, onEvent } = record()
    const { operation } = flaky(throttled(), throttled(), throttled())
    watch(retry(operation, { retries: 1, backoff: constant(10), onEvent }))
    await advance(10)
    const [name, errorClass] = ['retry', 'throttle']
    expect(events).toEqual([
      { type: 'retry.scheduled', name, attempt: 1, errorClass, waitMs: 10, hinted: false },
      {
        type: 'retry.exhausted',
        name,
        attempts: 2,
        errorClass,
        reason: 'retries',
        waitMs: 10,
        hinted: false,
      },
    ])
  })

  test('tell of giving up: no retries at all', async () => {
    const { events, onEvent } = record()
    await retry(flaky(throttled()).operation, { retries: 0, onEvent }).catch(() => {})
    expect(events).toMatchObject([
      {
        type: 'retry.exhausted',
        name: 'retry',
        attempts: 1,
        errorClass: 'throttle',
        reason: 'retries',
      },
    ])
  })

  const half = { random: () => 0.5 }
  test.each<[reason: string, waitMs: number, error: object, options: RetryOptions]>([
    ['hint', 60_001, { status: 429, retryAfterMs: 60_001 }, {}],
    ['deadline', 1_000, { status: 429 }, { deadlineMs: 500, ...half }],
    ['deadline', 30_000, { status: 429, retryAfterMs: 30_000 }, { deadlineMs: 20_000 }],
    ['budget', 1_000, { status: 429 }, { budget: createRetryBudget({ capacity: 0 }), ...half }],
  ])(
    'tell of a retry that is refused by the %s, before any wait',
    async (reason, waitMs, error, options) => {
      const { events, onEvent } = record()
      const { at, operation } = flaky(error)
      const result = watch(retry(operation, { ...options, onEvent }))
      await advance(0)
      expect(result).toMatchObject({ state: 'rejected', reason: error, settledAt: 0 })
      expect(at).toHaveLength(1)
      const [name, errorClass] = ['retry', 'throttle']
      const hinted = 'retryAfterMs' in error
      expect(events).toEqual([
        { type: 'retry.refused', name, attempts: 1, errorClass, reason, waitMs, hinted },
      ])
      expect(getRetryInfo(error)).toEqual({ attempts: 1, waitsMs: [], reason })
      expect(timers()).toBe(0)
    },
  )

  test('an error that is no reason to try again is silent', async () => {
    const { events, onEvent } = record()
    await retry(flaky(new Error('boom')).operation, { onEvent }).catch(() => {})
    expect(events).toEqual([])
  })

  test('a wait is the server’s only when it is longer than the backoff’s', async () => {
    const { events, onEvent } = record()
    const { operation } = flaky(
      { status: 503, retryAfterMs: 10 },
      { status: 503, retryAfterMs: 11 },
    )
    retry(operation, { backoff: constant(10), onEvent })
    await advance(30)
    expect(events).toMatchObject([
      { waitMs: 10, hinted: false },
      { waitMs: 11, hinted: true },
      { type: 'retry.succeeded' },
    ])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('observer')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('observer')
      },
    ],
  ])('an observer that %s harms nobody', async (_, onEvent) => {
    const { operation } = flaky(throttled())
    const result = watch(retry(operation, { onEvent }))
    await advance(2000)
    expect(result.value).toBe('done')
  })
})

describe('options', () => {
  test.each([
    [{ retries: -1 }, RangeError, '`retries` must be an integer of 0 or more, not -1'],
    [{ retries: 1.5 }, RangeError, '`retries` must be an integer of 0 or more, not 1.5'],
    [{ retries: Number.NaN }, RangeError, '`retries` must be an integer of 0 or more, not NaN'],
    [{ retries: '3' }, TypeError, '`retries` must be an integer of 0 or more, not "3"'],
    [{ maxHintMs: -1 }, RangeError, '`maxHintMs` must be a number from 0 to 2147483647, not -1'],
    [
      { attemptTimeoutMs: -1 },
      RangeError,
      '`attemptTimeoutMs` must be a number of 0 or more, not -1',
    ],
    [
      { attemptTimeoutMs: '5' },
      TypeError,
      '`attemptTimeoutMs` must be a number of 0 or more, not "5"',
    ],
    [{ deadlineMs: -1 }, RangeError, '`deadlineMs` must be a number of 0 or more, not -1'],
    [{ deadlineMs: Number.NaN }, RangeError, '`deadlineMs` must be a number of 0 or more, not NaN'],
    [{ deadlineMs: null }, TypeError, '`deadlineMs` must be a number of 0 or more, not null'],
    [{ backoff: 500 }, TypeError, '`backoff` must be a function, not 500'],
    [{ retryable: true }, TypeError, '`retryable` must be a function, not true'],
    [{ retryResult: 503 }, TypeError, '`retryResult` must be a function, not 503'],
    [{ onEvent: {} }, TypeError, '`onEvent` must be a function, not an object'],
    [{ budget: { ratio: 0.2 } }, TypeError, '`budget.withdraw` must be a function, not undefined'],
    [{ random: 0.5 }, TypeError, '`random` must be a function, not 0.5'],
  ])('%o is refused at creation', (options, errorClass, message) => {
    expect(() => createRetry(options as never)).toThrow(new errorClass(message))
  })

  test('a mistake in them is the rejection of a single call', async () => {
    const operation = vi.fn()
    await expect(retry(operation, { retries: -1 })).rejects.toThrow(RangeError)
    expect(operation).not.toHaveBeenCalled()
  })

  test('undefined means the default', async () => {
    const none = { retries: undefined, backoff: undefined, retryable: undefined, name: undefined }
    const limits = { attemptTimeoutMs: undefined, deadlineMs: undefined, maxHintMs: undefined }
    const seams = { budget: undefined, onEvent: undefined, clock: undefined, random: undefined }
    const { at, operation } = flaky(throttled(), throttled(), throttled(), throttled())
    watch(retry(operation, { ...none, ...limits, ...seams, retryResult: undefined }))
    await advance(60_000)
    expect(at).toHaveLength(4)
  })

  test.each([undefined, null, 'work', {}])(
    'an operation that is %o is named',
    async (operation) => {
      const onEvent = vi.fn()
      const call = retry(operation as never, { onEvent, retryable: () => true })
      await expect(call).rejects.toThrow(/^`operation` must be a function, not/)
      expect(onEvent).not.toHaveBeenCalled()
      await expect(retry(operation as never)).rejects.toThrow(TypeError)
    },
  )

  test('retryable has the last word on what is tried again', async () => {
    const result = watch(retry(flaky(new Error('boom')).operation, { retryable: () => true }))
    await advance(2000)
    expect(result.value).toBe('done')
    await expect(retry(flaky(throttled()).operation, { retryable: () => false })).rejects.toThrow()
  })
})

describe('a result', () => {
  /** Answers as told, one after another. */
  const answers = (...results: unknown[]) => {
    let attempts = 0
    return async () => results[attempts++]
  }
  const isBusy = (result: unknown) => (result as { status: number }).status === 503

  test('that is not good enough is tried again, with its class and its hint', async () => {
    const onEvent = vi.fn()
    const operation = answers({ status: 503, retryAfterMs: 2000 }, { status: 200 })
    const result = watch(retry(operation, { retryResult: isBusy, onEvent }))
    await advance(1999)
    expect(result.state).toBe('pending')
    await advance(1)
    expect(result.value).toEqual({ status: 200 })
    expect(onEvent.mock.calls).toMatchObject([
      [{ type: 'retry.scheduled', errorClass: 'transient', waitMs: 2000, hinted: true }],
      [{ type: 'retry.succeeded', attempts: 2 }],
    ])
  })

  test('may be the response of a fetch', async () => {
    const busy = new Response(null, { status: 429, headers: { 'retry-after': '3' } })
    const operation = answers(busy, new Response('done'))
    const retryResult = (response: unknown) => !(response as Response).ok
    const result = watch(retry(operation, { retryResult }))
    await advance(3000)
    expect(result.value).toMatchObject({ status: 200 })
  })

  test('of the last attempt is returned as it is', async () => {
    const onEvent = vi.fn()
    const [first, second] = [{ status: 503 }, { status: 503 }]
    const options = { retryResult: isBusy, retries: 1, backoff: constant(1), onEvent }
    const result = watch(retry(answers(first, second), options))
    await advance(1)
    expect(result.value).toBe(second)
    expect(onEvent).toHaveBeenLastCalledWith(expect.objectContaining({ type: 'retry.exhausted' }))
  })

  test('is returned when an error comes in between, and the other way round', async () => {
    const busy = { status: 503 }
    const options = { retryResult: isBusy, retries: 1, backoff: constant(1) }
    let attempts = 0
    const thenBusy = watch(
      retry(() => {
        if (++attempts === 1) throw throttled()
        return busy
      }, options),
    )
    await advance(1)
    expect(thenBusy.value).toBe(busy)
    const error = throttled()
    attempts = 0
    const thenError = watch(
      retry(() => {
        if (++attempts === 1) return busy
        throw error
      }, options),
    )
    await advance(1)
    expect(thenError.reason).toBe(error)
  })

  test('gives nothing back to a budget unless it is good enough', async () => {
    const budget = createRetryBudget({ capacity: 100 })
    budget.withdraw('transient')
    await retry(answers({ status: 503 }), { retryResult: isBusy, retries: 0, budget })
    expect(budget.available).toBe(86)
    await retry(answers({ status: 200 }), { retryResult: isBusy, retries: 0, budget })
    expect(budget.available).toBe(87)
  })

  const trap = {
    get status(): number {
      throw new Error('trap')
    },
  }
  test.each([
    ['undefined', undefined],
    ['null', null],
    ['text', '503'],
    ['one that throws when it is read', trap],
  ])('may be %s', async (_, value) => {
    const options = { retryResult: () => true, retries: 1, backoff: constant(1) }
    const result = watch(retry(() => value, options))
    await advance(1)
    expect(result.state).toBe('fulfilled')
    expect(result.value === value).toBe(true)
  })
})

describe('a budget', () => {
  test('is shared by policies and calls: out of it, the last error comes at once', async () => {
    const budget = createRetryBudget({ capacity: 10 })
    const options = { budget, backoff: constant(10) }
    const [one, other] = [createRetry(options), createRetry(options)]
    const errors = [throttled(), throttled(), throttled()]
    const calls = [one, one, other].map((policy, index) =>
      watch(policy(flaky(errors[index], errors[index]).operation)),
    )
    await advance(0)
    expect(calls.map(({ state }) => state)).toEqual(['pending', 'pending', 'rejected'])
    expect(calls[2]?.reason).toBe(errors[2])
    expect(budget.available).toBe(0)
  })

  test('takes by class, and gets back on success what the last retry took', async () => {
    const budget = createRetryBudget()
    const { operation } = flaky({ status: 503 }, throttled())
    const result = watch(retry(operation, { budget, backoff: constant(10) }))
    await advance(0)
    expect(budget.available).toBe(486)
    await advance(10)
    expect(budget.available).toBe(481)
    await advance(10)
    expect(result.state).toBe('fulfilled')
    expect(budget.available).toBe(486)
    await retry(() => 'done', { budget })
    expect(budget.available).toBe(487)
  })

  test('gets nothing back from a call that fails', async () => {
    const budget = createRetryBudget()
    const { operation } = flaky(throttled(), throttled())
    watch(retry(operation, { retries: 1, budget, backoff: constant(10) }))
    await advance(10)
    expect(budget.available).toBe(495)
    await retry(flaky(new Error('boom')).operation, { budget }).catch(() => {})
    expect(budget.available).toBe(495)
  })

  test('by a part of the calls counts each call once, however many attempts it makes', async () => {
    const budget = createRetryBudget({ ratio: 0.5, minPerSecond: 0 })
    const policy = createRetry({ budget, backoff: constant(10) })
    await expect(policy(flaky(throttled()).operation)).rejects.toThrow('slow down')
    // The second call: its own half and that of the first pay for one retry, and not for two.
    const second = watch(policy(flaky(throttled(), throttled()).operation))
    await advance(10)
    expect(second.state).toBe('rejected')
    expect(budget.available).toBe(0)
  })

  test('is not asked for a retry that something else refuses', async () => {
    const budget = { available: 5, begin: vi.fn(), withdraw: vi.fn(() => true), succeed: vi.fn() }
    const tooLong = { status: 429, retryAfterMs: 1e9 }
    await retry(flaky(tooLong).operation, { budget }).catch(() => {})
    await retry(flaky(throttled()).operation, { budget, deadlineMs: 500 }).catch(() => {})
    await retry(flaky(throttled()).operation, { budget, retries: 0 }).catch(() => {})
    await retry(flaky(new Error('boom')).operation, { budget }).catch(() => {})
    expect(budget.withdraw).not.toHaveBeenCalled()
    expect(budget.begin).toHaveBeenCalledTimes(4)
    watch(retry(flaky(throttled()).operation, { budget }))
    await advance(2000)
    expect(budget.withdraw).toHaveBeenCalledExactlyOnceWith('throttle')
    expect(budget.succeed).toHaveBeenCalledExactlyOnceWith('throttle')
  })

  test('bounds what an outage costs: a fifth more, not four times', async () => {
    const budget = createRetryBudget({ ratio: 0.2, minPerSecond: 0 })
    const policy = createRetry({ budget, backoff: constant(10) })
    let attempts = 0
    const down = async () => {
      attempts++
      throw throttled()
    }
    for (let call = 0; call < 100; call++) watch(policy(down))
    await advance(1000)
    expect(attempts).toBe(120)
  })
})

test('calls of one policy do not share their attempts', async () => {
  const policy = createRetry({ retries: 1, backoff: constant(10) })
  const work = deferred<string>()
  const first = watch(policy(flaky(throttled()).operation))
  const second = watch(policy(() => work.promise))
  await advance(10)
  work.resolve('second')
  const third = watch(policy(flaky(throttled(), throttled()).operation))
  await advance(10)
  expect([first.value, second.value, third.state]).toEqual(['done', 'second', 'rejected'])
})

test('never makes more attempts than were asked for, nor waits outside of the bounds', async () => {
  const options = fc.record({
    retries: fc.nat(60),
    failures: fc.nat(80),
    said: fc.oneof(fc.double(), fc.integer({ min: -10, max: 1000 })),
    hint: fc.option(fc.double({ min: -10, max: 2000 }), { nil: undefined }),
    maxHintMs: fc.nat(1500),
  })
  await fc.assert(
    fc.asyncProperty(options, async ({ retries, failures, said, hint, maxHintMs }) => {
      const { clock, waits } = hurriedClock()
      const errors = Array.from({ length: failures }, () => ({ status: 429, retryAfterMs: hint }))
      const { at, operation } = flaky(...errors)
      const given = { retries, maxHintMs, clock, backoff: () => said }
      const succeeded = await retry(operation, given).then(
        () => true,
        () => false,
      )
      const tooLong = (hint ?? 0) > maxHintMs
      expect(at).toHaveLength(tooLong ? 1 : Math.min(failures, retries) + 1)
      expect(succeeded).toBe(failures === 0 || (!tooLong && failures <= retries))
      expect(waits).toHaveLength(at.length - 1)
      for (const wait of waits) {
        expect(wait).toBeGreaterThanOrEqual(Math.max(hint && hint > 0 ? hint : 0, 0))
        expect(wait).toBeLessThanOrEqual(2 ** 31 - 1)
      }
    }),
  )
})

// Named after the defects of other libraries that they guard against.
describe('regressions elsewhere', () => {
  test('an abort that waits out the backoff, and then calls the operation once more', async () => {
    const controller = new AbortController()
    const operation = vi.fn(async ({ signal }: { signal?: AbortSignal | undefined }) => {
      if (signal?.aborted) throw new Error('started on an aborted signal')
      throw throttled()
    })
    const result = watch(retry(operation, { signal: controller.signal, backoff: constant(500) }))
    await advance(50)
    controller.abort(reason)
    await advance(1000)
    expect(result).toMatchObject({ reason, settledAt: 50 })
    expect(operation).toHaveBeenCalledOnce()
  })

  test('listeners that stay on a long-lived signal, and a warning of a leak', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    const { signal } = new AbortController()
    const alarms: (() => void)[] = []
    const clock = {
      now: () => 0,
      setTimeout: (ring: () => void) => alarms.push(ring),
      clearTimeout: () => {},
    }
    const policy = createRetry({ clock })
    let most = 0
    const call = () => {
      let attempts = 0
      return policy(
        () => {
          if (attempts++ === 0) throw throttled()
          return 'done'
        },
        { signal },
      )
    }
    for (let round = 0; round < 10; round++) {
      const calls = Array.from({ length: 10_000 }, call)
      await new Promise(setImmediate)
      most = Math.max(most, listeners(signal))
      for (const ring of alarms.splice(0)) ring()
      await Promise.all(calls)
    }
    await new Promise(setImmediate)
    process.off('warning', warned)
    expect(most).toBe(1)
    expect(listeners(signal)).toBe(0)
    expect(warned).not.toHaveBeenCalled()
  })

  test('throttled retries that are spent within seconds, whatever the server asks', async () => {
    const asked = { status: 429, headers: { 'retry-after': '12' } }
    const { at, operation } = flaky(asked, throttled(), asked)
    retry(operation, { backoff: exponential({ jitter: 'full' }), random: () => 0 })
    await advance(60_000)
    expect(at).toEqual([0, 12_000, 13_000, 25_000])
  })

  test('a wait that outlasts the deadline: the last error at once, with the time to wait', async () => {
    const error = { status: 429, retryAfterMs: 20_000 }
    const result = watch(retry(flaky(error).operation, { deadlineMs: 10_000 }))
    await advance(0)
    expect(result).toMatchObject({ state: 'rejected', reason: error, settledAt: 0 })
    expect(getRetryInfo(error)).toEqual({ attempts: 1, waitsMs: [], reason: 'deadline' })
  })

  test.each<[string, Backoff]>([
    ['exponential', exponential({ factor: 10, maxMs: 2 ** 31 - 1 })],
    ['decorrelated', decorrelated({ maxMs: 2 ** 31 - 1 })],
    ['a function of one’s own', (attempt) => 2 ** attempt],
    ['a function that is out of numbers', (attempt) => 0 * 2 ** (attempt * 1024)],
  ])('NaN or overflow after many attempts: %s', async (_, backoff) => {
    const { clock, waits } = hurriedClock()
    const operation = () => Promise.reject(throttled())
    await retry(operation, { retries: 2_000, backoff, clock }).catch(() => {})
    expect(waits).toHaveLength(2_000)
    expect(waits.every((ms) => ms >= 0 && ms <= 2 ** 31 - 1)).toBe(true)
  })
})
