import { AsyncLocalStorage } from 'node:async_hooks'
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
import { QueueFullError, QueueTimeoutError } from './errors.ts'
import { createLimiter, type LimiterPermit } from './limiter.ts'
import { boom, jobs } from './testing.ts'

useVirtualTime()

test('by default: 5 run at once, 20 wait, the 26th is rejected with 503', async () => {
  const { limiter, begin } = jobs()
  const calls = Array.from({ length: 26 }, (_, index) => begin(`${index}`).call)
  await advance(0)
  expect([limiter.active, limiter.queued]).toEqual([5, 20])
  expect(calls.filter(({ state }) => state === 'pending')).toHaveLength(25)
  expect(calls[25]?.reason).toBeInstanceOf(QueueFullError)
  expect(calls[25]?.reason).toMatchObject({ statusCode: 503 })
  await advance(29_999)
  expect(limiter.queued).toBe(20)
  await advance(1)
  expect(calls.filter(({ reason }) => QueueTimeoutError.isInstance(reason))).toHaveLength(20)
})

describe('a call', () => {
  test('that may run at once hands on context, result and error untouched', async () => {
    const limiter = createLimiter()
    const context = { signal: new AbortController().signal, key: 'a model' }
    await expect(limiter((given) => given, context)).resolves.toBe(context)
    await expect(limiter(() => Promise.reject(boom), context)).rejects.toBe(boom)
    await expect(
      limiter(() => {
        throw boom
      }, context),
    ).rejects.toBe(boom)
    expect([limiter.active, listeners(context.signal), timers()]).toEqual([0, 0, 0])
  })

  test('begins before the limiter returns, when nobody is in its way', () => {
    const operation = vi.fn(hang)
    createLimiter()(operation)
    expect(operation).toHaveBeenCalledOnce()
  })

  test('that has waited gets the same: context, result and error', async () => {
    const limiter = createLimiter({ maxConcurrent: 1 })
    const permit = await limiter.acquire()
    const context = { signal: new AbortController().signal, key: 'a model' }
    const calls = [
      limiter((given) => given, context),
      limiter(() => 'plain'),
      limiter(() => Promise.reject(boom), context),
      limiter(() => {
        throw boom
      }),
    ].map((call) => watch<unknown>(call))
    permit.succeed()
    await advance(0)
    expect(calls.map(({ value, reason }) => value ?? reason)).toEqual([
      context,
      'plain',
      boom,
      boom,
    ])
    expect(calls[0]?.value).toBe(context)
    expect([limiter.active, listeners(context.signal), timers()]).toEqual([0, 0, 0])
  })

  test('without a context gets an empty one', async () => {
    await expect(createLimiter()((context) => Object.keys(context))).resolves.toEqual([])
  })

  test('that waits is let in in the order of coming', async () => {
    const { begun, begin } = jobs({ maxConcurrent: 1 })
    const [a, b] = [begin('a'), begin('b'), begin('c')]
    await advance(0)
    expect(begun).toEqual(['a'])
    a.resolve('done')
    await advance(0)
    expect(begun).toEqual(['a', 'b'])
    b.reject(new Error('a failure frees the slot too'))
    await advance(0)
    expect(begun).toEqual(['a', 'b', 'c'])
    expect(a.call.value).toBe('done')
  })

  test('whose operation is no function is refused before it takes or waits for anything', async () => {
    const { limiter, events } = jobs({ maxConcurrent: 0 })
    await expect(limiter('ask' as never)).rejects.toThrow(
      new TypeError('`operation` must be a function, not "ask"'),
    )
    expect([limiter.queued, events]).toEqual([0, []])
  })

  test('that returns a thenable which settles twice gives its slot back once', async () => {
    const limiter = createLimiter({ maxConcurrent: 2 })
    await limiter.acquire()
    const moody = {
      // biome-ignore lint/suspicious/noThenProperty: such there are
      then(resolve: (value: string) => void, reject: (reason: unknown) => void) {
        resolve('first')
        reject(boom)
        resolve('third')
      },
    } as unknown as PromiseLike<string>
    await expect(limiter(() => moody)).resolves.toBe('first')
    await advance(0)
    expect(limiter.stats()).toMatchObject({ active: 1, successes: 1, failures: 0 })
  })

  test('that has waited sees the async context of its caller, not of the call that made way', async () => {
    const storage = new AsyncLocalStorage<string>()
    const limiter = createLimiter({ maxConcurrent: 1 })
    const first = deferred()
    const seen: unknown[] = []
    storage.run('first', () => limiter(() => first.promise))
    storage.run('second', () =>
      limiter(async () => {
        seen.push(storage.getStore())
        await undefined
        seen.push(storage.getStore())
      }),
    )
    storage.run('third', async () => {
      const permit = await limiter.acquire()
      seen.push(storage.getStore())
      permit.succeed()
    })
    storage.run('of nobody that waits', () => first.resolve())
    await advance(0)
    expect(seen).toEqual(['second', 'second', 'third'])
  })
})

