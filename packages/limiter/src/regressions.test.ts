import { runWithTimeout, systemClock } from '@holdfast/internal'
import {
  advance,
  deferred,
  hang,
  listeners,
  timers,
  useVirtualTime,
  watch,
} from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { createLimiter } from './limiter.ts'
import { jobs, reason } from './testing.ts'

useVirtualTime()

// What goes wrong in the libraries of today, by their issues, and went wrong in the system that this package comes
// from. Each test is a defect that someone met.

describe('limits read from configuration must be the ones in force', () => {
  /** As a service reads them, with the defaults of its own. */
  const read = (env: Record<string, string | undefined>) => ({
    maxConcurrent: Number(env['MAX_CONCURRENT'] ?? 3),
    maxQueue: Number(env['MAX_QUEUE'] ?? 4),
    queueTimeoutMs: Number(env['QUEUE_TIMEOUT_MS'] ?? 50),
  })

  /** Makes more calls than any of the limits allows, and tells which limits were met. */
  async function limitsMet(limiter: ReturnType<typeof createLimiter>) {
    const calls = Array.from({ length: 100 }, () => watch(limiter(hang)))
    const maxConcurrent = limiter.active
    const maxQueue = limiter.queued
    await advance(60_000)
    const queueTimeoutMs = Math.max(...calls.map(({ settledAt }) => settledAt ?? 0))
    return { maxConcurrent, maxQueue, queueTimeoutMs }
  }

  test.each([
    [{}, { maxConcurrent: 3, maxQueue: 4, queueTimeoutMs: 50 }],
    [{ MAX_CONCURRENT: '7' }, { maxConcurrent: 7, maxQueue: 4, queueTimeoutMs: 50 }],
    [
      { MAX_CONCURRENT: '1', MAX_QUEUE: '2', QUEUE_TIMEOUT_MS: '1500' },
      { maxConcurrent: 1, maxQueue: 2, queueTimeoutMs: 1500 },
    ],
    [{ MAX_QUEUE: '0' }, { maxConcurrent: 3, maxQueue: 0, queueTimeoutMs: 0 }],
  ])('%o: the numbers that were read are the ones that bound', async (env, limits) => {
    await expect(limitsMet(createLimiter(read(env)))).resolves.toEqual(limits)
  })

  test('the same when they come to a limiter that runs', async () => {
    const limiter = createLimiter()
    limiter.update(read({ MAX_CONCURRENT: '2', MAX_QUEUE: '9', QUEUE_TIMEOUT_MS: '700' }))
    const limits = { maxConcurrent: 2, maxQueue: 9, queueTimeoutMs: 700 }
    await expect(limitsMet(limiter)).resolves.toEqual(limits)
  })

  test('what is not set means the default, not no limit', async () => {
    const env: Record<string, undefined> = {}
    const limiter = createLimiter({ maxConcurrent: env['MAX'], maxQueue: env['QUEUE'] })
    const limits = { maxConcurrent: 5, maxQueue: 20, queueTimeoutMs: 30_000 }
    await expect(limitsMet(limiter)).resolves.toEqual(limits)
  })

  test.each(['maxConcurrent', 'maxQueue', 'queueTimeoutMs'])(
    '%s: text, and what is no number, is refused by name, and no limit is taken in its place',
    (option) => {
      const limiter = createLimiter()
      for (const value of ['10', '', 'ten', Number('ten'), null, true]) {
        expect(() => createLimiter({ [option]: value })).toThrow(option)
        expect(() => limiter.update({ [option]: value })).toThrow(option)
      }
      expect(limiter.stats().limit).toBe(5)
    },
  )
})

test('drain(20) with a job of 100 ms is false at 20 ms', async () => {
  const { limiter, begin } = jobs()
  const { resolve, call } = begin('a')
  setTimeout(() => resolve('done'), 100)
  const drained = watch(limiter.drain({ timeoutMs: 20 }))
  await advance(1000)
  expect(drained).toMatchObject({ value: false, settledAt: 20 })
  expect(call).toMatchObject({ value: 'done', settledAt: 100 })
})

describe('listeners that pile up on a signal', () => {
  test('cockatiel#69, p-queue#235: 1000 calls under one signal share a listener, and leave none', async () => {
    const { signal } = new AbortController()
    const limiter = createLimiter({ maxConcurrent: 2, maxQueue: 1000 })
    const work = deferred()
    const calls = Array.from({ length: 1000 }, () => limiter(() => work.promise, { signal }))
    expect(listeners(signal)).toBe(1)
    work.resolve()
    await Promise.all(calls)
    expect(listeners(signal)).toBe(0)
  })
})

describe('aborted work that stays in the queue', () => {
  test('cockatiel#112, p-queue#168: it leaves at once, and its place in the queue is free', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 1, maxQueue: 1 })
    const controller = new AbortController()
    begin('a')
    const aborted = begin('b', { signal: controller.signal }).call
    controller.abort(reason)
    const next = begin('c').call
    await advance(0)
    expect([aborted.reason, next.state]).toEqual([reason, 'pending'])
    expect(limiter.queued).toBe(1)
  })

  test('p-queue#219, #220: it uses nothing of the rate', async () => {
    const rates = [{ name: 'requests', perMinute: 60, burst: 1 }]
    const { limiter, begin, begun } = jobs({ rates })
    const controller = new AbortController()
    begin('a')
    for (let call = 0; call < 10; call++) begin('b', { signal: controller.signal })
    begin('c')
    controller.abort(reason)
    await advance(999)
    expect(begun).toEqual(['a'])
    await advance(1)
    expect(begun).toEqual(['a', 'c'])
    expect(limiter.stats().rates['requests']?.tokens).toBeCloseTo(0)
  })

  test('p-queue#241: thousands that abort one another do not overflow the stack', async () => {
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 10_000 })
    const permit = await limiter.acquire()
    const controllers = Array.from({ length: 10_000 }, () => new AbortController())
    for (const [at, { signal }] of controllers.entries()) {
      limiter(hang, { signal }).catch(() => controllers[at + 1]?.abort(reason))
    }
    controllers[0]?.abort(reason)
    await advance(0)
    expect(limiter.queued).toBe(0)
    permit.succeed()
    expect(limiter.active).toBe(0)
  })
})

