import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { constant, exponential } from './backoff.ts'

const middle = () => 0.5
const lowest = () => 0
const highest = () => 1 - Number.EPSILON

const waits = (backoff = exponential(), random = middle) =>
  [1, 2, 3, 4, 5, 6, 7].map((attempt) => Math.round(backoff(attempt, random)))

describe('exponential', () => {
  test('by default: 1 s, 2 s, 4 s, … up to 30 s', () => {
    expect(waits()).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000])
  })

  test('jitter strays by its ratio either way, but never above the longest wait', () => {
    expect(waits(exponential(), lowest)).toEqual([800, 1600, 3200, 6400, 12800, 24000, 24000])
    expect(waits(exponential(), highest)).toEqual([1200, 2400, 4800, 9600, 19200, 30000, 30000])
  })

  test('every part can be chosen', () => {
    const backoff = exponential({ initialMs: 100, factor: 3, maxMs: 500, jitter: 0 })
    expect(waits(backoff, highest)).toEqual([100, 300, 500, 500, 500, 500, 500])
  })

  test('undefined means the default', () => {
    expect(waits(exponential({ initialMs: undefined, jitter: undefined }))).toEqual(waits())
  })

  test('every wait is from 0 to the longest, for any options and after any number of attempts', () => {
    const options = fc.record({
      initialMs: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      factor: fc.oneof(
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        fc.constant(Number.POSITIVE_INFINITY),
      ),
      maxMs: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    const attempt = fc.integer({ min: 1, max: 10_000 })
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(options, attempt, chance, (given, at, drawn) => {
        const wait = exponential(given)(at, () => drawn)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThanOrEqual(given.maxMs)
      }),
    )
  })

  test.each([
    [{ initialMs: -1 }, RangeError, '`initialMs` must be a number from 0 to 2147483647, not -1'],
    [{ factor: 0.5 }, RangeError, '`factor` must be a number of 1 or more, not 0.5'],
    [{ maxMs: Number.NaN }, RangeError, '`maxMs` must be a number from 0 to 2147483647, not NaN'],
    [{ jitter: 1.1 }, RangeError, '`jitter` must be a number from 0 to 1, not 1.1'],
    [{ jitter: 'full' }, TypeError, '`jitter` must be a number from 0 to 1, not "full"'],
  ])('%o is refused', (options, errorClass, message) => {
    expect(() => exponential(options as never)).toThrow(new errorClass(message))
  })
})

describe('constant', () => {
  test('waits the same every time', () => {
    expect(waits(constant(250), highest)).toEqual(Array(7).fill(250))
  })

  test('refuses what a timer cannot hold', () => {
    expect(() => constant(2 ** 31)).toThrow(
      new RangeError('`ms` must be a number from 0 to 2147483647, not 2147483648'),
    )
  })
})
