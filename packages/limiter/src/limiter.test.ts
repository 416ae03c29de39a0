import { systemClock } from '@holdfast/internal'
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
import { LimiterClosedError, QueueFullError, QueueTimeoutError } from './errors.ts'
import type { LimiterEvent } from './events.ts'
import { createLimiter } from './limiter.ts'
import type { LimiterOptions } from './settings.ts'

useVirtualTime()

const reason = new Error('the caller gave up')

/** Runs calls that end when told, and remembers the order in which they began. */
function jobs(options?: LimiterOptions) {
  const limiter = createLimiter(options)
  const begun: string[] = []
  const begin = (label: string, signal?: AbortSignal) => {
    const work = deferred<string>()
    const operation = () => {
      begun.push(label)
      return work.promise
    }
    return { ...work, call: watch(limiter(operation, { signal })) }
  }
  return { limiter, begun, begin }
}

test('by default: 5 run at once, 20 wait, the 26th is rejected with 503', async () => {
  const { limiter, begin } = jobs()
  const calls = Array.from({ length: 26 }, (_, index) => begin(`${index}`).call)
  await advance(0)
  expect([limiter.active, limiter.queued]).toEqual([5, 20])
  expect(calls.filter(({ state }) => state === 'pending')).toHaveLength(25)
  expect(calls[25]?.reason).toBeInstanceOf(QueueFullError)
  expect(calls[25]?.reason).toMatchObject({ statusCode: 503 })
  await advance(30_000)
  expect(calls.filter(({ reason }) => QueueTimeoutError.isInstance(reason))).toHaveLength(20)
})

describe('a call', () => {
  test('that may run at once hands on context, result and error untouched', async () => {
    const limiter = createLimiter()
    const context = { signal: new AbortController().signal, key: 'a model' }
    const boom = new Error('boom')
    await expect(limiter((given) => given, context)).resolves.toBe(context)
    await expect(limiter(() => Promise.reject(boom))).rejects.toBe(boom)
    await expect(
      limiter(() => {
        throw boom
      }),
    ).rejects.toBe(boom)
    expect([limiter.active, listeners(context.signal), timers()]).toEqual([0, 0, 0])
  })

  test('that waits is let in in the order of coming', async () => {
    const { begun, begin } = jobs({ maxConcurrent: 1 })
    const [a, b] = [begin('a'), begin('b'), begin('c')]
    await advance(0)
    expect(begun).toEqual(['a'])
    a.resolve('done')
    await advance(0)
    expect(begun).toEqual(['a', 'b'])
    b.reject(new Error('a failure frees the place too'))
    await advance(0)
    expect(begun).toEqual(['a', 'b', 'c'])
    expect(a.call.value).toBe('done')
  })

  test('that comes as a place falls free cannot steal it from one who waits', async () => {
    const whileItFallsFree = vi.fn(() => limiter.tryAcquire())
    const limiter = createLimiter({
      maxConcurrent: 1,
      maxQueue: 1,
      onEvent: ({ type }) => void (type === 'limiter.settled' && whileItFallsFree()),
    })
    const permit = await limiter.acquire()
    const waiting = watch(limiter.acquire())
    permit.succeed()
    expect(whileItFallsFree).toHaveReturnedWith(undefined)
    expect(limiter.tryAcquire()).toBeUndefined()
    const newcomer = watch(limiter.acquire())
    await advance(0)
    expect([waiting.state, newcomer.state]).toEqual(['fulfilled', 'pending'])
  })
})

