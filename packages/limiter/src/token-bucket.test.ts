import { systemClock } from '@holdfast/internal'
import { advance, timers, useVirtualTime } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTokenBucket, type TokenBucketOptions } from './token-bucket.ts'

useVirtualTime()

/** A clock that is moved by hand. */
function handClock(origin = 0) {
  let now = origin
  return {
    ...systemClock,
    now: () => now,
    pass: (ms: number) => {
      now += ms
    },
  }
}

/** A bucket of 10 that gets 2 a second. */
const small = (options?: Partial<TokenBucketOptions>) =>
  createTokenBucket({ capacity: 10, refillPerSecond: 2, ...options })

describe('a bucket', () => {
  test('is full at first: all of it may be taken at once', () => {
    const bucket = small()
    expect([bucket.capacity, bucket.tokens]).toEqual([10, 10])
    expect(bucket.tryTake(10)).toBe(true)
    expect([bucket.tokens, bucket.tryTake()]).toEqual([0, false])
  })

  test('gives one token unless told how many', () => {
    const bucket = small()
    bucket.tryTake()
    expect(bucket.tokens).toBe(9)
    bucket.take(9)
    expect(bucket.waitMs()).toBe(500)
  })

  test('takes nothing when there is too little', () => {
    const bucket = small()
    expect(bucket.tryTake(10.5)).toBe(false)
    expect(bucket.tokens).toBe(10)
  })

  test('refills all the time, not by the second, and never above its capacity', async () => {
    const bucket = small()
    bucket.take(10)
    await advance(1)
    expect(bucket.tokens).toBeCloseTo(0.002, 12)
    await advance(499)
    expect(bucket.tokens).toBeCloseTo(1, 12)
    await advance(3_600_000)
    expect(bucket.tokens).toBe(10)
  })

  test('may go into debt, and gives nothing until it has recovered', async () => {
    const bucket = small()
    bucket.take(14)
    expect([bucket.tokens, bucket.waitMs(1)]).toEqual([-4, 2_500])
    await advance(2_000)
    expect([bucket.tokens, bucket.tryTake(1)]).toEqual([0, false])
    await advance(500)
    expect(bucket.tryTake(1)).toBe(true)
  })

  test('takes back what was not needed, up to its capacity', () => {
    const bucket = small()
    bucket.take(14)
    bucket.give(6)
    expect(bucket.tokens).toBe(2)
    bucket.give(100)
    expect(bucket.tokens).toBe(10)
  })

  test('says exactly how long until there are as many', async () => {
    const bucket = small()
    expect([bucket.waitMs(10), bucket.waitMs(10.01)]).toEqual([0, Number.POSITIVE_INFINITY])
    bucket.take(9)
    expect([bucket.waitMs(1), bucket.waitMs(2), bucket.waitMs(10)]).toEqual([0, 500, 4_500])
    await advance(499)
    expect(bucket.tryTake(2)).toBe(false)
    await advance(1)
    expect([bucket.waitMs(2), bucket.tryTake(2)]).toEqual([0, true])
  })

  test('is not a token short for want of precision', () => {
    const bucket = createTokenBucket({ capacity: 1, refillPerSecond: 1 })
    for (let taken = 0; taken < 10; taken++) expect(bucket.tryTake(0.1)).toBe(true)
    expect(bucket.tryTake(0.1)).toBe(false)
  })

  test('sets no timer', () => {
    const bucket = small()
    bucket.take(20)
    bucket.waitMs(10)
    expect(timers()).toBe(0)
  })

  test('takes its time from the clock that it is given', () => {
    const clock = handClock(-1e6)
    const bucket = small({ clock })
    bucket.take(10)
    clock.pass(1_000)
    expect(bucket.tokens).toBe(2)
  })
})

describe('update', () => {
  test('keeps what has come back so far at the old rate', async () => {
    const bucket = small()
    bucket.take(10)
    await advance(1_000)
    bucket.update({ refillPerSecond: 100 })
    expect(bucket.tokens).toBe(2)
    await advance(50)
    expect(bucket.tokens).toBe(7)
  })

  test('keeps a debt', () => {
    const bucket = small()
    bucket.take(15)
    bucket.update({ capacity: 100, refillPerSecond: 10 })
    expect(bucket.tokens).toBe(-5)
  })

  test('to more room fills nothing by itself, to less lets it overflow', async () => {
    const bucket = small()
    bucket.update({ capacity: 20 })
    expect([bucket.capacity, bucket.tokens]).toEqual([20, 10])
    await advance(1_000)
    bucket.update({ capacity: 4 })
    expect([bucket.capacity, bucket.tokens]).toEqual([4, 4])
  })

  test('leaves as it is what is not named', async () => {
    const bucket = small({ capacity: 12 })
    bucket.take(12)
    bucket.update({ capacity: undefined, refillPerSecond: undefined })
    await advance(1_000)
    expect([bucket.capacity, bucket.tokens]).toEqual([12, 2])
  })

  test('changes nothing when one of its settings is wrong', async () => {
    const bucket = small()
    expect(() => bucket.update({ capacity: 1, refillPerSecond: 0 })).toThrow(RangeError)
    bucket.take(10)
    await advance(1_000)
    expect([bucket.capacity, bucket.tokens]).toEqual([10, 2])
  })
})

