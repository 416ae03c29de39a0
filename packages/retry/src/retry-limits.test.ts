import {
  type Context,
  failuresOf,
  type Operation,
  sleep,
  systemClock,
  TimeoutError,
} from '@holdfast/internal'
import { advance, hang, listeners, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { constant } from './backoff.ts'
import type { RetryEvent } from './options.ts'
import { createRetry, type RetryContext, retry } from './retry.ts'
import { getRetryInfo } from './retry-info.ts'

useVirtualTime()

const throttled = () => Object.assign(new Error('slow down'), { statusCode: 429 })
const reason = new Error('the caller gave up')
const timeoutError = (ms: number) => ({ name: 'TimeoutError', message: `Timed out after ${ms} ms` })

/** Lasts as long as told, without a look at its signal, and then fails. */
async function fail(lastsMs: number | undefined): Promise<never> {
  if (lastsMs === undefined) return hang()
  if (lastsMs > 0) await sleep(lastsMs, undefined, systemClock)
  throw throttled()
}

/** Attempts that last as long as told, the rest for ever. Remembers when each began and its signal. */
function slow(...lastsMs: number[]) {
  const at: number[] = []
  const signals: (AbortSignal | undefined)[] = []
  const operation = async ({ attempt, signal }: RetryContext) => {
    at.push(performance.now())
    signals.push(signal)
    return fail(lastsMs[attempt - 1])
  }
  return { at, signals, operation }
}

describe('attemptTimeoutMs', () => {
  test('ends an attempt that does not look at its signal, and makes another', async () => {
    const { at, signals, operation } = slow()
    const policy = createRetry({ attemptTimeoutMs: 100, retries: 1, backoff: constant(10) })
    const result = watch(policy(operation))
    await advance(210)
    expect(at).toEqual([0, 110])
    expect(result).toMatchObject({ state: 'rejected', settledAt: 210 })
    expect(result.reason).toMatchObject(timeoutError(100))
    expect(getRetryInfo(result.reason)).toEqual({ attempts: 2, waitsMs: [10], reason: 'retries' })
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true])
    expect(signals[1]?.reason).toBe(result.reason)
  })

  test('aborts the attempt’s own signal: neither the caller’s nor that of the next', async () => {
    const { signal } = new AbortController()
    const { signals, operation } = slow()
    const options = { attemptTimeoutMs: 100, retries: 1, backoff: constant(10), signal }
    watch(retry(operation, options))
    await advance(150)
    expect(signals.map((own) => own?.aborted)).toEqual([true, false])
    expect(signal.aborted).toBe(false)
    await advance(100)
    expect([timers(), listeners(signal)]).toEqual([0, 0])
  })

  test('begins anew with each attempt, and does not run during the waits', async () => {
    const { at, operation } = slow(90, 90, 90)
    const policy = createRetry({ attemptTimeoutMs: 100, retries: 2, backoff: constant(500) })
    const result = watch(policy(operation))
    await advance(2000)
    expect(at).toEqual([0, 590, 1180])
    expect(result.reason).toMatchObject({ statusCode: 429 })
  })

  test('is told as a fault of class timeout', async () => {
    const onEvent = vi.fn()
    watch(retry(hang, { attemptTimeoutMs: 100, onEvent }))
    await advance(100)
    expect(onEvent).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ type: 'retry.scheduled', errorClass: 'timeout' }),
    )
  })

  test('leaves nothing behind when the attempt is in time', async () => {
    const { signal } = new AbortController()
    const policy = createRetry({ attemptTimeoutMs: 100 })
    await expect(policy(() => 'done', { signal })).resolves.toBe('done')
    expect([timers(), listeners(signal)]).toEqual([0, 0])
  })

  test('longer than a timer can hold is as long as one can', async () => {
    const result = watch(createRetry({ attemptTimeoutMs: 2 ** 40, retries: 0 })(hang))
    await advance(2 ** 31 - 2)
    expect(result.state).toBe('pending')
    await advance(1)
    expect(result.state).toBe('rejected')
  })

  test('the caller’s abort ends the attempt with its own reason, which is no timeout', async () => {
    const controller = new AbortController()
    const onEvent = vi.fn()
    const policy = (operation: Operation<never, RetryContext>, context: Context) =>
      retry(operation, { attemptTimeoutMs: 100, onEvent, ...context })
    const { signals, operation } = slow()
    const result = watch(policy(operation, { signal: controller.signal }))
    await advance(40)
    controller.abort(reason)
    await advance(0)
    expect(result).toMatchObject({ reason, settledAt: 40 })
    await advance(200)
    expect(signals[0]?.reason).toBe(reason)
    expect(onEvent).not.toHaveBeenCalled()
    expect(timers()).toBe(0)
  })
})

