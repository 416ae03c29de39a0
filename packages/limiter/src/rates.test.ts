import { advance, deferred, hang, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { QueueTimeoutError } from './errors.ts'
import { fairQueue } from './fair-queue.ts'
import { createLimiter } from './limiter.ts'
import type { LimiterContext, SettleContext } from './limiter-context.ts'
import type { Rate } from './rates.ts'
import type { LimiterOptions } from './settings.ts'
import { createTokenBucket } from './token-bucket.ts'

useVirtualTime()

const reason = new Error('the caller gave up')

/** What a call will take of the tokens stands in its context, as it would in a command's `maxTokens`. */
interface Call extends LimiterContext {
  readonly tokens?: number
}
const cost = (context: LimiterContext) => (context as Call).tokens ?? 0

/** One request a second, ten tokens a second; three and a hundred at once. */
const requests: Rate = { name: 'requests', perMinute: 60, burst: 3 }
const tokens: Rate = { name: 'tokens', perMinute: 600, burst: 100, cost }

const limited = (rates: readonly Rate[], options: LimiterOptions = {}) => {
  const limiter = createLimiter({ maxConcurrent: 1_000, maxQueue: 1_000, ...options, rates })
  const level = (name: string) => limiter.stats().rates[name]?.tokens
  const acquire = (tokens: number, more?: Call) =>
    watch(limiter.acquire({ tokens, ...more } as Call))
  const tryAcquire = (tokens: number) => limiter.tryAcquire({ tokens } as Call)
  return { limiter, level, acquire, tryAcquire }
}

describe('rates', () => {
  test('let a burst through at once, and then as many as come back', async () => {
    const { acquire } = limited([requests])
    const calls = Array.from({ length: 6 }, () => acquire(0))
    await advance(10_000)
    expect(calls.map(({ settledAt }) => settledAt)).toEqual([0, 0, 0, 1_000, 2_000, 3_000])
  })

  test('must all have room for a call, which takes of each or of none', async () => {
    const { level, acquire } = limited([requests, tokens])
    const byTokens = [acquire(90), acquire(60)]
    await advance(0)
    expect([level('requests'), level('tokens')]).toEqual([2, 10])
    await advance(10_000)
    // 60 tokens are there 50 of them later; the requests would have been at once.
    expect(byTokens.map(({ settledAt }) => settledAt)).toEqual([0, 5_000])

    const byRequests = [acquire(1), acquire(1), acquire(1), acquire(1)]
    await advance(10_000)
    expect(byRequests.map(({ settledAt }) => settledAt)).toEqual([10_000, 10_000, 10_000, 11_000])
  })

  test('refill to a minute’s worth unless told what a burst is', async () => {
    const { limiter } = limited([{ name: 'requests', perMinute: 7 }])
    expect(limiter.stats().rates).toEqual({ requests: { tokens: 7, capacity: 7 } })
  })

  test('reckon with what each call costs, and with 1 when they are not told', async () => {
    const { level, limiter, tryAcquire } = limited([requests, tokens])
    tryAcquire(12.5)
    limiter.tryAcquire()
    expect([level('requests'), level('tokens')]).toEqual([1, 87.5])
  })

  test('hold beside the limit of concurrency', async () => {
    const { limiter, acquire } = limited([requests], { maxConcurrent: 2 })
    const calls = [acquire(0), acquire(0), acquire(0)]
    await advance(5_000)
    expect([limiter.active, limiter.queued]).toEqual([2, 1])
    calls[0]?.value?.succeed()
    await advance(0)
    expect(calls[2]?.settledAt).toBe(5_000)
  })

  test('are kept under a fair queue too', async () => {
    const { acquire } = limited([requests], { queue: fairQueue() })
    const calls = ['a', 'a', 'a', 'a', 'b'].map((key) => acquire(0, { key }))
    await advance(5_000)
    expect(calls.map(({ settledAt }) => settledAt)).toEqual([0, 0, 0, 2_000, 1_000])
  })

  test('count a call when it starts, and never again: what runs for long holds a slot, no rate', async () => {
    const { limiter, level } = limited([requests])
    const work = deferred()
    const call = limiter(() => work.promise)
    expect(level('requests')).toBe(2)
    await advance(5_000)
    work.resolve()
    await call
    expect(level('requests')).toBe(3)
  })

  test('are not touched by calls that are turned away, nor by tryAcquire when it has nothing', async () => {
    const { limiter, level, acquire, tryAcquire } = limited([tokens], { maxQueue: 1 })
    tryAcquire(60)
    acquire(50)
    const full = acquire(45)
    expect(tryAcquire(41)).toBeUndefined()
    await advance(0)
    expect([full.state, level('tokens'), limiter.queued]).toEqual(['rejected', 40, 1])
  })

  test('stand in stats, and those of a limiter without any are none', async () => {
    const { limiter, tryAcquire } = limited([requests, tokens])
    tryAcquire(100)
    await advance(500)
    expect(limiter.stats().rates).toEqual({
      requests: { tokens: 2.5, capacity: 3 },
      tokens: { tokens: 5, capacity: 100 },
    })
    expect(createLimiter().stats().rates).toEqual({})
  })
})

describe('who waits for a rate', () => {
  test('is woken at the very moment, by the only timer; there is none before or after', async () => {
    const clock = {
      now: () => performance.now(),
      setTimeout: vi.fn((callback: () => void, ms: number): unknown => setTimeout(callback, ms)),
      clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    }
    const { acquire, tryAcquire } = limited([tokens], { clock })
    tryAcquire(100)
    expect(timers()).toBe(0)
    const waiting = [acquire(25), acquire(10), acquire(5)]
    expect(timers()).toBe(1)
    await advance(499)
    expect(waiting.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending'])
    await advance(1)
    // The least goes first, as it fits first; then whoever does.
    expect([waiting[2]?.settledAt, timers()]).toEqual([500, 1])
    await advance(20_000)
    expect(waiting.map(({ settledAt }) => settledAt)).toEqual([4_000, 1_500, 500])
    expect(timers()).toBe(0)
    // Each was set for a start to come: for the queue's end, then for whoever was next.
    expect(clock.setTimeout.mock.calls.length).toBeLessThanOrEqual(6)
  })

  test('is woken at its own moment, though others behind it wait for longer', async () => {
    const { acquire, tryAcquire } = limited([tokens])
    tryAcquire(100)
    const waiting = [acquire(10), acquire(20), acquire(80)]
    await advance(20_000)
    expect(waiting.map(({ settledAt }) => settledAt)).toEqual([1_000, 3_000, 11_000])
  })

  test('sets no timer while there is no slot, however long ago the rates were ready', async () => {
    const setTimer = vi.fn((callback: () => void, ms: number): unknown => setTimeout(callback, ms))
    const clock = {
      now: () => performance.now(),
      setTimeout: setTimer,
      clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    }
    const { limiter, acquire, tryAcquire } = limited([tokens], { maxConcurrent: 1, clock })
    tryAcquire(100)?.succeed()
    const large = acquire(80)
    const small = acquire(20)
    await advance(2_000)
    expect([small.state, limiter.active]).toEqual(['fulfilled', 1])
    setTimer.mockClear()
    await advance(20_000)
    // The large one has its tokens by now; it is the slot that it waits for.
    expect([large.state, setTimer.mock.calls.length]).toEqual(['pending', 0])
    small.value?.succeed()
    await advance(0)
    expect(large.state).toBe('fulfilled')
  })

  test('is woken when tokens come back through another’s settlement', async () => {
    const { acquire, tryAcquire } = limited([tokens])
    const permit = tryAcquire(100)
    const waiting = acquire(50)
    await advance(100)
    permit?.settle({ tokens: 10 })
    await advance(0)
    expect([waiting.settledAt, timers()]).toEqual([100, 0])
  })

  test('waits for longer when another’s settlement takes more', async () => {
    const { acquire, tryAcquire } = limited([tokens])
    const permit = tryAcquire(60)
    const waiting = acquire(50)
    permit?.settle({ tokens: 80 })
    await advance(20_000)
    expect(waiting.settledAt).toBe(3_000)
  })

  test('is woken when the rate is raised', async () => {
    const { limiter, acquire, tryAcquire } = limited([tokens])
    tryAcquire(100)
    const waiting = acquire(50)
    await advance(1_000)
    limiter.update({ rates: [{ name: 'tokens', perMinute: 6_000, burst: 100 }] })
    await advance(20_000)
    expect(waiting.settledAt).toBe(1_400)
  })

  test('gives up when its time in the queue is over', async () => {
    const { limiter, level, acquire, tryAcquire } = limited([tokens], { queueTimeoutMs: 2_000 })
    tryAcquire(100)
    const waiting = acquire(50)
    await advance(5_000)
    expect(waiting).toMatchObject({ settledAt: 2_000, state: 'rejected' })
    expect(waiting.reason).toBeInstanceOf(QueueTimeoutError)
    expect([limiter.queued, timers(), level('tokens')]).toEqual([0, 0, 50])
  })

  test('is let go by smaller ones 16 times, and then keeps what comes back for itself', async () => {
    const { acquire, tryAcquire } = limited([tokens], { queueTimeoutMs: 60_000 })
    tryAcquire(100)
    const large = acquire(100)
    const small = Array.from({ length: 20 }, () => acquire(1))
    await advance(60_000)
    const passed = small.filter(({ settledAt }) => (settledAt ?? 0) < (large.settledAt ?? 0))
    expect(passed.map(({ settledAt }) => settledAt)).toEqual(
      Array.from({ length: 16 }, (_, at) => 100 * (at + 1)),
    )
    expect(large.settledAt).toBe(11_600)
    expect(small.at(-1)?.settledAt).toBe(12_000)
  })

  test('and is aborted, leaves the tokens to others at once', async () => {
    const { limiter, acquire, tryAcquire } = limited([tokens], { queueTimeoutMs: 60_000 })
    const controller = new AbortController()
    tryAcquire(100)
    const large = acquire(100, { signal: controller.signal })
    const small = Array.from({ length: 17 }, () => acquire(1))
    await advance(5_000)
    expect(limiter.queued).toBe(2)
    controller.abort(reason)
    await advance(0)
    expect([large.reason, small.at(-1)?.settledAt, limiter.queued]).toEqual([reason, 5_000, 0])
  })
})

describe('a call settles', () => {
  test('what it reserved too much: it goes back', async () => {
    const { limiter, level } = limited([requests, tokens])
    await limiter(({ settle }) => settle({ tokens: 15 }), { tokens: 80 } as Call)
    expect([level('requests'), level('tokens')]).toEqual([2, 85])
  })

  test('what it reserved too little: it is taken, into debt if need be, which recovers', async () => {
    const { level, acquire, tryAcquire } = limited([tokens])
    const permit = tryAcquire(50)
    permit?.settle({ tokens: 130 })
    expect(level('tokens')).toBe(-30)
    const next = acquire(20)
    await advance(20_000)
    expect(next.settledAt).toBe(5_000)
  })

  test('in the two-step form: while it runs, when it has ended, and however it has', async () => {
    const { limiter, level, tryAcquire } = limited([tokens])
    const [one, two, three] = [tryAcquire(20), tryAcquire(20), tryAcquire(20)]
    one?.settle({ tokens: 5 })
    one?.succeed()
    two?.fail(reason)
    two?.settle({ tokens: 5 })
    three?.ignore()
    three?.settle({ tokens: 0 })
    expect([level('tokens'), limiter.active]).toEqual([90, 0])
  })

  test('again: the later figure holds', async () => {
    const { level, tryAcquire } = limited([tokens])
    const permit = tryAcquire(50)
    const levels = [10, 30, 30, 120, 0].map((actual) => {
      permit?.settle({ tokens: actual })
      return level('tokens')
    })
    expect(levels).toEqual([90, 70, 70, -20, 100])
  })

  test('some rates and leaves the others as they were reserved', async () => {
    const { level, tryAcquire } = limited([requests, tokens])
    const permit = tryAcquire(50)
    permit?.settle({})
    expect([level('requests'), level('tokens')]).toEqual([2, 50])
    permit?.settle({ requests: 0, tokens: 40 })
    expect([level('requests'), level('tokens')]).toEqual([3, 60])
  })

  test('when nobody listens any more: after the limiter was closed, and after its caller gave up', async () => {
    const { limiter, level, tryAcquire } = limited([tokens])
    const permit = tryAcquire(50)
    const controller = new AbortController()
    const given = deferred<SettleContext>()
    const call = watch(
      limiter(
        (context) => {
          given.resolve(context)
          return hang()
        },
        { tokens: 30, signal: controller.signal } as Call,
      ),
    )
    const { settle } = await given.promise
    controller.abort(reason)
    limiter.close()
    permit?.settle({ tokens: 10 })
    settle({ tokens: 10 })
    await advance(0)
    expect([level('tokens'), call.reason]).toEqual([80, reason])
  })

  test('never above the burst: what came back meanwhile is not stored twice', async () => {
    const { level, tryAcquire } = limited([tokens])
    const permit = tryAcquire(50)
    await advance(60_000)
    permit?.settle({ tokens: 0 })
    expect(level('tokens')).toBe(100)
  })

  test.each([
    [{ token: 5 }, 'No rate is named "token", only "requests", "tokens"'],
    [{ tokens: -1 }, /`settle\(\{ tokens \}\)` must be a finite number of 0 or more, not -1/],
    [{ tokens: Number.NaN }, /`settle\(\{ tokens \}\)` must be .*, not NaN/],
    [{ tokens: Number.POSITIVE_INFINITY }, /`settle\(\{ tokens \}\)` must be .*, not Infinity/],
    [{ requests: 0, tokens: '5' as never }, /`settle\(\{ tokens \}\)` must be .*, not "5"/],
    [
      { requests: 0, tokens: undefined as never },
      /`settle\(\{ tokens \}\)` must be .*, not undefined/,
    ],
  ])('nothing by %o, which is refused', async (actual, message) => {
    const { limiter, level, tryAcquire } = limited([requests, tokens])
    const permit = tryAcquire(50)
    expect(() => permit?.settle(actual)).toThrow(message)
    expect([level('requests'), level('tokens')]).toEqual([2, 50])
    await expect(limiter(({ settle }) => settle(actual))).rejects.toThrow(message)
    expect(limiter.stats().failures).toBe(1)
  })

  test('only in a limiter with rates: another gives its operation the caller’s context as it is', async () => {
    const context = {}
    await expect(createLimiter()((given) => given, context)).resolves.toBe(context)
    expect(() => createLimiter().tryAcquire()?.settle({ tokens: 1 })).toThrow(RangeError)
  })

  test('with a context that has besides all that the caller gave', async () => {
    const { limiter } = limited([tokens])
    const context = { key: 'a model', tokens: 5 } as Call
    const given = await limiter((context) => context, context)
    expect(given).toEqual({ ...context, settle: expect.any(Function) })
    expect(context).not.toHaveProperty('settle')
  })
})

describe('a call that never ran gives back what it had reserved', () => {
  test.each(['policy', 'two-step'])(
    'in the %s form, aborted as it had just got its slot',
    async (form) => {
      const { limiter, level, tryAcquire } = limited([tokens], { maxConcurrent: 1 })
      const running = tryAcquire(10)
      const controller = new AbortController()
      const context = { tokens: 50, signal: controller.signal } as Call
      const operation = vi.fn()
      const call = watch(form === 'policy' ? limiter(operation, context) : limiter.acquire(context))
      running?.succeed()
      expect(level('tokens')).toBe(40)
      controller.abort(reason)
      await advance(0)
      expect([level('tokens'), limiter.active, call.reason]).toEqual([90, 0, reason])
      expect(operation).not.toHaveBeenCalled()
    },
  )

  test('and lets others start with it', async () => {
    const { limiter, acquire, tryAcquire } = limited([tokens], { maxConcurrent: 1 })
    const running = tryAcquire(10)
    const controller = new AbortController()
    const aborted = acquire(90, { signal: controller.signal })
    const next = acquire(90)
    running?.succeed()
    controller.abort(reason)
    await advance(0)
    expect([aborted.state, next.settledAt, limiter.active]).toEqual(['rejected', 0, 1])
  })

  test('but one that was aborted as it ran has taken it', async () => {
    const { limiter, level } = limited([tokens])
    const controller = new AbortController()
    const call = watch(limiter(hang, { tokens: 50, signal: controller.signal } as Call))
    controller.abort(reason)
    await advance(0)
    expect([call.reason, level('tokens')]).toEqual([reason, 50])
  })
})

describe('what a call costs', () => {
  test('may not be more than the burst, which never comes: it is refused at once', async () => {
    const { limiter, level, acquire } = limited([tokens])
    const call = acquire(101)
    await advance(0)
    expect(call.reason).toBeInstanceOf(RangeError)
    expect(String(call.reason)).toContain(
      '`cost of tokens` must be a number from 0 to 100, not 101',
    )
    expect([limiter.active, limiter.queued, level('tokens')]).toEqual([0, 0, 100])
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5', undefined, null])(
    'may not be %o',
    (wrong) => {
      const { limiter } = limited([{ ...tokens, cost: () => wrong as number }])
      expect(() => limiter.tryAcquire()).toThrow(
        /`cost of tokens` must be a number from 0 to 100, not /,
      )
      expect([limiter.active, limiter.queued]).toEqual([0, 0])
    },
  )

  test('is asked once for each call, of its context', async () => {
    const cost = vi.fn(() => 1)
    const { limiter } = limited([{ ...tokens, cost }])
    const context = { key: 'a model' }
    await limiter(() => 'fine', context)
    expect(cost.mock.calls).toEqual([[context]])
  })

  test('is 1 when `cost` throws, which is reported', async () => {
    const fault = new Error('no maxTokens')
    const onEvent = vi.fn()
    const cost = () => {
      throw fault
    }
    const { limiter, level } = limited([{ ...tokens, cost }], { onEvent })
    await expect(limiter(() => 'fine')).resolves.toBe('fine')
    expect(level('tokens')).toBe(99)
    const report = {
      type: 'callback.failed',
      name: 'limiter',
      callback: 'rates[0].cost',
      error: fault,
    }
    expect(onEvent).toHaveBeenCalledWith(report)
  })

  test('may come to be more than a burst that was lowered: it then goes when the bucket is full', async () => {
    const { limiter, level, acquire, tryAcquire } = limited([tokens])
    tryAcquire(100)
    const waiting = acquire(80)
    limiter.update({ rates: [{ name: 'tokens', burst: 20 }] })
    await advance(20_000)
    expect(waiting.settledAt).toBe(2_000)
    // It took 80 of 20, and the debt of 60 has been paid since.
    expect(level('tokens')).toBe(20)
  })
})

describe('update', () => {
  test('names the rates that change; the others, and what is not named, stay', async () => {
    const { limiter, tryAcquire } = limited([requests, tokens])
    tryAcquire(50)
    limiter.update({ rates: [{ name: 'tokens', perMinute: 6_000 }] })
    expect(limiter.stats().rates).toEqual({
      requests: { tokens: 2, capacity: 3 },
      tokens: { tokens: 50, capacity: 100 },
    })
    await advance(100)
    expect(limiter.stats().rates['tokens']?.tokens).toBe(60)
    limiter.update({ rates: [{ name: 'tokens', burst: 200 }], maxQueue: 3 })
    expect(limiter.stats().rates['tokens']).toEqual({ tokens: 60, capacity: 200 })
    limiter.update({ maxQueue: 4, rates: undefined })
    await advance(100)
    expect(limiter.stats().rates['tokens']).toEqual({ tokens: 70, capacity: 200 })
  })

  test('lets a burst that was never told follow the rate', () => {
    const { limiter } = limited([{ name: 'requests', perMinute: 60 }])
    limiter.tryAcquire()
    limiter.update({ rates: [{ name: 'requests', perMinute: 30 }] })
    expect(limiter.stats().rates['requests']).toEqual({ tokens: 30, capacity: 30 })
    limiter.update({ rates: [{ name: 'requests', perMinute: 90 }] })
    expect(limiter.stats().rates['requests']).toEqual({ tokens: 30, capacity: 90 })
  })

  test('leaves what has come back at the old rate, and who runs with what they reserved', async () => {
    const { limiter, level, tryAcquire } = limited([tokens])
    const permit = tryAcquire(100)
    await advance(3_000)
    limiter.update({ rates: [{ name: 'tokens', perMinute: 60 }] })
    expect(level('tokens')).toBe(30)
    await advance(3_000)
    expect(level('tokens')).toBe(33)
    permit?.settle({ tokens: 60 })
    expect(level('tokens')).toBe(73)
  })

  test.each([
    [
      [
        { name: 'tokens', perMinute: 1 },
        { name: 'nothing', perMinute: 1 },
      ],
      'No rate is named "nothing", only "requests", "tokens"',
    ],
    [
      [
        { name: 'tokens', perMinute: 1 },
        { name: 'requests', burst: 0 },
      ],
      /`burst of requests` must be .*, not 0/,
    ],
    [
      [
        { name: 'tokens', perMinute: 1 },
        { name: 'requests', perMinute: -1 },
      ],
      /`perMinute of requests` must be .*, not -1/,
    ],
    [{ tokens: 1 } as never, /`rates` must be an array of rates, not an object/],
  ])('changes nothing at all when %o is wrong', async (rates, message) => {
    const { limiter, level, tryAcquire } = limited([requests, tokens])
    expect(() => limiter.update({ maxConcurrent: 1, rates })).toThrow(message)
    expect(limiter.stats().limit).toBe(1_000)
    tryAcquire(100)
    await advance(1_000)
    expect(level('tokens')).toBe(10)
  })

  test('changes no rate when another setting is wrong', () => {
    const { limiter } = limited([requests])
    const changes = { maxQueue: -1, rates: [{ name: 'requests', burst: 50 }] }
    expect(() => limiter.update(changes)).toThrow(/`maxQueue` must be /)
    expect(limiter.stats().rates['requests']?.capacity).toBe(3)
  })

  test('cannot add rates to a limiter that has none', () => {
    const limiter = createLimiter()
    expect(() => limiter.update({ rates: [requests] })).toThrow(
      'No rate is named "requests", for there is none',
    )
    expect(limiter.stats().rates).toEqual({})
  })
})

test.each([
  [{} as never, TypeError, '`rates` must be an array of rates, not an object'],
  [
    [{ perMinute: 60 } as never],
    TypeError,
    '`rates[0].name` must be a string that no other rate has, not undefined',
  ],
  [
    [requests, tokens, requests],
    TypeError,
    '`rates[2].name` must be a string that no other rate has, not "requests"',
  ],
  [[{ ...requests, perMinute: 0 }], RangeError, /`perMinute of requests` must be .*, not 0/],
  [
    [{ ...requests, perMinute: Number.NaN }],
    RangeError,
    /`perMinute of requests` must be .*, not NaN/,
  ],
  [
    [{ ...requests, perMinute: '60' as never }],
    TypeError,
    /`perMinute of requests` must be .*, not "60"/,
  ],
  [
    [{ ...requests, perMinute: Number.POSITIVE_INFINITY }],
    RangeError,
    /`perMinute of requests` must be .*, not Infinity/,
  ],
  [[{ ...requests, burst: 0 }], RangeError, /`burst of requests` must be .*, not 0/],
  [[{ ...requests, cost: 5 as never }], TypeError, '`cost` must be a function, not 5'],
])('%o are refused by name', (rates, kind, message) => {
  expect(() => createLimiter({ rates })).toThrow(kind)
  expect(() => createLimiter({ rates })).toThrow(message)
})

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      tokens: fc.nat(100),
      // What it really takes of what it reserves, when it tells.
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ wait: fc.oneof(fc.nat(50), fc.nat(5_000)) }) },
  { weight: 2, arbitrary: fc.record({ settle: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ end: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ abort: fc.nat() }) },
)

