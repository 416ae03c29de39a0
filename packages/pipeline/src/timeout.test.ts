import { TimeoutError } from '@holdfast/internal'
import { advance, hang, listeners, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, type Mock, test, vi } from 'vitest'
import { type TimeoutEvent, timeout } from './timeout.ts'

useVirtualTime()

/** The types of the events that an observer has received. */
const types = (onEvent: Mock<(event: TimeoutEvent) => void>) =>
  onEvent.mock.calls.map(([event]) => event.type)

const reason = new Error('the caller gave up')

describe('an operation in time', () => {
  test('settles as it does, and nothing is left behind', async () => {
    const { signal } = new AbortController()
    const boom = new Error('boom')
    const policy = timeout({ ms: 100 })
    await expect(policy(() => 'plain value', { signal })).resolves.toBe('plain value')
    await expect(policy(() => Promise.reject(boom), { signal })).rejects.toBe(boom)
    await expect(
      policy(() => {
        throw boom
      }),
    ).rejects.toBe(boom)
    expect([timers(), listeners(signal)]).toEqual([0, 0])
  })

  test('sees all that the caller gave, and a signal of its own', async () => {
    const context = { signal: new AbortController().signal, key: 'a model' }
    const seen = await timeout({ ms: 100 })((given) => given, context)
    expect(seen).toMatchObject({ ...context, signal: expect.any(AbortSignal), deadlineAt: 100 })
    expect(seen.signal).not.toBe(context.signal)
  })

  test('knows when it must have ended: by its own time or by an outer one, whichever is sooner', async () => {
    await advance(1000)
    const seenWithin = (deadlineAt?: number) =>
      timeout({ ms: 100 })((given) => given.deadlineAt, { deadlineAt })
    await expect(seenWithin()).resolves.toBe(1100)
    await expect(seenWithin(1050)).resolves.toBe(1050)
    await expect(seenWithin(1150)).resolves.toBe(1100)
    const nested = timeout({ ms: 50 })((outer) => timeout({ ms: 100 })((given) => given, outer))
    await expect(nested).resolves.toMatchObject({ deadlineAt: 1050 })
  })
})

describe('an operation that takes too long', () => {
  test('is rejected on time, though it does not look at its signal', async () => {
    const late = watch(timeout({ ms: 100 })(hang))
    await advance(99)
    expect(late.state).toBe('pending')
    await advance(1)
    expect(late.settledAt).toBe(100)
    expect(late.reason).toMatchObject({
      name: 'TimeoutError',
      code: 'TIMEOUT',
      timeoutMs: 100,
      message: 'Timed out after 100 ms',
    })
  })

  test('is told by its signal, with the same error, which is of this call alone', async () => {
    const signals: (AbortSignal | undefined)[] = []
    const policy = timeout({ ms: 100 })
    const call = () =>
      watch(
        policy(({ signal }) => {
          signals.push(signal)
          return hang()
        }),
      )
    const first = call()
    await advance(50)
    call()
    await advance(50)
    expect(signals[0]?.reason).toBe(first.reason)
    expect(signals[1]?.aborted).toBe(false)
  })

  test('gives the timeout, whatever it makes of the abort', async () => {
    const late = watch(
      timeout({ ms: 100 })(
        ({ signal }) =>
          new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(new Error('own words')))
          }),
      ),
    )
    await advance(100)
    expect(late.reason).toBeInstanceOf(TimeoutError)
  })

  test('and a policy whose signal lives on leave nothing behind', async () => {
    const { signal } = new AbortController()
    const late = watch(timeout({ ms: 100 })(hang, { signal }))
    await advance(100)
    expect(late.state).toBe('rejected')
    expect([timers(), listeners(signal)]).toEqual([0, 0])
  })
})

describe('an abort by the caller', () => {
  test('before: nothing is called', async () => {
    const operation = vi.fn()
    const call = timeout({ ms: 100 })(operation, { signal: AbortSignal.abort(reason) })
    await expect(call).rejects.toBe(reason)
    expect(operation).not.toHaveBeenCalled()
    expect(timers()).toBe(0)
  })

  test('wins over the timeout: rejects at once with its reason, and no expiry is told', async () => {
    const onEvent = vi.fn<(event: TimeoutEvent) => void>()
    const controller = new AbortController()
    const call = watch(timeout({ ms: 100, onEvent })(hang, { signal: controller.signal }))
    await advance(40)
    controller.abort(reason)
    await advance(100)
    expect(call).toMatchObject({ reason, settledAt: 40 })
    expect(types(onEvent)).toEqual(['timeout.created'])
    expect([timers(), listeners(controller.signal)]).toEqual([0, 0])
  })
})