describe('deadlineMs', () => {
  test('when the next wait would reach it, the call fails now, with the last error', async () => {
    const { at, operation } = slow(0, 0, 0, 0)
    const result = watch(retry(operation, { deadlineMs: 250, retries: 9, backoff: constant(100) }))
    await advance(1000)
    expect(at).toEqual([0, 100, 200])
    expect(result).toMatchObject({ state: 'rejected', settledAt: 200 })
    expect(result.reason).toMatchObject({ statusCode: 429 })
    expect(timers()).toBe(0)
  })

  test('a wait that ends on it to the millisecond is too long', async () => {
    const on = slow(0, 0)
    watch(retry(on.operation, { deadlineMs: 100, backoff: constant(100) }))
    const before = slow(0, 0)
    watch(retry(before.operation, { deadlineMs: 101, backoff: constant(100) }))
    await advance(1000)
    expect([on.at, before.at]).toEqual([[0], [0, 100]])
  })

  test('cuts an attempt off, though it does not look', async () => {
    const events: RetryEvent[] = []
    const onEvent = (event: RetryEvent) => void events.push(event)
    const { at, signals, operation } = slow(0)
    const result = watch(retry(operation, { deadlineMs: 250, backoff: constant(100), onEvent }))
    await advance(1000)
    expect(at).toEqual([0, 100])
    expect(result).toMatchObject({ state: 'rejected', settledAt: 250 })
    expect(result.reason).toMatchObject(timeoutError(250))
    expect(signals[1]?.reason).toBe(result.reason)
    expect(events.at(-1)).toMatchObject({
      type: 'retry.refused',
      reason: 'deadline',
      attempts: 2,
      errorClass: 'timeout',
    })
    expect(timers()).toBe(0)
  })

  test('and attemptTimeoutMs: whichever comes first', async () => {
    const { at, operation } = slow()
    const limits = { attemptTimeoutMs: 100, deadlineMs: 250, backoff: constant(20) }
    const result = watch(retry(operation, { ...limits, retries: 9 }))
    await advance(1000)
    expect(at).toEqual([0, 120, 240])
    expect(result).toMatchObject({ settledAt: 250, reason: timeoutError(250) })
  })

  test('is of each call, from its own beginning', async () => {
    const policy = createRetry({ deadlineMs: 250, backoff: constant(100), retries: 9 })
    const first = watch(policy(slow(0, 0, 0, 0).operation))
    await advance(240)
    const second = watch(policy(slow(0, 0, 0, 0).operation))
    await advance(1000)
    expect([first.settledAt, second.settledAt]).toEqual([200, 440])
  })

  test('does not change what succeeds in time', async () => {
    const { signal } = new AbortController()
    const policy = createRetry({ deadlineMs: 250 })
    await expect(policy(() => 'done', { signal })).resolves.toBe('done')
    expect([timers(), listeners(signal)]).toEqual([0, 0])
  })

  test('is not passed by an attempt because a timer came late', async () => {
    let now = 0
    const late = {
      ...systemClock,
      now: () => now,
      setTimeout: (ring: () => void, ms: number) => {
        now += ms + 500
        queueMicrotask(ring)
      },
    }
    const operation = vi.fn(() => Promise.reject(throttled()))
    // The limit to the first attempt is a timer too; without one, only the wait is late.
    const onEvent = vi.fn()
    const policy = createRetry({ backoff: constant(100), clock: late, onEvent })
    await expect(policy(operation, { deadlineAt: 250 })).rejects.toThrow('slow down')
    expect(operation).toHaveBeenCalledOnce()
    expect(onEvent).toHaveBeenLastCalledWith({
      type: 'retry.refused',
      name: 'retry',
      attempts: 1,
      errorClass: 'throttle',
      reason: 'deadline',
      waitMs: 0,
      hinted: false,
    })
  })

  // Timers drop fractions of a millisecond. One that rang before the deadline left time for a wait of next to nothing.
  test('of a fraction of a millisecond does not end an attempt before it', async () => {
    const asked: number[] = []
    const clock = {
      now: () => 0.25,
      setTimeout: (_: () => void, ms: number) => asked.push(ms),
      clearTimeout: () => {},
    }
    watch(createRetry({ deadlineMs: 99.5, clock })(hang))
    expect(asked).toEqual([100])
  })

  test('no attempt begins at it or after it, and the call has ended by then', async () => {
    const plan = fc.record({
      deadlineMs: fc.integer({ min: 1, max: 300 }),
      attemptTimeoutMs: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
      lasts: fc.array(fc.nat(80), { maxLength: 20 }),
      waitMs: fc.nat(80),
      hintMs: fc.option(fc.nat(80), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ lasts, waitMs, hintMs, ...limits }) => {
        const start = performance.now()
        const at: number[] = []
        const work = async ({ attempt }: RetryContext) => {
          at.push(performance.now() - start)
          return fail(lasts[attempt - 1]).catch(() => {
            throw { status: 429, retryAfterMs: hintMs }
          })
        }
        const options = { ...limits, retries: 30, backoff: constant(waitMs) }
        const result = watch(retry(work, options))
        await advance(1000)
        expect(Math.max(...at)).toBeLessThan(limits.deadlineMs)
        expect(result.state).toBe('rejected')
        expect(Number(result.settledAt) - start).toBeLessThanOrEqual(limits.deadlineMs)
      }),
    )
  })

  test('an abort settles at once, at any instant, whatever the limits', async () => {
    const plan = fc.record({
      deadlineMs: fc.integer({ min: 1, max: 300 }),
      attemptTimeoutMs: fc.integer({ min: 1, max: 100 }),
      lastsMs: fc.nat(80),
      waitMs: fc.nat(80),
      abortAt: fc.nat(300),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ lastsMs, waitMs, abortAt, ...limits }) => {
        const controller = new AbortController()
        const { signal } = controller
        const work = () => fail(lastsMs)
        const start = performance.now()
        const options = { ...limits, retries: 30, backoff: constant(waitMs), signal }
        const result = watch(retry(work, options))
        await advance(abortAt)
        const pending = result.state === 'pending'
        controller.abort(reason)
        await advance(0)
        expect(result.state).toBe('rejected')
        if (pending) expect(result).toMatchObject({ reason, settledAt: start + abortAt })
        await advance(100)
        expect([timers(), listeners(signal)]).toEqual([0, 0])
      }),
    )
  })
})

