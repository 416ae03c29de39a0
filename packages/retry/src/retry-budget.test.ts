import type { ErrorClass } from '@holdfast/internal'
import { systemClock } from '@holdfast/internal'
import { advance, useVirtualTime } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRetryBudget } from './retry-budget.ts'

useVirtualTime()

describe('by tokens', () => {
  test('the AWS figures: 500; 5 after a throttle, 14 after anything else', () => {
    const budget = createRetryBudget()
    expect(budget.available).toBe(500)
    expect(budget.withdraw('throttle')).toBe(true)
    expect(budget.available).toBe(495)
    for (const errorClass of ['transient', 'timeout', 'unknown'] as const) {
      const before = budget.available
      expect(budget.withdraw(errorClass)).toBe(true)
      expect(budget.available).toBe(before - 14)
    }
  })

  test('pays for 100 throttles or 35 faults, and then for none', () => {
    const throttles = createRetryBudget()
    for (let retry = 0; retry < 100; retry++) expect(throttles.withdraw('throttle')).toBe(true)
    expect([throttles.available, throttles.withdraw('throttle')]).toEqual([0, false])

    const faults = createRetryBudget()
    for (let retry = 0; retry < 35; retry++) expect(faults.withdraw('transient')).toBe(true)
    expect([faults.available, faults.withdraw('transient')]).toEqual([10, false])
    // A refusal takes nothing: the cheaper kind is still paid for.
    expect([faults.withdraw('throttle'), faults.available]).toEqual([true, 5])
  })

  test('a success gives back what its last retry took, or 1', () => {
    const budget = createRetryBudget()
    for (let retry = 0; retry < 20; retry++) budget.withdraw('throttle')
    expect(budget.available).toBe(400)
    budget.succeed()
    expect(budget.available).toBe(401)
    budget.succeed('throttle')
    expect(budget.available).toBe(406)
    budget.succeed('timeout')
    expect(budget.available).toBe(420)
  })

  test('never holds more than at first', () => {
    const budget = createRetryBudget({ capacity: 20 })
    budget.succeed()
    expect(budget.available).toBe(20)
    budget.withdraw('throttle')
    budget.succeed('transient')
    expect(budget.available).toBe(20)
  })

  test('a beginning, and time, give nothing', async () => {
    const budget = createRetryBudget({ capacity: 20 })
    budget.withdraw('transient')
    budget.begin()
    await advance(3_600_000)
    expect(budget.available).toBe(6)
  })

  test('every price can be chosen, and undefined means the default', () => {
    const budget = createRetryBudget({ capacity: 10, throttleCost: 1, cost: 4, refund: 2 })
    budget.withdraw('transient')
    budget.withdraw('throttle')
    expect(budget.available).toBe(5)
    budget.succeed()
    expect(budget.available).toBe(7)
    expect(createRetryBudget({ capacity: undefined }).available).toBe(500)
  })

  test('one without tokens pays for nothing, one without prices for all', () => {
    expect(createRetryBudget({ capacity: 0 }).withdraw('throttle')).toBe(false)
    expect(createRetryBudget({ capacity: 0, throttleCost: 0 }).withdraw('throttle')).toBe(true)
  })

  test('is from 0 to its capacity after whatever calls do, and refuses only what it cannot pay', () => {
    const amount = fc.integer({ min: 0, max: 50 })
    const options = fc.record({
      capacity: amount,
      throttleCost: amount,
      cost: amount,
      refund: amount,
    })
    const errorClass = fc.constantFrom<ErrorClass>('throttle', 'transient', 'timeout', 'unknown')
    const command = fc.oneof(
      fc.record({ type: fc.constant('withdraw' as const), errorClass }),
      fc.record({
        type: fc.constant('succeed' as const),
        errorClass: fc.option(errorClass, { nil: undefined }),
      }),
    )
    fc.assert(
      fc.property(options, fc.array(command, { maxLength: 100 }), (given, commands) => {
        const budget = createRetryBudget(given)
        for (const { type, errorClass } of commands) {
          const before = budget.available
          const price = errorClass === 'throttle' ? given.throttleCost : given.cost
          if (type === 'withdraw') {
            expect(budget.withdraw(errorClass)).toBe(before >= price)
            expect(budget.available).toBe(before >= price ? before - price : before)
          } else {
            budget.succeed(errorClass)
            const refund = errorClass === undefined ? given.refund : price
            expect(budget.available).toBe(Math.min(given.capacity, before + refund))
          }
          expect(budget.available).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })
})

describe('by a part of the calls', () => {
  const noReserve = { ratio: 0.2, minPerSecond: 0 }

  test('five calls at 0.2 pay for one retry', () => {
    const budget = createRetryBudget(noReserve)
    for (let call = 0; call < 4; call++) budget.begin()
    expect(budget.withdraw('transient')).toBe(false)
    budget.begin()
    expect(budget.withdraw('transient')).toBe(true)
    expect([budget.available, budget.withdraw('transient')]).toEqual([0, false])
  })

  // Tenths have no exact sum in binary: ten of 0.1 make 0.9999999999999999.
  test.each([
    [0.1, 10],
    [0.2, 50],
    [0.3, 10],
    [0.7, 10],
    [1 / 3, 3],
    [0.01, 1000],
  ])('calls at %d: %i of them pay for their part, to the last', (ratio, calls) => {
    const budget = createRetryBudget({ ratio, minPerSecond: 0 })
    for (let call = 0; call < calls; call++) budget.begin()
    let retries = 0
    while (retries < 1000 && budget.withdraw('transient')) retries++
    expect(retries).toBe(Math.round(ratio * calls))
  })

  test('more than one retry a call may be allowed, or none', () => {
    const generous = createRetryBudget({ ratio: 2, minPerSecond: 0 })
    generous.begin()
    const paid = [1, 2, 3].map(() => generous.withdraw('timeout'))
    expect(paid).toEqual([true, true, false])

    const mean = createRetryBudget({ ratio: 0, minPerSecond: 0 })
    for (let call = 0; call < 1000; call++) mean.begin()
    expect(mean.withdraw('transient')).toBe(false)
  })

  test('the price is the same for every class, and a success gives nothing', () => {
    const budget = createRetryBudget({ ratio: 1, minPerSecond: 0 })
    budget.begin()
    budget.begin()
    expect(budget.withdraw('throttle')).toBe(true)
    expect(budget.available).toBe(1)
    budget.succeed('throttle')
    budget.succeed()
    expect(budget.available).toBe(1)
  })

  test('besides, 10 retries a second for 10 s: a rare caller may retry at all', () => {
    const budget = createRetryBudget({ ratio: 0.2 })
    expect(budget.available).toBe(100)
    let retries = 0
    while (retries < 1000 && budget.withdraw('transient')) retries++
    expect(retries).toBe(100)
  })

  test('the reserve is what is told a second, times the window', () => {
    expect(createRetryBudget({ ratio: 0, minPerSecond: 3, windowMs: 5_000 }).available).toBe(15)
    expect(createRetryBudget({ ratio: 0, minPerSecond: 0.5, windowMs: 1_000 }).available).toBe(0.5)
    expect(createRetryBudget({ ratio: 0, minPerSecond: undefined }).available).toBe(100)
  })

  test('forgets calls as the window moves on', async () => {
    const budget = createRetryBudget(noReserve)
    for (let call = 0; call < 10; call++) budget.begin()
    await advance(9_999)
    expect(budget.available).toBeCloseTo(2, 9)
    await advance(1)
    expect([budget.available, budget.withdraw('transient')]).toEqual([0, false])
  })

  test('forgets retries as the window moves on', async () => {
    const budget = createRetryBudget({ ratio: 0, minPerSecond: 0.1 })
    expect([budget.withdraw('transient'), budget.withdraw('transient')]).toEqual([true, false])
    await advance(9_999)
    expect(budget.withdraw('transient')).toBe(false)
    await advance(1)
    expect(budget.withdraw('transient')).toBe(true)
  })

  test('after a long idle time only the reserve is left', async () => {
    const budget = createRetryBudget({ ratio: 0.2, minPerSecond: 1 })
    for (let call = 0; call < 1000; call++) budget.begin()
    expect(budget.available).toBeCloseTo(210, 9)
    await advance(24 * 3_600_000)
    expect(budget.available).toBe(10)
  })

  test('takes its time from the given clock', () => {
    let now = -5_000
    const budget = createRetryBudget({ ...noReserve, clock: { ...systemClock, now: () => now } })
    for (let call = 0; call < 5; call++) budget.begin()
    now += 10_000
    expect(budget.withdraw('transient')).toBe(false)
  })

  test('is never negative, though what paid for retries is forgotten before they are', async () => {
    const budget = createRetryBudget({ ratio: 1, minPerSecond: 0 })
    budget.begin()
    await advance(5_000)
    expect(budget.withdraw('transient')).toBe(true)
    await advance(5_000)
    expect(budget.available).toBe(0)
    budget.begin()
    expect([budget.available, budget.withdraw('transient')]).toEqual([0, false])
  })

  test('over any window, no more retries than the part of its calls and the reserve', () => {
    const options = fc.record({
      ratio: fc.double({ min: 0, max: 3, noNaN: true }),
      minPerSecond: fc.double({ min: 0, max: 5, noNaN: true }),
      windowMs: fc.integer({ min: 1, max: 20_000 }),
    })
    const step = fc.record({
      after: fc.oneof(fc.constant(0), fc.nat(500), fc.nat(30_000)),
      calls: fc.nat(5),
      retries: fc.nat(5),
    })
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const { ratio, minPerSecond, windowMs } = given
        let now = 0
        const clock = { ...systemClock, now: () => now }
        const budget = createRetryBudget({ ...given, clock })
        const called: number[] = []
        const retried: number[] = []
        const within = (times: number[], ms: number) => times.filter((at) => at > now - ms).length
        for (const { after, calls, retries } of steps) {
          now += after
          for (let call = 0; call < calls; call++) {
            budget.begin()
            called.push(now)
          }
          for (let retry = 0; retry < retries; retry++) {
            const before = budget.available
            const paid = budget.withdraw('transient')
            expect(paid).toBe(before >= 1 - 1e-6)
            if (!paid) continue
            retried.push(now)
            // A window is known to a tenth: the oldest slot goes as a whole.
            const paidBy = within(called, windowMs) * ratio + (minPerSecond * windowMs) / 1000
            expect(within(retried, windowMs * 0.9)).toBeLessThanOrEqual(paidBy + 1e-6)
          }
          expect(budget.available).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })
})

test.each([
  [{ capacity: -1 }, RangeError, '`capacity` must be a number of 0 or more, not -1'],
  [
    { throttleCost: Number.NaN },
    RangeError,
    '`throttleCost` must be a number of 0 or more, not NaN',
  ],
  [{ cost: '14' }, TypeError, '`cost` must be a number of 0 or more, not "14"'],
  [{ refund: null }, TypeError, '`refund` must be a number of 0 or more, not null'],
  [{ ratio: -0.2 }, RangeError, '`ratio` must be a number of 0 or more, not -0.2'],
  [{ ratio: '20 %' }, TypeError, '`ratio` must be a number of 0 or more, not "20 %"'],
  [{ ratio: undefined }, TypeError, '`ratio` must be a number of 0 or more, not undefined'],
  [
    { ratio: 0.2, minPerSecond: -1 },
    RangeError,
    '`minPerSecond` must be a number of 0 or more, not -1',
  ],
  [
    { ratio: 0.2, windowMs: 0 },
    RangeError,
    '`windowMs` must be a number from 1 to 2147483647, not 0',
  ],
  // With no reserve it made what is left NaN, which pays for everything.
  [
    { ratio: 0.2, minPerSecond: 0, windowMs: Number.POSITIVE_INFINITY },
    RangeError,
    '`windowMs` must be a number from 1 to 2147483647, not Infinity',
  ],
])('%o is refused', (options, errorClass, message) => {
  expect(() => createRetryBudget(options as never)).toThrow(new errorClass(message))
})
