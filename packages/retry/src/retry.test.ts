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
import { constant } from './backoff.ts'
import { createRetry, type RetryEvent, retry } from './retry.ts'

useVirtualTime()

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
    for (const error of [new Error('boom'), { status: 404 }, undefined, revokedProxy()]) {
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
    expect(seen).toEqual([1, 2, 3].map((attempt) => ({ ...context, attempt })))
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

  test.each([Number.NaN, -5, undefined])(
    'a backoff that says %s waits not at all',
    async (said) => {
      const onEvent = vi.fn()
      const { at, operation } = flaky(throttled())
      retry(operation, { backoff: () => said as number, onEvent })
      await advance(10)
      expect(at).toHaveLength(2)
      expect(onEvent).toHaveBeenCalledWith(expect.objectContaining({ waitMs: 0 }))
    },
  )

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

  test('tell of giving up: out of retries, or a hint too long to obey', async () => {
    const exhausted = {
      type: 'retry.exhausted',
      name: 'retry',
      attempts: 1,
      errorClass: 'throttle',
    }
    const spent = record()
    await retry(flaky(throttled()).operation, { retries: 0, onEvent: spent.onEvent }).catch(
      () => {},
    )
    expect(spent.events).toEqual([exhausted])

    const hinted = record()
    const { operation } = flaky({ status: 429, retryAfterMs: 1e9 })
    await retry(operation, { onEvent: hinted.onEvent }).catch(() => {})
    expect(hinted.events).toEqual([exhausted])
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
    [{ retries: '3' }, TypeError, '`retries` must be an integer of 0 or more, not "3"'],
    [{ maxHintMs: -1 }, RangeError, '`maxHintMs` must be a number from 0 to 2147483647, not -1'],
    [{ backoff: 500 }, TypeError, '`backoff` must be a function, not 500'],
    [{ retryable: true }, TypeError, '`retryable` must be a function, not true'],
    [{ onEvent: {} }, TypeError, '`onEvent` must be a function, not an object'],
    [{ random: 0.5 }, TypeError, '`random` must be a function, not 0.5'],
  ])('%o is refused at creation', (options, errorClass, message) => {
    expect(() => createRetry(options as never)).toThrow(new errorClass(message))
  })

  test('retryable has the last word on what is tried again', async () => {
    const result = watch(retry(flaky(new Error('boom')).operation, { retryable: () => true }))
    await advance(2000)
    expect(result.value).toBe('done')
    await expect(retry(flaky(throttled()).operation, { retryable: () => false })).rejects.toThrow()
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
      const waits: number[] = []
      const clock = {
        now: () => 0,
        setTimeout: (ring: () => void, ms: number) => {
          waits.push(ms)
          queueMicrotask(ring)
        },
        clearTimeout: () => {},
      }
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