interface Started {
  readonly at: number
  readonly reserved: number
  readonly part: number
  readonly settle: SettleContext['settle']
  readonly end: () => void
}

/** What has been taken, or given back, and when. */
interface Entry {
  readonly at: number
  readonly took: number
}

/** Any mix of calls, in the policy form, which take no more than they reserved. */
async function play(
  limiter: ReturnType<typeof limited>['limiter'],
  steps: readonly StepOf<typeof step>[],
) {
  const started: Started[] = []
  const ledger: Entry[] = []
  const aborts: (() => void)[] = []
  const pick = <T>(from: readonly T[], which: number) => from[which % Math.max(from.length, 1)]
  for (const [at, step] of steps.entries()) {
    if ('tokens' in step) {
      const { tokens, part } = step
      const controller = new AbortController()
      const { signal } = controller
      aborts.push(() => controller.abort(reason))
      const operation = ({ settle }: SettleContext) => {
        const work = deferred()
        const at = performance.now()
        ledger.push({ at, took: tokens })
        let took = tokens
        started.push({
          at,
          reserved: tokens,
          part,
          settle(actual) {
            const { tokens = took } = actual
            ledger.push({ at: performance.now(), took: tokens - took })
            took = tokens
            settle(actual)
          },
          end: work.resolve,
        })
        return work.promise
      }
      limiter(operation, { tokens, signal } as Call).catch(() => {})
    } else if ('settle' in step) {
      const one = pick(started, step.settle)
      one?.settle({ tokens: one.reserved * one.part })
    } else if ('end' in step) pick(started, step.end)?.end()
    else if ('abort' in step) pick(aborts, step.abort)?.()
    else await advance(step.wait)
    // Between an end and an abort not everything is heard: that is how one is aborted which has just got its slot.
    const next = steps[at + 1]
    if (next && 'abort' in next && 'end' in step) {
      for (let tick = 0; tick < next.abort % 8; tick++) await Promise.resolve()
    } else await heard()
  }
  return { started, ledger }
}
type StepOf<A> = A extends fc.Arbitrary<infer T> ? T : never
const heard = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** Over no window is more taken, less what was given back in it, than the burst and what came back. */
function expectWithin(ledger: readonly Entry[], burst: number, perSecond: number) {
  for (const [from, { at: begun }] of ledger.entries()) {
    let sum = 0
    for (const { at, took } of ledger.slice(from)) {
      sum += took
      expect(sum).toBeLessThanOrEqual(burst + (perSecond * (at - begun)) / 1_000 + 1e-6)
    }
  }
}