describe('stopping that leaves promises behind', () => {
  test('p-limit#25, p-queue#239, bottleneck#117: close settles all that waits, and the end of the rest is known', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 2, maxQueue: 100 })
    const begun = [begin('a'), begin('b')]
    const waiting = Array.from({ length: 50 }, () => begin('waits').call)
    limiter.close()
    const drained = watch(limiter.drain())
    await advance(0)
    expect(waiting.every(({ state }) => state === 'rejected')).toBe(true)
    expect(drained.state).toBe('pending')
    for (const { resolve } of begun) resolve('done')
    await advance(0)
    expect(drained.value).toBe(true)
    expect(begun.map(({ call }) => call.value)).toEqual(['done', 'done'])
  })
})

describe('queues without bounds', () => {
  test('p-queue#44, bottleneck#169: there is always a bound, and what is beyond it is told so at once', async () => {
    const { limiter, begin } = jobs()
    const calls = Array.from({ length: 1000 }, () => begin('a').call)
    await advance(0)
    expect([limiter.active, limiter.queued]).toEqual([5, 20])
    expect(calls.filter(({ state }) => state === 'rejected')).toHaveLength(975)
  })

  test('OmniRoute#301: nothing waits for ever, though nothing ever ends', async () => {
    const { begin } = jobs({ maxConcurrent: 1 })
    begin('hangs')
    const waiting = begin('b').call
    await advance(30_000)
    expect(waiting.reason).toMatchObject({ code: 'QUEUE_TIMEOUT' })
    expect(timers()).toBe(0)
  })

  test('cockatiel: one who is in the queue is not turned away because a newcomer was faster', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 1, maxQueue: 1 })
    const first = begin('first')
    const waiting = begin('waits')
    first.resolve('done')
    const newcomers = [begin('newcomer')]
    for (let hop = 0; hop < 10; hop++) {
      await undefined
      newcomers.push(begin('newcomer'))
    }
    waiting.resolve('done')
    await advance(0)
    expect(waiting.call.value).toBe('done')
    expect(newcomers.filter(({ call }) => call.state === 'pending')).toHaveLength(1)
    expect([limiter.active, limiter.queued]).toEqual([1, 0])
  })
})

describe('a timeout that frees the slot while the work goes on', () => {
  test('p-queue, jessetane/queue#85: one at once is one at once, though each call times out', async () => {
    const limiter = createLimiter({ maxConcurrent: 1 })
    let live = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++live)
      await new Promise((resolve) => setTimeout(resolve, 100))
      live--
    }
    const calls = Array.from({ length: 5 }, () =>
      runWithTimeout(
        (context) => limiter(work, context),
        {},
        20,
        systemClock,
        () => reason,
      ),
    ).map(watch)
    await advance(20)
    expect(calls.map(({ settledAt }) => settledAt)).toEqual([20, 20, 20, 20, 20])
    expect(limiter.stats()).toMatchObject({ active: 1, queued: 0, zombies: 1 })
    await advance(1000)
    expect(most).toBe(1)
    expect(limiter.stats()).toMatchObject({ active: 0, zombies: 0, started: 1 })
  })

  test('opossum#861: each call has its own signal, and is aborted alone', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 2 })
    const controller = new AbortController()
    const aborted = begin('a', { signal: controller.signal })
    const other = begin('b', { signal: new AbortController().signal })
    controller.abort(reason)
    other.resolve('done')
    await advance(0)
    expect([aborted.call.reason, other.call.value]).toEqual([reason, 'done'])
    expect(limiter.active).toBe(1)
  })
})

describe('rates that burst, drift, or stop', () => {
  const rates = [{ name: 'requests', perMinute: 60, burst: 2 }]

  test('bottleneck#185: an update does not stop the refill, nor give away what has been taken', async () => {
    const { limiter, begin, begun } = jobs({ rates })
    for (const label of ['a', 'b', 'c', 'd']) begin(label).resolve('done')
    await advance(500)
    limiter.update({ maxConcurrent: 6, rates: [{ name: 'requests', perMinute: 60 }] })
    await advance(499)
    expect(begun).toEqual(['a', 'b'])
    await advance(1)
    expect(begun).toEqual(['a', 'b', 'c'])
    await advance(1000)
    expect(begun).toEqual(['a', 'b', 'c', 'd'])
  })

  test('bottleneck#75, p-queue#182: no window at whose edge twice as much may start', async () => {
    const { begin, begun } = jobs({ rates, maxQueue: 100, queueTimeoutMs: 100_000 })
    for (let call = 0; call < 50; call++) begin(`${call}`).resolve('done')
    for (let second = 0; second < 10; second++) {
      expect(begun).toHaveLength(2 + second)
      await advance(999)
      expect(begun).toHaveLength(2 + second)
      await advance(1)
    }
  })

  test('p-queue#236: an idle limiter with rates keeps no timer', async () => {
    const { limiter, begin } = jobs({ rates })
    for (const label of ['a', 'b', 'c']) begin(label).resolve('done')
    expect(timers()).toBe(1)
    await advance(1000)
    expect([limiter.active, limiter.queued, timers()]).toEqual([0, 0, 0])
  })
})