test('says where its first ten rejections were called, and rejects without a stack trace from then on', async () => {
  const limiter = createLimiter({ maxConcurrent: 0, maxQueue: 1, queueTimeoutMs: 1 })
  watch(limiter(hang))
  const first = limiter(hang).catch(({ stack }: Error) => stack)
  expect(await first).toContain('limiter.test.ts')
  for (let call = 0; call < 9; call++) await limiter(hang).catch(() => {})
  await advance(1)
  const calls = [watch(limiter(hang)), watch(limiter(hang))]
  await advance(1)
  limiter.close()
  calls.push(watch(limiter(hang)))
  await advance(0)
  const errors = calls.map(({ reason }) => reason as Error)
  expect(errors.map(({ name }) => name)).toEqual([
    'QueueTimeoutError',
    'QueueFullError',
    'LimiterClosedError',
  ])
  for (const { stack } of errors) expect(stack).not.toContain('\n')
})

describe('a slot that comes free goes straight to the one who waits', () => {
  test('a newcomer in the same tick, or on hearing of it, cannot have it', async () => {
    const whileItComesFree = vi.fn(() => limiter.tryAcquire())
    const limiter = createLimiter({
      maxConcurrent: 1,
      maxQueue: 1,
      onEvent: ({ type }) => void (type === 'limiter.settled' && whileItComesFree()),
    })
    const permit = await limiter.acquire()
    const waiting = watch(limiter.acquire())
    permit.succeed()
    expect(whileItComesFree).toHaveReturnedWith(undefined)
    expect(limiter.tryAcquire()).toBeUndefined()
    const newcomer = watch(limiter.acquire())
    await advance(0)
    expect([waiting.state, newcomer.state]).toEqual(['fulfilled', 'pending'])
  })

  test.each([0, 1, 2, 3, 4, 5])('nor can one that comes %i microtasks after', async (hops) => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1 })
    const first = begin('first')
    begin('second')
    first.resolve('done')
    for (let hop = 0; hop < hops; hop++) await undefined
    expect(limiter.tryAcquire()).toBeUndefined()
    begin('newcomer')
    await advance(0)
    expect(begun).toEqual(['first', 'second'])
    expect([limiter.active, limiter.queued]).toEqual([1, 1])
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

  test('sets a timer for the first in line, not anew for each that comes or goes', async () => {
    const setTimer = vi.fn(setTimeout)
    const clock = {
      now: () => performance.now(),
      setTimeout: (callback: () => void, ms: number) => setTimer(callback, ms),
      clearTimeout: (timer: unknown) => clearTimeout(timer as number),
    }
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 100, queueTimeoutMs: 100, clock })
    let permit = await limiter.acquire()
    const waiting: Promise<LimiterPermit>[] = []
    for (let call = 0; call < 31; call++) {
      waiting.push(limiter.acquire())
      await advance(1)
    }
    for (const next of waiting.slice(0, 30)) {
      await advance(1)
      permit.succeed()
      permit = await next
    }
    expect(setTimer).toHaveBeenCalledTimes(1)
  })

  test('gives up on time on a clock that is not even', async () => {
    // 0.1 + 100 - 100 is less than 0.1.
    const now = () => performance.now() + 0.1
    const clock = {
      now,
      setTimeout,
      clearTimeout: (timer: unknown) => clearTimeout(timer as number),
    }
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: 100, clock })
    const waiting = watch(limiter.acquire())
    await advance(100)
    expect(waiting.settledAt).toBe(100)
  })

  test('may be without a deadline', async () => {
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: Number.POSITIVE_INFINITY })
    const waiting = watch(limiter.acquire())
    expect(timers()).toBe(0)
    await advance(1e9)
    expect(waiting.state).toBe('pending')
  })

  test('keeps a deadline that is longer than a timer can hold', async () => {
    const setTimer = vi.fn(setTimeout)
    const clock = {
      now: () => performance.now(),
      setTimeout: (callback: () => void, ms: number) => setTimer(callback, ms),
      clearTimeout: (timer: unknown) => clearTimeout(timer as number),
    }
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: 2 ** 31, clock })
    const waiting = watch(limiter.acquire())
    await advance(2 ** 31 - 1)
    expect(waiting.state).toBe('pending')
    await advance(1)
    expect(waiting.settledAt).toBe(2 ** 31)
    expect(setTimer.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1, 1])
  })

  test('of no length rejects at once what cannot run at once', async () => {
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 0 })
    limiter(hang)
    await expect(limiter(hang)).rejects.toThrow(QueueFullError)
  })

  test('of no patience lets go of what does not start in the same tick', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1, queueTimeoutMs: 0 })
    begin('a')
    const waiting = begin('b').call
    await advance(0)
    expect(waiting.reason).toBeInstanceOf(QueueTimeoutError)
    expect([begun, limiter.queued, timers()]).toEqual([['a'], 0, 0])
  })
})