describe('the queue', () => {
  test('gives up on a call at its own time, not a millisecond before, with one timer for all', async () => {
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: 100 })
    const waiting = []
    for (let call = 0; call < 3; call++) {
      waiting.push(watch(limiter.acquire()))
      await advance(1)
    }
    expect(timers()).toBe(1)
    await advance(200)
    expect(waiting.map(({ settledAt }) => settledAt)).toEqual([100, 101, 102])
    expect(waiting[0]?.reason).toBeInstanceOf(QueueTimeoutError)
    expect([limiter.queued, timers()]).toEqual([0, 0])
  })

  test('sets no timer for calls that need not wait, and clears it when nobody waits', async () => {
    const limiter = createLimiter({ maxConcurrent: 1 })
    const permit = await limiter.acquire()
    expect(timers()).toBe(0)
    limiter.acquire()
    expect(timers()).toBe(1)
    permit.succeed()
    expect(timers()).toBe(0)
  })

  test('may be without a deadline', async () => {
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: Number.POSITIVE_INFINITY })
    const waiting = watch(limiter.acquire())
    expect(timers()).toBe(0)
    await advance(1e9)
    expect(waiting.state).toBe('pending')
  })

  test('keeps a deadline that is longer than a timer can hold', async () => {
    const clock = { ...systemClock, setTimeout: vi.fn(systemClock.setTimeout) }
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: 2 ** 31, clock })
    const waiting = watch(limiter.acquire())
    await advance(2 ** 31 - 1)
    expect(waiting.state).toBe('pending')
    await advance(1)
    expect(waiting.settledAt).toBe(2 ** 31)
    expect(clock.setTimeout.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1, 1])
  })

  test('of no length rejects at once what cannot run at once', async () => {
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 0 })
    limiter(hang)
    await expect(limiter(hang)).rejects.toThrow(QueueFullError)
  })
})

describe('an abort', () => {
  test('before: nothing is called and no place is taken', async () => {
    const onEvent = vi.fn()
    const limiter = createLimiter({ onEvent })
    const operation = vi.fn()
    const context = { signal: AbortSignal.abort(reason) }
    await expect(limiter(operation, context)).rejects.toBe(reason)
    await expect(limiter.acquire(context)).rejects.toBe(reason)
    expect(operation).not.toHaveBeenCalled()
    expect(onEvent).not.toHaveBeenCalled()
  })

  test('while waiting frees the place in the same tick', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1, maxQueue: 1 })
    const controller = new AbortController()
    begin('a')
    const aborted = begin('b', controller.signal).call
    controller.abort(reason)
    expect([limiter.queued, timers()]).toEqual([0, 0])
    const next = begin('c').call
    await advance(0)
    expect(aborted.reason).toBe(reason)
    expect(next.state).toBe('pending')
    expect(begun).toEqual(['a'])
    expect(listeners(controller.signal)).toBe(0)
  })

  test('just after the place was granted starts nothing and gives the place on', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1 })
    const controller = new AbortController()
    const permit = await limiter.acquire()
    const aborted = begin('a', controller.signal).call
    begin('b')
    permit.succeed()
    controller.abort(reason)
    await advance(0)
    expect(aborted.reason).toBe(reason)
    expect(begun).toEqual(['b'])
    expect(limiter.active).toBe(1)
  })

  test('while running rejects at once, but the place is held until the work has ended', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1 })
    const controller = new AbortController()
    const running = begin('a', controller.signal)
    begin('b')
    controller.abort(reason)
    await advance(0)
    expect(running.call.reason).toBe(reason)
    expect([limiter.active, begun]).toEqual([1, ['a']])
    running.reject(new Error('the work has ended at last'))
    await advance(0)
    expect(begun).toEqual(['a', 'b'])
    expect(listeners(controller.signal)).toBe(0)
  })

  test.each(['one signal', 'a signal each'])(
    'of ten thousand that wait, by %s, neither recurses nor stalls',
    async (signals) => {
      const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 10_001 })
      const permit = await limiter.acquire()
      const shared = new AbortController()
      const controllers = Array.from({ length: 10_000 }, () =>
        signals === 'one signal' ? shared : new AbortController(),
      )
      const waiting = controllers.map(({ signal }) => watch(limiter.acquire({ signal })))
      const last = watch(limiter.acquire())
      for (const controller of controllers) controller.abort(reason)
      expect(limiter.queued).toBe(1)
      permit.succeed()
      await advance(0)
      expect(waiting.every((call) => call.reason === reason)).toBe(true)
      expect(last.state).toBe('fulfilled')
      expect(listeners(shared.signal)).toBe(0)
    },
  )

  test('leaves nothing behind on a signal that lives on', async () => {
    const { signal } = new AbortController()
    const { begin } = jobs({ maxConcurrent: 1, queueTimeoutMs: 100 })
    const [running] = Array.from({ length: 5 }, (_, index) => begin(`${index}`, signal))
    await advance(50)
    running?.resolve('done')
    await advance(100)
    expect(listeners(signal)).toBe(1)
    expect(timers()).toBe(0)
  })
})

