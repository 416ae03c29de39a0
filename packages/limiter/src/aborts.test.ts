import {
  advance,
  deferred,
  hang,
  listeners,
  timers,
  useVirtualTime,
  watch,
} from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { createLimiter } from './limiter.ts'
import { boom, jobs, reason } from './testing.ts'

useVirtualTime()

describe('an abort', () => {
  test('before: nothing is called and no slot is taken', async () => {
    const onEvent = vi.fn()
    const limiter = createLimiter({ onEvent })
    const operation = vi.fn()
    const context = { signal: AbortSignal.abort(reason) }
    await expect(limiter(operation, context)).rejects.toBe(reason)
    await expect(limiter.acquire(context)).rejects.toBe(reason)
    expect(operation).not.toHaveBeenCalled()
    expect(onEvent.mock.calls.map(([{ type }]) => type)).toEqual(['limiter.created'])
  })

  test('while waiting frees the place in the same tick', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1, maxQueue: 1 })
    const controller = new AbortController()
    begin('a')
    const aborted = begin('b', { signal: controller.signal }).call
    controller.abort(reason)
    expect([limiter.queued, timers()]).toEqual([0, 0])
    const next = begin('c').call
    await advance(0)
    expect(aborted.reason).toBe(reason)
    expect(next.state).toBe('pending')
    expect(begun).toEqual(['a'])
    expect(listeners(controller.signal)).toBe(0)
  })

  test('from the head, the middle or the end of the line leaves the order as it was', async () => {
    for (const gone of ['a', 'b', 'c']) {
      const { begun, begin, limiter } = jobs({ maxConcurrent: 1 })
      const permit = await limiter.acquire()
      const controller = new AbortController()
      for (const label of ['a', 'b', 'c']) {
        begin(label, label === gone ? { signal: controller.signal } : {}).resolve('done')
      }
      controller.abort(reason)
      permit.succeed()
      await advance(0)
      expect(begun).toEqual(['a', 'b', 'c'].filter((label) => label !== gone))
    }
  })

  test('of a large call that was next lets those in who fit', async () => {
    const { begun, begin } = jobs({ maxConcurrent: 2, maxQueue: 50 })
    const controller = new AbortController()
    begin('a')
    begin('large', { cost: 2, signal: controller.signal })
    for (let small = 0; small < 16; small++) begin('small').resolve('done')
    await advance(0)
    begin('behind')
    expect(begun).not.toContain('behind')
    controller.abort(reason)
    await advance(0)
    expect(begun).toContain('behind')
    expect(begun).not.toContain('large')
  })

  test('just after the slot was granted starts nothing and gives the slot on', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1 })
    const controller = new AbortController()
    const permit = await limiter.acquire()
    const aborted = begin('a', { signal: controller.signal }).call
    begin('b')
    permit.succeed()
    controller.abort(reason)
    await advance(0)
    expect(aborted.reason).toBe(reason)
    expect(begun).toEqual(['b'])
    expect(limiter.stats()).toMatchObject({ active: 1, zombies: 0, ignored: 1 })
  })

  test('just after the slot was granted gives back what was reserved of the rates as well', async () => {
    for (const form of ['call', 'acquire']) {
      const rates = [{ name: 'tokens', perMinute: 60, burst: 10, cost: () => 4 }]
      const limiter = createLimiter({ maxConcurrent: 1, rates })
      const controller = new AbortController()
      const context = { signal: controller.signal }
      const permit = await limiter.acquire()
      const call = form === 'call' ? limiter(hang, context) : limiter.acquire(context)
      const aborted = watch<unknown>(call)
      permit.succeed()
      expect(limiter.stats().rates['tokens']?.tokens).toBe(2)
      controller.abort(reason)
      await advance(0)
      expect(aborted.reason).toBe(reason)
      expect(limiter.stats().rates['tokens']?.tokens).toBe(6)
    }
  })

  test('just after a permit was granted hands out none, and gives the slot on', async () => {
    const limiter = createLimiter({ maxConcurrent: 1 })
    const controller = new AbortController()
    const permit = await limiter.acquire()
    const aborted = watch(limiter.acquire({ signal: controller.signal }))
    const next = watch(limiter.acquire())
    permit.succeed()
    controller.abort(reason)
    await advance(0)
    expect(aborted.reason).toBe(reason)
    expect(next.state).toBe('fulfilled')
    expect(limiter.active).toBe(1)
  })

  test('of a call that has ended changes nothing', async () => {
    const { limiter, begin } = jobs()
    const controller = new AbortController()
    const { call, resolve } = begin('a', { signal: controller.signal })
    resolve('done')
    await advance(0)
    const before = limiter.stats()
    controller.abort(reason)
    await advance(0)
    expect(call.value).toBe('done')
    expect(limiter.stats()).toEqual(before)
  })

  test('while a permit is held is for its holder to see', async () => {
    const limiter = createLimiter()
    const controller = new AbortController()
    const permit = await limiter.acquire({ signal: controller.signal })
    controller.abort(reason)
    expect(limiter.active).toBe(1)
    permit.ignore()
    expect(limiter.active).toBe(0)
  })

  test.each([
    ['100 000 that wait, by one signal', 100_000, new AbortController()],
    ['10 000 that wait, by a signal each', 10_000, undefined],
  ])('of %s, neither recurses nor stalls', async (_, count, shared) => {
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: count + 1 })
    const permit = await limiter.acquire()
    const controllers = Array.from({ length: count }, () => shared ?? new AbortController())
    let rejected = 0
    for (const { signal } of controllers) {
      limiter.acquire({ signal }).catch((error) => {
        if (error === reason) rejected++
      })
    }
    const last = watch(limiter.acquire())
    for (const controller of controllers) controller.abort(reason)
    expect(limiter.queued).toBe(1)
    permit.succeed()
    await advance(0)
    expect(rejected).toBe(count)
    expect(last.state).toBe('fulfilled')
  })

  test('leaves nothing behind on a signal that lives on', async () => {
    const { signal } = new AbortController()
    const { begin, limiter } = jobs({ maxConcurrent: 1, queueTimeoutMs: 100, maxQueue: 4 })
    const calls = Array.from({ length: 6 }, (_, index) => begin(`${index}`, { signal }))
    expect(listeners(signal)).toBe(1)
    await advance(50)
    calls[0]?.resolve('done')
    await advance(100)
    calls[1]?.reject(boom)
    await advance(0)
    const permit = await limiter.acquire({ signal })
    limiter.acquire({ signal }).catch(() => {})
    limiter.close()
    permit.succeed()
    await advance(0)
    expect(calls.map(({ call }) => call.state)).not.toContain('pending')
    expect(listeners(signal)).toBe(0)
    expect(timers()).toBe(0)
  })
})

