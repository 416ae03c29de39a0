import { describe, expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'
import type { Context, Operation } from './policy.ts'
import { runWithTimeout } from './run-with-timeout.ts'
import { advance, deferred, hang, listeners, timers, useVirtualTime, watch } from './testing.ts'

useVirtualTime()

const late = new Error('late')
const reason = new Error('the caller gave up')
const run = <T>(
  operation: Operation<T, Context & { signal: AbortSignal }>,
  context: Context = {},
) => runWithTimeout(operation, context, 100, systemClock, () => late)

describe('in time', () => {
  test.each([
    ['a value', () => 'done', 'done'],
    ['a promise', async () => 'done', 'done'],
  ])('settles as %s', async (_, operation, value) => {
    const { signal } = new AbortController()
    await expect(run(operation, { signal })).resolves.toBe(value)
    expect([timers(), listeners(signal)]).toEqual([0, 0])
  })

  test.each([
    ['rejects', () => Promise.reject(reason)],
    [
      'throws',
      () => {
        throw reason
      },
    ],
  ])('%s as the operation does, and leaves nothing behind', async (_, operation) => {
    const { signal } = new AbortController()
    await expect(run(operation, { signal })).rejects.toBe(reason)
    expect([timers(), listeners(signal)]).toEqual([0, 0])
  })

  test('gives all of the context, and a signal of its own', async () => {
    const context = { signal: new AbortController().signal, key: 'a model' }
    const seen = await run((given) => given, context)
    expect(seen).toEqual({ key: 'a model', signal: expect.any(AbortSignal) })
    expect(seen.signal).not.toBe(context.signal)
    expect(context).toHaveProperty('signal')
    expect(seen.signal.aborted).toBe(false)
  })
})

describe('too late', () => {
  test('rejects on time, with what is told, and aborts the operation with the same', async () => {
    const expired = vi.fn(() => late)
    let given: AbortSignal | undefined
    const call = watch(
      runWithTimeout(
        ({ signal }) => {
          given = signal
          return hang()
        },
        {},
        100,
        systemClock,
        expired,
      ),
    )
    await advance(99)
    expect([call.state, given?.aborted]).toEqual(['pending', false])
    await advance(1)
    expect(call).toMatchObject({ state: 'rejected', reason: late, settledAt: 100 })
    expect(given?.reason).toBe(late)
    expect(expired).toHaveBeenCalledOnce()
  })

  test('a result that comes after the time is dropped, and an error is no unhandled rejection', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const work = deferred<string>()
    const call = watch(run(() => work.promise))
    await advance(100)
    work.reject(new Error('too late to matter'))
    await advance(0)
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)
    expect(call.reason).toBe(late)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('an abort by the caller', () => {
  test('rejects at once with its reason, and the time no longer counts', async () => {
    const expired = vi.fn()
    const controller = new AbortController()
    const context = { signal: controller.signal }
    const call = watch(runWithTimeout(hang, context, 100, systemClock, expired))
    await advance(40)
    controller.abort(reason)
    expect(listeners(controller.signal)).toBe(0)
    await advance(100)
    expect(call).toMatchObject({ state: 'rejected', reason, settledAt: 40 })
    expect(expired).not.toHaveBeenCalled()
    expect(timers()).toBe(0)
  })
})