describe('the context’s deadlineAt', () => {
  const seenBy = (options: object, context: object) =>
    createRetry(options)((given) => given.deadlineAt, context)

  test('is what deadlineMs makes it, or the caller’s, whichever is sooner', async () => {
    await advance(1000)
    await expect(seenBy({ deadlineMs: 50 }, {})).resolves.toBe(1050)
    await expect(seenBy({ deadlineMs: 50 }, { deadlineAt: 1020 })).resolves.toBe(1020)
    await expect(seenBy({ deadlineMs: 50 }, { deadlineAt: 1080 })).resolves.toBe(1050)
    await expect(seenBy({}, { deadlineAt: 1080 })).resolves.toBe(1080)
    await expect(seenBy({}, {})).resolves.toBeUndefined()
  })

  test('is the same at every attempt', async () => {
    const seen: unknown[] = []
    const work = ({ deadlineAt }: RetryContext) => {
      seen.push(deadlineAt)
      throw throttled()
    }
    watch(retry(work, { deadlineMs: 250, backoff: constant(100) }))
    await advance(1000)
    expect(seen).toEqual([250, 250, 250])
  })

  test('ends the call before a wait that would reach it, with no limit of one’s own', async () => {
    const onEvent = vi.fn()
    const { at, operation } = slow(0, 0, 0)
    const policy = createRetry({ backoff: constant(100), onEvent })
    const result = watch(policy(operation, { deadlineAt: 150 }))
    await advance(1000)
    expect(at).toEqual([0, 100])
    expect(result).toMatchObject({ settledAt: 100, reason: { statusCode: 429 } })
    expect(onEvent).toHaveBeenLastCalledWith(expect.objectContaining({ reason: 'deadline' }))
  })

  test('that has passed lets no attempt begin', async () => {
    await advance(1000)
    const operation = vi.fn()
    const call = createRetry()(operation, { deadlineAt: 1000 })
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(operation).not.toHaveBeenCalled()
    await expect(retry(operation, { deadlineAt: 999 })).rejects.toThrow(
      'The deadline passed before the call began. Its `deadlineAt` is 999, and the clock of the policies is at 1000 ms',
    )
    const aborted = { signal: AbortSignal.abort(reason), deadlineAt: 999 }
    await expect(createRetry()(operation, aborted)).rejects.toBe(reason)
  })

  // A timer of this layer's own would ring just before that of the layer which set the deadline, and in its place.
  test('is left to the layer that set it to enforce: no timer, no signal of one’s own', async () => {
    const { signal } = new AbortController()
    const seen: unknown[] = []
    watch(
      createRetry()(
        (context) => {
          seen.push(context.signal)
          return hang()
        },
        { signal, deadlineAt: 100 },
      ),
    )
    expect(seen).toEqual([signal])
    expect(timers()).toBe(0)
  })
})