describe('the two-step form', () => {
  test.each(['succeed', 'fail', 'ignore', Symbol.dispose] as const)(
    'holds a slot until the permit is settled, by %s too; settling it again does nothing',
    async (settle) => {
      const limiter = createLimiter({ maxConcurrent: 2 })
      const permit = await limiter.acquire()
      await limiter.acquire()
      expect(limiter.active).toBe(2)
      permit[settle]()
      permit.succeed()
      permit.fail(new Error('late'))
      permit.ignore()
      permit[Symbol.dispose]()
      expect(limiter.active).toBe(1)
      const { successes, failures, ignored } = limiter.stats()
      expect(successes + failures + ignored).toBe(1)
    },
  )

  test('a permit that goes out of scope gives its slot back, without a verdict', async () => {
    const limiter = createLimiter()
    {
      using permit = await limiter.acquire()
      expect([permit, limiter.active]).toEqual([expect.anything(), 1])
    }
    expect(limiter.stats()).toMatchObject({ active: 0, ignored: 1 })
  })

  test('tryAcquire never waits', async () => {
    const { limiter, events } = jobs({ maxConcurrent: 1 })
    const permit = limiter.tryAcquire()
    expect(limiter.tryAcquire()).toBeUndefined()
    expect([limiter.queued, timers()]).toEqual([0, 0])
    permit?.ignore()
    expect(limiter.tryAcquire()).toBeDefined()
    expect(events.map(({ type }) => type)).toEqual([
      'limiter.started',
      'limiter.settled',
      'limiter.started',
    ])
  })

  test('tryAcquire takes no place before those who wait', async () => {
    const limiter = createLimiter({ maxConcurrent: 2 })
    limiter.tryAcquire({ cost: 2 })?.succeed()
    const permit = limiter.tryAcquire()
    const waiting = watch(limiter.acquire({ cost: 2 }))
    expect(limiter.tryAcquire({ cost: 2 })).toBeUndefined()
    permit?.succeed()
    await advance(0)
    expect(waiting.state).toBe('fulfilled')
    expect([limiter.active, limiter.queued]).toEqual([2, 0])
  })
})

test('stats tell how it stands and what it has seen', async () => {
  const { limiter, begin } = jobs({ maxConcurrent: 2, maxQueue: 2, queueTimeoutMs: 500 })
  expect(limiter.stats()).toEqual({
    active: 0,
    queued: 0,
    limit: 2,
    zombies: 0,
    paused: false,
    closed: false,
    started: 0,
    successes: 0,
    failures: 0,
    ignored: 0,
    rejected: { full: 0, timeout: 0, deadline: 0, closed: 0, aborted: 0 },
    estimatedWaitMs: undefined,
    rates: {},
  })
  const controller = new AbortController()
  const [a, b] = [begin('a'), begin('b', { signal: controller.signal })]
  begin('c')
  begin('d', { signal: controller.signal })
  begin('full')
  controller.abort()
  await advance(100)
  a.resolve('done')
  await advance(0)
  begin('late')
  begin('beyond its deadline', { deadlineAt: 50 })
  expect(limiter.stats()).toEqual({
    active: 2,
    queued: 2,
    limit: 2,
    zombies: 1,
    paused: false,
    closed: false,
    started: 3,
    successes: 1,
    failures: 0,
    ignored: 0,
    rejected: { full: 1, timeout: 0, deadline: 0, closed: 0, aborted: 1 },
    // One that waited has started, after 100 ms; two are before one who comes now.
    estimatedWaitMs: 300,
    rates: {},
  })
  await advance(500)
  b.reject(new Error('aborted at last'))
  limiter.close()
  begin('closed')
  await advance(0)
  expect(limiter.stats()).toMatchObject({
    active: 1,
    queued: 0,
    zombies: 0,
    closed: true,
    ignored: 1,
    rejected: { full: 1, timeout: 2, deadline: 0, closed: 1, aborted: 1 },
  })
})

