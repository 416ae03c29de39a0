import { advance, revokedProxy, useVirtualTime, watch } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { type AdaptiveOptions, adaptive } from './adaptive.ts'
import type { LimiterEvent } from './events.ts'
import { createLimiter, type LimiterPermit } from './limiter.ts'

useVirtualTime()

const throttled = Object.assign(new Error('slow down'), { statusCode: 429 })
const broken = new Error('boom')

/** A limiter whose limit moves, and what it does to it. */
function moving(options: AdaptiveOptions) {
  const moves: string[] = []
  const onEvent = (event: LimiterEvent) => {
    if (event.type === 'limiter.limit-changed') moves.push(`${event.from} → ${event.to}`)
  }
  const limiter = createLimiter({ maxConcurrent: adaptive(options), onEvent })
  const permit = () => limiter.tryAcquire() as LimiterPermit
  /** As many calls as may run at once do, and end well. */
  const round = () => {
    const permits = Array.from({ length: limiter.stats().limit }, permit)
    for (const one of permits) one.succeed()
  }
  return {
    limiter,
    moves,
    permit,
    round,
    limit: () => limiter.stats().limit,
    throttle: (error: unknown = throttled) => permit().fail(error),
  }
}

describe('the limit', () => {
  test('begins at the minimum, which is 1, or where it is told to', () => {
    expect(moving({ max: 10 }).limit()).toBe(1)
    expect(moving({ min: 3, max: 10 }).limit()).toBe(3)
    expect(moving({ min: 3, max: 10, initial: 7 }).limit()).toBe(7)
  })

  test('rises by one for each call of it that ends well, and no sooner', () => {
    const { limiter, permit, limit } = moving({ max: 10, initial: 4 })
    const held = [permit(), permit()]
    for (let ended = 0; ended < 3; ended++) permit().succeed()
    expect(limit()).toBe(4)
    permit().succeed()
    expect(limit()).toBe(5)
    for (let ended = 0; ended < 4; ended++) permit().succeed()
    expect(limit()).toBe(5)
    permit().succeed()
    expect(limit()).toBe(6)
    for (const one of held) one.ignore()
    expect(limiter.active).toBe(0)
  })

  test('takes exactly one full round for each step, however large it is', () => {
    const { createLimit } = adaptive({ max: 100 })
    const limit = createLimit()
    for (let size = 1; size < 100; size++) {
      for (let ended = 0; ended < size; ended++) {
        expect(limit.current).toBe(size)
        limit.settled('success', undefined, size, 0)
      }
    }
    expect(limit.current).toBe(100)
  })

  test('rises only while at least half of it is in use', () => {
    const { createLimit } = adaptive({ max: 100, initial: 8 })
    const limit = createLimit()
    for (let ended = 0; ended < 100; ended++) limit.settled('success', undefined, 3, 0)
    expect(limit.current).toBe(8)
    for (let ended = 0; ended < 8; ended++) limit.settled('success', undefined, 4, 0)
    expect(limit.current).toBe(9)
    // An odd limit rounds up: four of nine are less than half.
    for (let ended = 0; ended < 100; ended++) limit.settled('success', undefined, 4, 0)
    expect(limit.current).toBe(9)
  })

  test('counts the call that ends as in use, and the cost of each', () => {
    const { limiter, limit } = moving({ max: 10, initial: 4 })
    const heavy = () => limiter.tryAcquire({ cost: 2 })
    for (let ended = 0; ended < 4; ended++) heavy()?.succeed()
    expect(limit()).toBe(5)
  })

  test('halves when the other side throttles, but does not fall below the minimum', async () => {
    const { limit, throttle } = moving({ min: 2, max: 20, initial: 11 })
    const limits: number[] = []
    for (let fall = 0; fall < 4; fall++) {
      throttle()
      limits.push(limit())
      await advance(1_000)
    }
    expect(limits).toEqual([5, 2, 2, 2])
  })

  test('falls by the ratio that it is told', () => {
    const { limit, throttle } = moving({ max: 20, initial: 20, backoffRatio: 0.9 })
    throttle()
    expect(limit()).toBe(18)
  })

  test('rises to the maximum and no higher', () => {
    const { limit, round } = moving({ max: 3 })
    for (let rounds = 0; rounds < 10; rounds++) round()
    expect(limit()).toBe(3)
  })

  test('begins a new round when it has fallen', async () => {
    const { permit, limit, throttle } = moving({ max: 8, initial: 4 })
    const held = permit()
    for (let ended = 0; ended < 3; ended++) permit().succeed()
    throttle()
    await advance(1_000)
    permit().succeed()
    expect(limit()).toBe(2)
    permit().succeed()
    expect(limit()).toBe(3)
    held.ignore()
  })

  test('lets those who wait start as it rises', async () => {
    const { limiter, permit, limit } = moving({ max: 2 })
    const running = permit()
    const waiting = [watch(limiter.acquire()), watch(limiter.acquire())]
    running.succeed()
    await advance(0)
    expect(limit()).toBe(2)
    expect(waiting.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled'])
  })

  test('lets those who run end as it falls, and starts nobody until there is room', async () => {
    const { limiter, permit } = moving({ max: 4, initial: 4 })
    const running = [permit(), permit(), permit(), permit()]
    const waiting = watch(limiter.acquire())
    running[0]?.fail(throttled)
    running[1]?.succeed()
    await advance(0)
    expect([limiter.active, waiting.state]).toEqual([2, 'pending'])
    running[2]?.succeed()
    await advance(0)
    expect([limiter.active, waiting.state]).toEqual([2, 'fulfilled'])
  })

  test('is seen in stats and told in events, each move once', async () => {
    const { moves, round, throttle, limit } = moving({ max: 3 })
    for (let rounds = 0; rounds < 4; rounds++) round()
    throttle()
    throttle()
    expect(moves).toEqual(['1 → 2', '2 → 3', '3 → 1'])
    expect(limit()).toBe(1)
  })

  test('is 0 while the limiter is paused, and afterwards what it has become meanwhile', () => {
    const { limiter, moves, permit, limit } = moving({ max: 8, initial: 8 })
    const running = permit()
    limiter.pause()
    running.fail(throttled)
    expect(limit()).toBe(0)
    limiter.resume()
    expect(limit()).toBe(4)
    expect(moves).toEqual(['8 → 0', '0 → 4'])
  })

  test('of each limiter moves by itself', () => {
    const maxConcurrent = adaptive({ max: 8, initial: 8 })
    const [one, other] = [createLimiter({ maxConcurrent }), createLimiter({ maxConcurrent })]
    one.tryAcquire()?.fail(throttled)
    expect([one.stats().limit, other.stats().limit]).toEqual([4, 8])
  })

  test('stays where it is when something else is updated, and begins anew when it is itself', () => {
    const { limiter, limit, throttle } = moving({ max: 8, initial: 8 })
    throttle()
    limiter.update({ maxQueue: 3 })
    expect(limit()).toBe(4)
    limiter.update({ maxConcurrent: adaptive({ max: 6, initial: 6 }) })
    expect(limit()).toBe(6)
    limiter.update({ maxConcurrent: 2 })
    expect(limit()).toBe(2)
    limiter.tryAcquire()?.fail(throttled)
    expect(limit()).toBe(2)
  })

  test('may be less than one call costs, which then runs alone; more than the maximum is refused', async () => {
    const { limiter, permit } = moving({ max: 3 })
    const running = permit()
    const large = watch(limiter.acquire({ cost: 3 }))
    const small = watch(limiter.acquire())
    running.ignore()
    await advance(0)
    expect([large.state, small.state, limiter.active]).toEqual(['fulfilled', 'pending', 3])
    expect(() => limiter.tryAcquire({ cost: 4 })).toThrow(/`cost` must be .* 1 to 3, not 4/)
  })
})

describe('after a throttle', () => {
  test('those that were under way change nothing: one burst is one throttle', async () => {
    const { permit, limit } = moving({ max: 16, initial: 16 })
    const running = Array.from({ length: 16 }, permit)
    for (const one of running) one.fail(throttled)
    expect(limit()).toBe(8)
    await advance(999)
    permit().fail(throttled)
    expect(limit()).toBe(8)
    await advance(1)
    permit().fail(throttled)
    expect(limit()).toBe(4)
  })

  test('it does not rise either until the cooldown is over', async () => {
    const { createLimit } = adaptive({ max: 16, initial: 2, cooldownMs: 300 })
    const limit = createLimit()
    limit.settled('failure', throttled, 2, 1_000)
    for (let ended = 0; ended < 50; ended++) limit.settled('success', undefined, 1, 1_299)
    expect(limit.current).toBe(1)
    limit.settled('success', undefined, 1, 1_300)
    expect(limit.current).toBe(2)
  })

  test.each([
    ['the cooldown, when it is longer', { retryAfterMs: 200 }, 1_000],
    ['retryAfterMs, when that is longer', { retryAfterMs: 4_000 }, 4_000],
    [
      'a Retry-After header of a fetch',
      { response: { headers: new Headers({ 'retry-after': '3' }) } },
      3_000,
    ],
    [
      'a Retry-After header of the AWS SDK',
      { $response: { headers: { 'retry-after': '2' } } },
      2_000,
    ],
  ])('it holds still for %s', async (_, hint, ms) => {
    const { limit, throttle } = moving({ max: 16, initial: 16 })
    const error = Object.assign(new Error('slow down'), { statusCode: 429 }, hint)
    throttle(error)
    await advance(ms - 1)
    throttle(error)
    expect(limit()).toBe(8)
    await advance(1)
    throttle(error)
    expect(limit()).toBe(4)
  })

  test('without a cooldown each throttle counts', () => {
    const { limit, throttle } = moving({ max: 16, initial: 16, cooldownMs: 0 })
    throttle()
    throttle()
    expect(limit()).toBe(4)
  })
})

describe('a throttle', () => {
  test.each([
    ['status 429', { statusCode: 429 }],
    ['status 429 of the AWS SDK', { $metadata: { httpStatusCode: 429 } }],
    ['status 429 of a response', { response: { status: 429 } }],
    ['ThrottlingException', { name: 'ThrottlingException' }],
    ['ThrottledException', { name: 'ThrottledException' }],
    ['TooManyRequestsException', { name: 'TooManyRequestsException' }],
  ])('is %s', (_, facts) => {
    const { limit, throttle } = moving({ max: 8, initial: 8 })
    throttle(Object.assign(new Error('slow down'), facts))
    expect(limit()).toBe(4)
  })

  test.each([
    ['another failure', broken],
    ['a server’s failure', Object.assign(new Error('down'), { statusCode: 503 })],
    ['a validation error', { name: 'ValidationException', statusCode: 400 }],
    ['a text', 'ThrottlingException'],
    ['nothing', null],
    ['what throws when it is looked at', revokedProxy()],
    ['a name that throws', { name: { toString: revokedProxy } }],
  ])('is not %s, which moves nothing', (_, error) => {
    const { limit, permit, throttle } = moving({ max: 8, initial: 2 })
    throttle(error)
    expect(limit()).toBe(2)
    // Nor is it a success, nor does a cooldown begin.
    permit().succeed()
    expect(limit()).toBe(2)
    permit().succeed()
    expect(limit()).toBe(3)
  })

  test('is what isThrottle says instead', () => {
    const isThrottle = vi.fn((error: unknown) => error === broken)
    const { limit, throttle } = moving({ max: 8, initial: 8, isThrottle })
    throttle()
    expect(limit()).toBe(8)
    throttle(broken)
    expect(limit()).toBe(4)
    expect(isThrottle.mock.calls).toEqual([[throttled], [broken]])
  })

  test('is no success, and no call that was given up: isThrottle is asked of failures only', () => {
    const isThrottle = vi.fn(() => true)
    const { limit, permit } = moving({ max: 8, initial: 8, isThrottle })
    permit().succeed()
    permit().ignore()
    expect([limit(), isThrottle.mock.calls.length]).toEqual([8, 0])
  })

  test('is what the default says when isThrottle throws, and the caller gets the error of the operation', async () => {
    const isThrottle = () => {
      throw new Error('a fault in isThrottle')
    }
    const { limiter, limit } = moving({ max: 8, initial: 8, isThrottle })
    await expect(limiter(() => Promise.reject(throttled))).rejects.toBe(throttled)
    expect([limit(), limiter.active]).toEqual([4, 0])
  })

  test('is not a call that its caller gave up, whatever the reason', async () => {
    const { limiter, limit } = moving({ max: 8, initial: 8 })
    limiter.tryAcquire()?.ignore()
    const controller = new AbortController()
    const { signal } = controller
    const call = limiter(() => Promise.reject(throttled), { signal })
    controller.abort(throttled)
    await expect(call).rejects.toBe(throttled)
    expect([limit(), limiter.active]).toEqual([8, 0])
  })

  test('is seen in the policy form too, and a success with it', async () => {
    const { limiter, limit } = moving({ max: 8 })
    await limiter(() => 'fine')
    expect(limit()).toBe(2)
    await expect(limiter(() => Promise.reject(throttled))).rejects.toBe(throttled)
    expect(limit()).toBe(1)
  })
})

describe('what is wrong is refused by name', () => {
  test.each([
    [{ min: 0 }, RangeError, /`min` must be an integer of 1 or more, not 0/],
    [{ min: 1.5 }, RangeError, /`min` must be an integer of 1 or more, not 1.5/],
    [{ min: 11 }, RangeError, /`max` must be an integer from 11 to \d+, not 10/],
    [{ max: 0 }, RangeError, /`max` must be an integer of 1 or more, not 0/],
    [{ max: Number.POSITIVE_INFINITY }, RangeError, /`max` must be .*, not Infinity/],
    [{ max: undefined as never }, TypeError, /`max` must be .*, not undefined/],
    [{ initial: 11 }, RangeError, /`initial` must be an integer from 1 to 10, not 11/],
    [{ min: 3, initial: 2 }, RangeError, /`initial` must be an integer from 3 to 10, not 2/],
    [{ backoffRatio: 1.1 }, RangeError, /`backoffRatio` must be a number from 0 to 1, not 1.1/],
    [{ backoffRatio: Number.NaN }, RangeError, /`backoffRatio` must be .*, not NaN/],
    [{ cooldownMs: -1 }, RangeError, /`cooldownMs` must be a number of 0 or more, not -1/],
    [{ isThrottle: true as never }, TypeError, /`isThrottle` must be a function, not true/],
  ])('%o', (options, kind, message) => {
    const act = () => adaptive({ max: 10, ...options })
    expect(act).toThrow(kind)
    expect(act).toThrow(message)
  })
})

const limits = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.nat(10), fc.nat(10))
  .map(([min, more, from]) => ({ min, max: min + more, initial: min + Math.min(from, more) }))
