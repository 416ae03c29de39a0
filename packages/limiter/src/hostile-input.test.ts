// What a limiter must withstand from its user: contexts that are none, callbacks that fail, options of the wrong kind.
import { revokedProxy, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { adaptive } from './adaptive.ts'
import { adaptiveLifo } from './adaptive-lifo.ts'
import { fairQueue } from './fair-queue.ts'
import { createLimiter } from './limiter.ts'
import type { LimiterContext } from './limiter-context.ts'
import type { Queue } from './queue-discipline.ts'
import { jobs } from './testing.ts'
import { createTokenBucket } from './token-bucket.ts'

useVirtualTime()

const fault = new Error('the callback is broken')
const broken = () => {
  throw fault
}
/** A context that can be read so often, and then throws. */
const failingAfter = (reads: number) => ({
  get signal() {
    if (reads-- > 0) return undefined
    throw fault
  },
})

describe('the context of a call', () => {
  test.each([[null], [undefined], [{ signal: null }]])('may be %j', async (context) => {
    const limiter = createLimiter({ maxConcurrent: 1 })
    expect(await limiter(() => 'done', context as never)).toBe('done')
    const permit = await limiter.acquire(context as never)
    permit.succeed()
    limiter.tryAcquire(context as never)?.succeed()
    expect(limiter.active).toBe(0)
  })

  test.each<[context: unknown]>([
    [{ signal: 1 }],
    [{ signal: {} }],
    [{ signal: { aborted: false } }],
    [{ signal: new AbortController() }],
    [{ signal: revokedProxy() }],
    [{ deadlineAt: Number.NaN }],
    ['context'],
  ])('that is wrong (%#) rejects before the operation runs, and takes no slot', async (context) => {
    const limiter = createLimiter({ maxConcurrent: 1 })
    const operation = vi.fn()
    for (let call = 0; call < 3; call++) {
      await expect(limiter(operation, context as never)).rejects.toThrow(TypeError)
      await expect(limiter.acquire(context as never)).rejects.toThrow(TypeError)
    }
    expect(() => limiter.tryAcquire(context as never)).toThrow(TypeError)
    expect(operation).not.toHaveBeenCalled()
    expect([limiter.active, limiter.queued]).toEqual([0, 0])
    await expect(limiter(() => 'done')).resolves.toBe('done')
  })

  test.each([0, 1, 2, 3, 4, 5])(
    'that throws when it is read for the %ith time keeps no slot, and no place in the queue',
    async (reads) => {
      const limiter = createLimiter({ maxConcurrent: 1, rates: [{ name: 'calls', perMinute: 60 }] })
      await limiter(() => 'done', failingAfter(reads) as LimiterContext).catch(() => {})
      expect([limiter.active, limiter.queued]).toEqual([0, 0])
      const running = limiter.tryAcquire()
      const waiting = limiter(() => 'done', failingAfter(reads) as LimiterContext)
      waiting.catch(() => {})
      running?.succeed()
      await vi.advanceTimersByTimeAsync(1_000)
      expect([limiter.active, limiter.queued]).toEqual([0, 0])
    },
  )
})

describe('a queue of the user that fails', () => {
  const working: Queue = { next: () => undefined }

  test.each(['next', 'isOverfull', 'join', 'leave', 'start', 'end'] as const)(
    'in `%s` keeps no slot, ends no call, and is reported',
    async (method) => {
      const onEvent = vi.fn()
      const queue = { createQueue: () => ({ ...working, [method]: broken }) }
      const limiter = createLimiter({ maxConcurrent: 1, queue, onEvent })
      const calls = [1, 2, 3].map((value) => limiter(() => value))
      if (method === 'next') await expect(Promise.all(calls)).resolves.toEqual([1, 2, 3])
      const report = { type: 'callback.failed', name: 'limiter', callback: `queue.${method}` }
      limiter.close()
      await Promise.allSettled(calls)
      if (method !== 'start' && method !== 'end') {
        expect(onEvent).toHaveBeenCalledWith({ ...report, error: fault })
      }
      expect([limiter.active, limiter.queued]).toEqual([0, 0])
    },
  )
})

test('a limit of the user that fails when a call ends keeps no slot, and is reported', async () => {
  const onEvent = vi.fn()
  const maxConcurrent = { max: 1, createLimit: () => ({ current: 1, settled: broken }) }
  const limiter = createLimiter({ maxConcurrent, onEvent })
  await expect(limiter(() => 'done')).resolves.toBe('done')
  await expect(limiter(() => 'done')).resolves.toBe('done')
  const report = { type: 'callback.failed', name: 'limiter', callback: 'maxConcurrent.settled' }
  expect(onEvent).toHaveBeenCalledWith({ ...report, error: fault })
})

test.each<[act: () => unknown, message: string]>([
  [() => createLimiter(100 as never), '`createLimiter` takes an object of options, not 100'],
  [() => createLimiter(null as never), '`createLimiter` takes an object of options, not null'],
  [
    () => createLimiter({ concurrency: 3 } as never),
    '`createLimiter` has no option `concurrency`, only `maxConcurrent`',
  ],
  [
    () => createLimiter({ queue: 'fifo' } as never),
    '`queue` must be a queue such as `fifo`, `fairQueue()`, or `adaptiveLifo()`, not "fifo"',
  ],
  [() => createLimiter({ queue: fairQueue as never }), '`queue.createQueue` must be a function'],
  [() => createLimiter({ rates: {} as never }), '`rates` must be an array of rates'],
  [
    () => createLimiter({ rates: [{ name: 'a', perSecond: 5 } as never] }),
    '`rates[0]` has no option',
  ],
  [() => createLimiter({ clock: 5 as never }), '`clock` must be a clock, not 5'],
  [() => createLimiter().update({ name: 'other' } as never), '`update` has no option `name`'],
  [() => fairQueue({ shares: 1 } as never), '`fairQueue` has no option `shares`'],
  [() => adaptiveLifo(5 as never), '`adaptiveLifo` takes an object of options'],
  [() => adaptive({ max: 5, maximum: 5 } as never), '`adaptive` has no option `maximum`'],
  [
    () => createTokenBucket({ capacity: 5, refillPerSecond: 1, full: true } as never),
    '`createTokenBucket` has no option `full`',
  ],
])('mistakes in options are named at creation: %#', (act, message) => {
  expect(act).toThrow(message)
})

test('limiters of one name are told apart by `instance`, from their creation on', () => {
  const onEvent = vi.fn()
  for (let made = 0; made < 2; made++) createLimiter({ name: 'chat', maxConcurrent: 7, onEvent })
  const created = onEvent.mock.calls.map(([event]) => event)
  expect(created).toMatchObject([
    { type: 'limiter.created', name: 'chat', limit: 7, active: 0, queued: 0 },
    { type: 'limiter.created', name: 'chat' },
  ])
  expect(created[0].instance).not.toBe(created[1].instance)
})

test('an outcome is `success`, `failure`, or `ignore`', async () => {
  const { limiter, events } = jobs()
  await limiter(() => 'done')
  await limiter(broken).catch(() => {})
  limiter.tryAcquire()?.ignore()
  const outcomes = events.flatMap((event) =>
    event.type === 'limiter.settled' ? [event.outcome] : [],
  )
  expect(outcomes).toEqual(['success', 'failure', 'ignore'])
})