describe('the two-step form', () => {
  test('holds a place until the permit is settled; settling it again does nothing', async () => {
    const limiter = createLimiter({ maxConcurrent: 2 })
    const [one, other] = [await limiter.acquire(), await limiter.acquire()]
    one.succeed()
    one.fail(new Error('late'))
    one[Symbol.dispose]()
    expect(limiter.active).toBe(1)
    other[Symbol.dispose]()
    expect(limiter.active).toBe(0)
  })

  test('tryAcquire never waits', async () => {
    const limiter = createLimiter({ maxConcurrent: 1 })
    const permit = limiter.tryAcquire()
    expect(limiter.tryAcquire()).toBeUndefined()
    permit?.ignore()
    expect(limiter.tryAcquire()).toBeDefined()
  })
})

describe('update', () => {
  test('that raises the limit lets in at once those who wait', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1 })
    for (const label of ['a', 'b', 'c', 'd']) begin(label)
    limiter.update({ maxConcurrent: 3 })
    await advance(0)
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  test('that lowers the limit loses nothing that runs, and starts less', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 2 })
    const [a, b] = [begin('a'), begin('b'), begin('c')]
    limiter.update({ maxConcurrent: 1 })
    a.resolve('done')
    await advance(0)
    expect([limiter.active, begun]).toEqual([1, ['a', 'b']])
    b.resolve('done')
    await advance(0)
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  test('to 0 pauses, and calls wait', async () => {
    const { limiter, begun, begin } = jobs()
    limiter.update({ maxConcurrent: 0 })
    begin('a')
    await advance(1000)
    expect(begun).toEqual([])
    limiter.update({ maxConcurrent: 1 })
    await advance(0)
    expect(begun).toEqual(['a'])
  })

  test('of the time in the queue holds for those who wait', async () => {
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: 1000 })
    const waiting = watch(limiter.acquire())
    await advance(50)
    limiter.update({ queueTimeoutMs: 100 })
    await advance(50)
    expect(waiting.settledAt).toBe(100)
  })

  test('with a mistake changes nothing', async () => {
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 0 })
    expect(() => limiter.update({ maxConcurrent: 2, maxQueue: -1 })).toThrow(RangeError)
    limiter(hang)
    await expect(limiter(hang)).rejects.toThrow(QueueFullError)
  })
})

describe('drain', () => {
  test('is done at once when nothing runs', async () => {
    await expect(createLimiter().drain({ timeoutMs: 20 })).resolves.toBe(true)
    expect(timers()).toBe(0)
  })

  test('is true at the moment in which all has ended, those who waited included', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 1 })
    const [a, b] = [begin('a'), begin('b')]
    const drained = watch(limiter.drain({ timeoutMs: 1000 }))
    await advance(30)
    a.resolve('done')
    await advance(30)
    expect(drained.state).toBe('pending')
    b.resolve('done')
    await advance(0)
    expect(drained).toMatchObject({ value: true, settledAt: 60 })
    expect(timers()).toBe(0)
  })

  test('is false on time: 20 ms are not enough for a job of 100 ms', async () => {
    const { limiter, begin } = jobs()
    const job = begin('a')
    setTimeout(() => job.resolve('done'), 100)
    const drained = watch(limiter.drain({ timeoutMs: 20 }))
    const patient = [watch(limiter.drain()), watch(limiter.drain({ timeoutMs: 2 ** 31 }))]
    expect(timers()).toBe(2)
    await advance(200)
    expect(drained).toMatchObject({ value: false, settledAt: 20 })
    for (const call of patient) expect(call).toMatchObject({ value: true, settledAt: 100 })
  })

  test.each<[string, (limiter: ReturnType<typeof createLimiter>) => void]>([
    ['times out', () => {}],
    ['is turned away by close', (limiter) => limiter.close()],
  ])('sees the last of those who wait leave when it %s', async (_, act) => {
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: 100 })
    limiter.acquire().catch(() => {})
    const drained = watch(limiter.drain())
    limiter.update({ maxConcurrent: 0 })
    await advance(0)
    expect(drained.state).toBe('pending')
    act(limiter)
    await advance(100)
    expect(drained.value).toBe(true)
  })
})