describe('what is wrong is refused by name', () => {
  test.each([
    [{ capacity: 0 }, RangeError, /`capacity` must be .*, not 0/],
    [{ capacity: Number.NaN }, RangeError, /`capacity` must be .*, not NaN/],
    [{ capacity: Number.POSITIVE_INFINITY }, RangeError, /`capacity` must be .*, not Infinity/],
    [{ capacity: '10' as never }, TypeError, /`capacity` must be .*, not "10"/],
    [{ refillPerSecond: 0 }, RangeError, /`refillPerSecond` must be .*, not 0/],
    [{ refillPerSecond: -1 }, RangeError, /`refillPerSecond` must be .*, not -1/],
    [{ refillPerSecond: null as never }, TypeError, /`refillPerSecond` must be .*, not null/],
  ])('%o', (options, kind, message) => {
    for (const act of [() => small(options), () => small().update(options)]) {
      expect(act).toThrow(kind)
      expect(act).toThrow(message)
    }
  })

  test.each(['tryTake', 'take', 'give', 'waitMs'] as const)('%s, of no number of tokens', (act) => {
    const bucket = small()
    for (const tokens of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => bucket[act](tokens)).toThrow(RangeError)
      expect(() => bucket[act](tokens)).toThrow(/`tokens` must be .*, not /)
    }
    expect(() => bucket[act]('1' as never)).toThrow(TypeError)
    expect(bucket.tokens).toBe(10)
  })
})

const settings = {
  capacity: fc.double({ min: 0.1, max: 1e6, noNaN: true }),
  refillPerSecond: fc.double({ min: 0.001, max: 1e5, noNaN: true }),
}
/** Any monotonic scale: since the process began, since 1970, or before its own zero. */
const origin = fc.constantFrom(0, 1.7e12, -1e6, 0.1)
const pause = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5_000, noNaN: true }))

test('over any time t no more than capacity + refillPerSecond × t can be taken', () => {
  const part = fc.double({ min: 0, max: 1.2, noNaN: true })
  const step = fc.record({ pause, part })
  fc.assert(
    fc.property(
      fc.record(settings),
      origin,
      fc.array(step, { maxLength: 60, size: 'max' }),
      (settings, origin, steps) => {
        const clock = handClock(origin)
        const bucket = createTokenBucket({ ...settings, clock })
        const taken: { at: number; tokens: number }[] = []
        for (const { pause, part } of steps) {
          clock.pass(pause)
          const tokens = part * settings.capacity
          if (bucket.tryTake(tokens)) taken.push({ at: clock.now(), tokens })
        }
        for (const [from, { at: begun }] of taken.entries()) {
          let sum = 0
          for (const { at, tokens } of taken.slice(from)) {
            sum += tokens
            const most = settings.capacity + (settings.refillPerSecond * (at - begun)) / 1_000
            expect(sum).toBeLessThanOrEqual(most * (1 + 1e-6))
          }
        }
      },
    ),
  )
})

test('who waits for as long as it says gets the tokens, and a moment earlier does not', () => {
  fc.assert(
    fc.property(
      fc.record(settings),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (settings, left, part) => {
        const clock = handClock()
        const bucket = createTokenBucket({ ...settings, clock })
        const wanted = part * settings.capacity
        bucket.take((1 - left) * settings.capacity)
        const ms = bucket.waitMs(wanted)
        expect(bucket.tryTake(wanted)).toBe(ms === 0)
        if (ms === 0) return
        clock.pass(ms * 0.999)
        const nearlyThere = bucket.tokens
        expect(nearlyThere).toBeLessThan(wanted)
        clock.pass(ms * 0.001)
        expect(bucket.tryTake(wanted)).toBe(true)
      },
    ),
  )
})

test('no token is lost or made by taking and giving: the level is always capacity − taken + given + refilled', () => {
  const step = fc.record({
    pause: fc.nat(1_000),
    take: fc.nat(50),
    givePart: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(origin, fc.array(step, { maxLength: 60, size: 'max' }), (origin, steps) => {
      const clock = handClock(origin)
      const capacity = 10_000
      const bucket = createTokenBucket({ capacity, refillPerSecond: 10, clock })
      // So that it never overflows, whatever comes.
      bucket.take(2_000)
      let level = capacity - 2_000
      for (const { pause, take, givePart } of steps) {
        clock.pass(pause)
        level += pause / 100
        bucket.take(take)
        bucket.give(take * givePart)
        level += take * givePart - take
        expect(bucket.tokens).toBeCloseTo(level, 4)
      }
    }),
  )
})

test('whatever is done to it, it holds no more than its capacity', () => {
  const step = fc.oneof(
    fc.record({ take: fc.nat(100) }),
    fc.record({ give: fc.nat(100) }),
    fc.record({ pause }),
    fc.record({ update: fc.record(settings, { requiredKeys: [] }) }),
  )
  fc.assert(
    fc.property(fc.record(settings), fc.array(step), (settings, steps) => {
      const clock = handClock()
      const bucket = createTokenBucket({ ...settings, clock })
      for (const step of steps) {
        if ('take' in step) bucket.take(step.take)
        else if ('give' in step) bucket.give(step.give)
        else if ('pause' in step) clock.pass(step.pause)
        else bucket.update(step.update)
        expect(bucket.tokens).toBeLessThanOrEqual(bucket.capacity)
      }
    }),
  )
})