describe('a call that is cut off keeps what failed before', () => {
  const failing = (...faults: unknown[]) => {
    let attempt = 0
    return () => {
      const fault = faults[attempt++]
      return fault === undefined ? hang() : Promise.reject(fault)
    }
  }
  const [first, second] = [throttled(), throttled()]

  test.each<[what: string, options: object]>([
    ['`deadlineMs`', { deadlineMs: 500 }],
    ['`attemptTimeoutMs`', { attemptTimeoutMs: 300, retries: 2 }],
  ])('by %s', async (_, options) => {
    const result = watch(retry(failing(first, second), { backoff: constant(10), ...options }))
    await advance(1_000)
    expect(TimeoutError.isInstance(result.reason)).toBe(true)
    expect(result.reason).toMatchObject({ cause: second, errors: [first, second] })
  })

  test('and of many failures the last ten', async () => {
    const faults = Array.from({ length: 15 }, throttled)
    const options = { retries: 20, backoff: constant(1), deadlineMs: 500 }
    const result = watch(retry(failing(...faults), options))
    await advance(1_000)
    expect(result.reason).toMatchObject({ cause: faults[14], errors: faults.slice(5) })
  })

  test('and has no cause when nothing failed before', async () => {
    const result = watch(retry(hang, { deadlineMs: 500 }))
    await advance(500)
    expect(result.reason).toMatchObject({ name: 'TimeoutError', timeoutMs: 500, errors: [] })
    expect((result.reason as Error).cause).toBeUndefined()
  })

  test('what the policies inside are passed holds the failures so far', async () => {
    const seen: unknown[] = []
    const attempts = failing(first, second)
    const result = watch(
      retry(
        (context) => {
          seen.push(failuresOf(context)?.length)
          return attempts()
        },
        { backoff: constant(1), deadlineMs: 500 },
      ),
    )
    await advance(500)
    expect(result.state).toBe('rejected')
    expect(seen).toEqual([0, 1, 2])
  })
})

describe('a call that another policy rejects', () => {
  const rejected = (brand: string, fields: object = {}) =>
    Object.assign(new Error('rejected'), {
      statusCode: 503,
      retryable: false,
      [Symbol.for(`@holdfast/${brand}`)]: true,
      ...fields,
    })
  const open = rejected('CircuitOpenError')
  const full = rejected('QueueFullError')
  const ofAll = rejected('FallbackExhaustedError', { errors: [open, full] })
  const closed = rejected('LimiterClosedError')

  test.each([open, full, ofAll, closed])('is not retried by default', async (error) => {
    const operation = vi.fn(() => Promise.reject(error))
    await expect(retry(operation)).rejects.toBe(error)
    expect(operation).toHaveBeenCalledTimes(1)
  })

  test.each<[error: Error, attempts: number]>([
    [open, 2],
    [full, 2],
    [rejected('QueueTimeoutError'), 2],
    [ofAll, 2],
    [closed, 1],
    [Object.assign(new Error(), { status: 400 }), 1],
  ])('%o is retried with `retryRejections` unless it is for good', async (error, attempts) => {
    const operation = vi.fn(() => Promise.reject(error))
    const options = { retries: 1, backoff: constant(10), retryRejections: true }
    const result = watch(retry(operation, options))
    await advance(10)
    expect(result.reason).toBe(error)
    expect(operation).toHaveBeenCalledTimes(attempts)
  })
})

describe('timeouts among the failures', () => {
  test('hold nothing themselves, so that the error stays small when it is written out', async () => {
    const limits = { attemptTimeoutMs: 10, retries: 30, backoff: constant(1) }
    const result = watch(retry(hang, limits))
    await advance(1_000)
    const error = result.reason as TimeoutError
    expect(error.errors).toHaveLength(10)
    expect(error.errors.every((part) => TimeoutError.isInstance(part))).toBe(true)
    expect(JSON.stringify(error).length).toBeLessThan(2_000)
  })

  test('are added after what they hold', async () => {
    const [first, second] = [throttled(), new TimeoutError(5, [throttled()])]
    const faults = [first, second]
    const operation = () => {
      const fault = faults.shift()
      return fault ? Promise.reject(fault) : hang()
    }
    const result = watch(retry(operation, { deadlineMs: 500, backoff: constant(1) }))
    await advance(500)
    const { errors } = result.reason as TimeoutError
    expect(errors).toEqual([first, second.errors[0], expect.objectContaining({ timeoutMs: 5 })])
  })
})

test('failures inside the first attempt are kept, and each once', async () => {
  const fault = throttled()
  const inner = createRetry({ retries: 1, backoff: constant(1) })
  let calls = 0
  const operation = () => (++calls > 3 ? hang() : Promise.reject(fault))
  const result = watch(
    retry((context) => inner(operation, context), { deadlineMs: 500, backoff: constant(1) }),
  )
  await advance(500)
  expect(result.reason).toMatchObject({ cause: fault, errors: [fault] })
})