describe('close', () => {
  test('rejects those who wait and those who come, and lets those who run end', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1 })
    const running = begin('a')
    const waiting = begin('b').call
    limiter.close()
    const late = begin('c').call
    await advance(0)
    expect(waiting.reason).toBeInstanceOf(LimiterClosedError)
    expect(late.reason).toBeInstanceOf(LimiterClosedError)
    running.resolve('done')
    await advance(0)
    expect(running.call.value).toBe('done')
    expect(limiter.tryAcquire()).toBeUndefined()
    expect(begun).toEqual(['a'])
    expect([limiter.active, limiter.queued, timers()]).toEqual([0, 0, 0])
  })
})

describe('events', () => {
  test('tell of waiting, starting, ending and being turned away, by name', async () => {
    const events: LimiterEvent[] = []
    const name = 'chat'
    const { limiter, begin } = jobs({
      name,
      maxConcurrent: 1,
      maxQueue: 1,
      queueTimeoutMs: 100,
      onEvent: (event) => void events.push(event),
    })
    const controller = new AbortController()
    const a = begin('a')
    const b = begin('b')
    begin('full')
    await advance(40)
    a.resolve('done')
    await advance(0)
    begin('aborted', controller.signal)
    controller.abort(reason)
    begin('late')
    await advance(100)
    limiter.close()
    begin('closed')
    b.reject(new Error('boom'))
    await advance(0)
    expect(events).toEqual([
      { type: 'limiter.started', name, active: 1, queued: 0, waitMs: 0 },
      { type: 'limiter.queued', name, active: 1, queued: 1 },
      { type: 'limiter.rejected', name, active: 1, queued: 1, reason: 'full' },
      { type: 'limiter.settled', name, active: 0, queued: 1, outcome: 'success' },
      { type: 'limiter.started', name, active: 1, queued: 0, waitMs: 40 },
      { type: 'limiter.queued', name, active: 1, queued: 1 },
      { type: 'limiter.rejected', name, active: 1, queued: 0, reason: 'aborted' },
      { type: 'limiter.queued', name, active: 1, queued: 1 },
      { type: 'limiter.rejected', name, active: 1, queued: 0, reason: 'timeout' },
      { type: 'limiter.rejected', name, active: 1, queued: 0, reason: 'closed' },
      { type: 'limiter.settled', name, active: 0, queued: 0, outcome: 'failure' },
    ])
  })

  test('an aborted call settles as one that says nothing', async () => {
    const onEvent = vi.fn()
    const limiter = createLimiter({ onEvent })
    const controller = new AbortController()
    const work = deferred()
    const call = limiter(() => work.promise, { signal: controller.signal })
    controller.abort(reason)
    work.reject(reason)
    await expect(call).rejects.toBe(reason)
    await advance(0)
    expect(onEvent).toHaveBeenLastCalledWith(
      expect.objectContaining({ type: 'limiter.settled', outcome: 'ignore' }),
    )
  })

  test('an observer that throws harms nobody', async () => {
    const { begun, begin } = jobs({
      maxConcurrent: 1,
      onEvent: () => {
        throw new Error('observer')
      },
    })
    const [a, b] = [begin('a'), begin('b')]
    a.resolve('done')
    b.resolve('done')
    await advance(0)
    expect([a.call.value, b.call.value, begun]).toEqual(['done', 'done', ['a', 'b']])
  })
})

describe('options', () => {
  test.each([
    [{ maxConcurrent: -1 }, RangeError, '`maxConcurrent` must be an integer of 0 or more, not -1'],
    [{ maxConcurrent: '5' }, TypeError, '`maxConcurrent` must be an integer of 0 or more, not "5"'],
    [{ maxQueue: 1.5 }, RangeError, '`maxQueue` must be an integer of 0 or more, not 1.5'],
    [{ queueTimeoutMs: -1 }, RangeError, '`queueTimeoutMs` must be a number of 0 or more, not -1'],
    [{ onEvent: 'log' }, TypeError, '`onEvent` must be a function, not "log"'],
  ])('%o is refused at creation', (options, errorClass, message) => {
    expect(() => createLimiter(options as never)).toThrow(new errorClass(message))
  })

  test('so is a time to drain that is no time', () => {
    expect(() => createLimiter().drain({ timeoutMs: -1 })).toThrow(
      new RangeError('`timeoutMs` must be a number of 0 or more, not -1'),
    )
  })

  test('its name is there to be read', () => {
    expect(createLimiter().name).toBe('limiter')
    expect(createLimiter({ name: 'chat' }).name).toBe('chat')
  })
})