describe('nested', () => {
  test('the sooner one ends it, and only that one tells', async () => {
    const [outer, inner] = [
      vi.fn<(event: TimeoutEvent) => void>(),
      vi.fn<(event: TimeoutEvent) => void>(),
    ]
    const first = watch(
      timeout({ ms: 50, onEvent: outer })((context) =>
        timeout({ ms: 100, onEvent: inner })(hang, context),
      ),
    )
    await advance(200)
    expect(first).toMatchObject({ settledAt: 50, reason: { timeoutMs: 50 } })
    expect(types(outer)).toEqual(['timeout.created', 'timeout.expired'])
    expect(types(inner)).toEqual(['timeout.created'])
    expect(timers()).toBe(0)
  })

  test('the inner time is over first: the outer hands its error on', async () => {
    const [outer, inner] = [
      vi.fn<(event: TimeoutEvent) => void>(),
      vi.fn<(event: TimeoutEvent) => void>(),
    ]
    const call = watch(
      timeout({ ms: 100, onEvent: outer })((context) =>
        timeout({ ms: 50, onEvent: inner })(hang, context),
      ),
    )
    await advance(200)
    expect(call).toMatchObject({ settledAt: 50, reason: { timeoutMs: 50 } })
    expect(types(outer)).toEqual(['timeout.created'])
    expect(types(inner)).toEqual(['timeout.created', 'timeout.expired'])
    expect(timers()).toBe(0)
  })
})

test('0 ms is no time: the operation is called, and given up in the next tick', async () => {
  const operation = vi.fn(hang)
  const call = watch(timeout({ ms: 0 })(operation))
  await advance(1)
  expect(call.reason).toBeInstanceOf(TimeoutError)
  expect(operation).toHaveBeenCalledOnce()
  await expect(timeout({ ms: 0 })(() => 'at once')).resolves.toBe('at once')
})

test('an operation that is no function is named, and leaves no timer', async () => {
  await expect(timeout({ ms: 100 })('work' as never)).rejects.toThrow(/operation/)
  expect(timers()).toBe(0)
})

describe('events', () => {
  test('tell of an expiry, by name', async () => {
    const onEvent = vi.fn<(event: TimeoutEvent) => void>()
    watch(timeout({ ms: 100, name: 'chat', onEvent })(hang))
    await advance(200)
    expect(onEvent).toHaveBeenLastCalledWith({
      type: 'timeout.expired',
      name: 'chat',
      timeoutMs: 100,
    })
  })

  test('an observer that throws harms nobody', async () => {
    const onEvent = () => {
      throw new Error('observer')
    }
    const late = watch(timeout({ ms: 100, onEvent })(hang))
    await advance(100)
    expect(late.reason).toBeInstanceOf(TimeoutError)
  })
})

test.each([
  [{ ms: -1 }, RangeError, '`ms` must be a number from 0 to 2147483647, not -1'],
  [{ ms: 2 ** 31 }, RangeError, '`ms` must be a number from 0 to 2147483647, not 2147483648'],
  [{ ms: Number.NaN }, RangeError, '`ms` must be a number from 0 to 2147483647, not NaN'],
  [{ ms: '5' }, TypeError, '`ms` must be a number from 0 to 2147483647, not "5"'],
  [{}, TypeError, '`ms` must be a number from 0 to 2147483647, not undefined'],
  [{ ms: 1, onEvent: 1 }, TypeError, '`onEvent` must be a function, not 1'],
])('%o is refused at creation', (options, errorClass, message) => {
  expect(() => timeout(options as never)).toThrow(new errorClass(message))
})

test('a TimeoutError of another copy of the package is known, one of the platform is not', () => {
  expect(TimeoutError.isInstance(new TimeoutError(5))).toBe(true)
  expect(TimeoutError.isInstance({ [Symbol.for('@holdfast/TimeoutError')]: true })).toBe(true)
  expect(TimeoutError.isInstance(new DOMException('late', 'TimeoutError'))).toBe(false)
})
