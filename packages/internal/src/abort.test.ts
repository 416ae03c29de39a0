import { describe, expect, test, vi } from 'vitest'
import { raceAbort, sleep, throwIfAborted } from './abort.ts'
import { MAX_TIMER_MS, systemClock } from './clock.ts'
import { advance, deferred, hang, listeners, timers, useVirtualTime, watch } from './testing.ts'

useVirtualTime()

const reason = new Error('the caller gave up')

describe('throwIfAborted', () => {
  test('throws the reason itself, of an aborted signal only', () => {
    expect(() => throwIfAborted(AbortSignal.abort(reason))).toThrow(reason)
    expect(() => throwIfAborted(new AbortController().signal)).not.toThrow()
    expect(() => throwIfAborted(undefined)).not.toThrow()
  })
})

describe('sleep', () => {
  test('ends on time and lets go of the signal', async () => {
    const { signal } = new AbortController()
    const slept = watch(sleep(100, signal, systemClock))
    await advance(99)
    expect(slept.state).toBe('pending')
    await advance(1)
    expect(slept).toMatchObject({ state: 'fulfilled', settledAt: 100 })
    expect(listeners(signal)).toBe(0)
  })

  test('ends at the abort, with its reason, and clears its timer', async () => {
    const controller = new AbortController()
    const slept = watch(sleep(100, controller.signal, systemClock))
    await advance(40)
    controller.abort(reason)
    expect(timers()).toBe(0)
    await advance(0)
    expect(slept).toMatchObject({ state: 'rejected', reason, settledAt: 40 })
    expect(listeners(controller.signal)).toBe(0)
  })

  test('sets no timer on an aborted signal', async () => {
    const slept = sleep(100, AbortSignal.abort(reason), systemClock)
    expect(timers()).toBe(0)
    await expect(slept).rejects.toBe(reason)
  })

  test('never asks for more than a timer can hold, which would fire at once', () => {
    const setTimeout = vi.fn()
    sleep(Number.POSITIVE_INFINITY, undefined, { ...systemClock, setTimeout })
    expect(setTimeout).toHaveBeenCalledWith(expect.any(Function), MAX_TIMER_MS)
  })
})

describe('raceAbort', () => {
  test('without a signal is the work itself', () => {
    const work = Promise.resolve('done')
    expect(raceAbort(work, undefined)).toBe(work)
    expect(raceAbort('done', undefined)).toBe('done')
  })

  test('settles as the work does and lets go of the signal', async () => {
    const { signal } = new AbortController()
    await expect(raceAbort('plain value', signal)).resolves.toBe('plain value')
    await expect(raceAbort(Promise.resolve('done'), signal)).resolves.toBe('done')
    await expect(raceAbort(Promise.reject(reason), signal)).rejects.toBe(reason)
    expect(listeners(signal)).toBe(0)
  })

  test('rejects at the abort, though the work goes on', async () => {
    const controller = new AbortController()
    const raced = watch(raceAbort(hang(), controller.signal) as Promise<never>)
    controller.abort(reason)
    await advance(0)
    expect(raced).toMatchObject({ state: 'rejected', reason })
    expect(listeners(controller.signal)).toBe(0)
  })

  test.each([
    ['before', (controller: AbortController) => controller.abort(reason), () => {}],
    ['meanwhile', () => {}, (controller: AbortController) => controller.abort(reason)],
  ])(
    'work that fails after an abort %s is no unhandled rejection',
    async (_, before, meanwhile) => {
      const unhandled = vi.fn()
      process.on('unhandledRejection', unhandled)
      const controller = new AbortController()
      const work = deferred()
      before(controller)
      const raced = raceAbort(work.promise, controller.signal)
      meanwhile(controller)
      await expect(raced).rejects.toBe(reason)
      work.reject(new Error('too late to matter'))
      await new Promise(setImmediate)
      process.off('unhandledRejection', unhandled)
      expect(unhandled).not.toHaveBeenCalled()
    },
  )
})