describe('an abort of a call that runs', () => {
  test('rejects at once, but the slot is held until the work has ended: a zombie', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1 })
    const controller = new AbortController()
    const running = begin('a', { signal: controller.signal })
    begin('b')
    controller.abort(reason)
    await advance(0)
    expect(running.call.reason).toBe(reason)
    expect(begun).toEqual(['a'])
    expect(limiter.stats()).toMatchObject({ active: 1, zombies: 1, ignored: 0 })
    running.reject(new Error('the work has ended at last'))
    await advance(0)
    expect(begun).toEqual(['a', 'b'])
    expect(limiter.stats()).toMatchObject({ active: 1, zombies: 0, ignored: 1, failures: 0 })
    expect(listeners(controller.signal)).toBe(0)
  })

  test('by the operation itself, while it begins, is no different', async () => {
    const { limiter } = jobs({ maxConcurrent: 1 })
    const controller = new AbortController()
    const work = deferred()
    const operation = () => {
      controller.abort(reason)
      return work.promise
    }
    await expect(limiter(operation, { signal: controller.signal })).rejects.toBe(reason)
    expect(limiter.stats()).toMatchObject({ active: 1, zombies: 1 })
    work.resolve()
    await advance(0)
    expect(limiter.stats()).toMatchObject({ active: 0, zombies: 0, ignored: 1 })
  })

  test('says nothing on how the work would have ended, though it ends well', async () => {
    const { limiter, begin, events } = jobs()
    const controller = new AbortController()
    const { call, resolve } = begin('a', { signal: controller.signal })
    controller.abort(reason)
    resolve('too late')
    await advance(0)
    expect(call.reason).toBe(reason)
    expect(limiter.stats()).toMatchObject({ successes: 0, failures: 0, ignored: 1 })
    expect(events.at(-1)).toMatchObject({ type: 'limiter.settled', outcome: 'ignore' })
  })

  test('of work that fails later is no unhandled rejection', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { begin } = jobs()
    const controller = new AbortController()
    const { call, reject } = begin('a', { signal: controller.signal })
    controller.abort(reason)
    reject(boom)
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)
    expect(call.reason).toBe(reason)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('with releaseOnAbort', () => {
  test('an aborted call gives its slot on at once, though its work goes on', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1, releaseOnAbort: true })
    const controller = new AbortController()
    const running = begin('a', { signal: controller.signal })
    begin('b')
    controller.abort(reason)
    await advance(0)
    expect(running.call.reason).toBe(reason)
    expect(begun).toEqual(['a', 'b'])
    expect(limiter.stats()).toMatchObject({ active: 1, zombies: 1, started: 2, ignored: 1 })
  })

  test('the end of that work gives back no slot a second time', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 2, releaseOnAbort: true })
    const controller = new AbortController()
    const [well, badly] = [1, 2].map(() => begin('a', { signal: controller.signal }))
    controller.abort(reason)
    begin('b')
    well?.resolve('too late')
    badly?.reject(boom)
    await advance(0)
    expect(limiter.stats()).toMatchObject({ active: 1, zombies: 0, ignored: 2, failures: 0 })
  })

  test('a call that is not aborted ends as ever', async () => {
    const limiter = createLimiter({ releaseOnAbort: true })
    const { signal } = new AbortController()
    await expect(limiter(() => 'done', { signal })).resolves.toBe('done')
    await expect(limiter(() => Promise.reject(boom), { signal })).rejects.toBe(boom)
    expect(limiter.stats()).toMatchObject({ active: 0, successes: 1, failures: 1, ignored: 0 })
    limiter(hang, { signal })
    expect(limiter.active).toBe(1)
  })
})