const step = fc.oneof(
  fc.record({ call: fc.constant(true) }),
  fc.record({ end: fc.constantFrom('success', 'throttle', 'failure', 'ignore'), which: fc.nat() }),
  fc.record({ wait: fc.nat(400) }),
)

test('is always between its bounds, moves one up or a ratio down, and recovers from any state', () => {
  fc.assert(
    fc.property(
      limits,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.array(step, { maxLength: 80, size: 'max' }),
      (limits, backoffRatio, steps) => {
        const { limiter, limit, permit } = moving({ ...limits, backoffRatio, cooldownMs: 300 })
        const running: LimiterPermit[] = []
        for (const step of steps) {
          const before = limit()
          if ('call' in step) {
            const one = limiter.tryAcquire()
            if (one) running.push(one)
          } else if ('wait' in step) vi.advanceTimersByTime(step.wait)
          else {
            const [one] = running.splice(step.which % Math.max(running.length, 1), 1)
            if (step.end === 'success') one?.succeed()
            else if (step.end === 'ignore') one?.ignore()
            else one?.fail(step.end === 'throttle' ? throttled : broken)
          }
          const after = limit()
          expect(after).toBeGreaterThanOrEqual(limits.min)
          expect(after).toBeLessThanOrEqual(limits.max)
          const fallen = Math.max(limits.min, Math.floor(before * backoffRatio))
          expect([before, before + 1, fallen]).toContain(after)
        }
        for (const one of running) one.ignore()
        vi.advanceTimersByTime(300)
        // One success for each of the limit, at each size from here to the last.
        for (let size = limit(); size < limits.max; size++) {
          for (let ended = 0; ended < size; ended++) {
            const busy = Array.from({ length: limit() }, permit)
            busy.pop()?.succeed()
            for (const one of busy) one.ignore()
          }
        }
        expect(limit()).toBe(limits.max)
        expect(limiter.active).toBe(0)
      },
    ),
  )
})