test('never exceed burst + rate × time over any window, whatever mix of calls, settlements and aborts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      fc.array(step, { maxLength: 60, size: 'max' }),
      async (maxConcurrent, isFair, steps) => {
        vi.clearAllTimers()
        const queue = isFair ? fairQueue() : undefined
        const { limiter } = limited([requests, tokens], { maxConcurrent, queue })
        const { started, ledger } = await play(limiter, steps)
        expectWithin(ledger, 100, 10)
        expectWithin(
          started.map(({ at }) => ({ at, took: 1 })),
          3,
          1,
        )
      },
    ),
  )
})

test('no token is lost or made: when all have settled, the level is burst − taken + rate × time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      vi.clearAllTimers()
      // So large and so slow that it never overflows.
      const rate = { name: 'tokens', perMinute: 60, burst: 100_000, cost }
      const { limiter, level, tryAcquire } = limited([rate], { maxConcurrent: 3 })
      tryAcquire(50_000)?.ignore()
      const origin = performance.now()
      const { started } = await play(limiter, steps)
      let taken = 50_000
      for (const { reserved, part, settle } of started) {
        settle({ tokens: 2 * reserved * part })
        taken += 2 * reserved * part
      }
      const passed = (performance.now() - origin) / 1_000
      expect(level('tokens')).toBeCloseTo(100_000 - taken + passed, 6)
    }),
  )
})

describe('a call that a rate rejects', () => {
  test('says exactly when it could start', async () => {
    const { limiter, tryAcquire } = limited([tokens], { maxQueue: 0 })
    tryAcquire(100)
    const call = { tokens: 25 } as Call
    await expect(limiter(hang, call)).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      retryAfterMs: 2_500,
    })
    await advance(2_500)
    await expect(limiter(() => 'fine', call)).resolves.toBe('fine')
  })
})

test('a clock that goes back an hour puts no bucket into debt', () => {
  let now = 3_600_000
  const clock = { now: () => now, setTimeout: () => 0, clearTimeout: () => {} }
  const bucket = createTokenBucket({ capacity: 10, refillPerSecond: 1, clock })
  bucket.take(4)
  now = 0
  expect([bucket.tokens, bucket.waitMs(10)]).toEqual([6, 4_000])
  now = 2_000
  expect(bucket.tokens).toBe(8)
})