test('stats are a picture of the moment', async () => {
  const limiter = createLimiter({ maxQueue: 0, maxConcurrent: 0 })
  const before = limiter.stats()
  await expect(limiter(hang)).rejects.toThrow(QueueFullError)
  expect(before.rejected.full).toBe(0)
  expect(limiter.stats().rejected.full).toBe(1)
})

describe('options', () => {
  test.each([
    [{ maxConcurrent: -1 }, RangeError, '`maxConcurrent` must be an integer of 0 or more, not -1'],
    [
      { maxConcurrent: 2.5 },
      RangeError,
      '`maxConcurrent` must be an integer of 0 or more, not 2.5',
    ],
    [
      { maxConcurrent: NaN },
      RangeError,
      '`maxConcurrent` must be an integer of 0 or more, not NaN',
    ],
    [{ maxConcurrent: '5' }, TypeError, '`maxConcurrent` must be an integer of 0 or more, not "5"'],
    [
      { maxConcurrent: null },
      TypeError,
      '`maxConcurrent` must be an integer of 0 or more, not null',
    ],
    [
      { maxConcurrent: {} },
      TypeError,
      '`maxConcurrent.createLimit` must be a function, not undefined',
    ],
    [{ maxQueue: 1.5 }, RangeError, '`maxQueue` must be an integer of 0 or more, not 1.5'],
    [{ maxQueue: '20' }, TypeError, '`maxQueue` must be an integer of 0 or more, not "20"'],
    [{ queueTimeoutMs: -1 }, RangeError, '`queueTimeoutMs` must be a number of 0 or more, not -1'],
    [
      { queueTimeoutMs: NaN },
      RangeError,
      '`queueTimeoutMs` must be a number of 0 or more, not NaN',
    ],
    [{ queue: {} }, TypeError, '`queue.createQueue` must be a function, not undefined'],
    [
      { queue: null },
      TypeError,
      '`queue` must be a queue such as `fifo`, `fairQueue()`, or `adaptiveLifo()`, not null',
    ],
    [{ rates: {} }, TypeError, '`rates` must be an array of rates, not an object'],
    [{ onEvent: 'log' }, TypeError, '`onEvent` must be a function, not "log"'],
    [{ name: 5 }, TypeError, '`name` must be a string, not 5'],
    [{ releaseOnAbort: 'false' }, TypeError, '`releaseOnAbort` must be true or false, not "false"'],
    [{ rejectUnmeetable: 1 }, TypeError, '`rejectUnmeetable` must be true or false, not 1'],
  ])('%o is refused at creation', (options, errorClass, message) => {
    expect(() => createLimiter(options as never)).toThrow(new errorClass(message))
  })

  test('may be undefined, which means the default, and Infinity where there is to be no bound', () => {
    const nothing = {
      maxConcurrent: undefined,
      maxQueue: undefined,
      queueTimeoutMs: undefined,
      queue: undefined,
      rates: undefined,
      rejectUnmeetable: undefined,
      releaseOnAbort: undefined,
      name: undefined,
      onEvent: undefined,
      clock: undefined,
    }
    expect(createLimiter(nothing).stats()).toEqual(createLimiter().stats())
    const boundless = createLimiter({ maxConcurrent: Infinity, maxQueue: Infinity })
    expect(boundless.stats().limit).toBe(Infinity)
  })

  test('its name is there to be read', () => {
    expect(createLimiter().name).toBe('limiter')
    expect(createLimiter({ name: 'chat' }).name).toBe('chat')
  })
})
