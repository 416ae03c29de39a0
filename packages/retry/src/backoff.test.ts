import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Backoff, constant, decorrelated, exponential, type Jitter } from './backoff.ts'

const middle = () => 0.5
const lowest = () => 0
const highest = () => 1 - Number.EPSILON

const fault = { status: 503 }
const throttle = { status: 429 }

/** The first waits, each after the one before it. */
function waits(backoff: Backoff = exponential(), random = middle, error: unknown = fault) {
  const all: number[] = []
  for (let attempt = 1; attempt <= 7; attempt++) {
    all.push(Math.round(backoff(attempt, error, all.at(-1) ?? 0, random)))
  }
  return all
}

const ms = fc.integer({ min: 0, max: 2 ** 31 - 1 })
const attempts = fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.constant(2 ** 53))
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const errors = fc.constantFrom<unknown>(fault, throttle, undefined)

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

  test.each<[Jitter, low: number, high: number, lowAfterThrottle: number]>([
    ['none', 1000, 1000, 1000],
    ['full', 0, 1000, 500],
    ['equal', 500, 1000, 500],
    [0, 1000, 1000, 1000],
    [0.2, 800, 1200, 800],
    [0.5, 500, 1500, 500],
    [0.9, 100, 1900, 500],
    [1, 0, 2000, 500],
  ])(
    'jitter %o of 1000 ms: from %i to %i, after a throttle from %i',
    (jitter, low, high, floor) => {
      const backoff = exponential({ jitter })
      const first = (random: () => number, error: unknown) =>
        Math.round(backoff(1, error, 0, random) * 1e6) / 1e6
      expect(first(lowest, fault)).toBe(low)
      expect(first(highest, fault)).toBeCloseTo(high, 9)
      expect(first(lowest, throttle)).toBe(floor)
      expect(first(highest, throttle)).toBeCloseTo(high, 9)
    },
  )

  test('full and equal jitter are spread evenly', () => {
    expect(exponential({ jitter: 'full' })(1, fault, 0, () => 0.25)).toBe(250)
    expect(exponential({ jitter: 'equal' })(1, fault, 0, () => 0.25)).toBe(625)
  })

  test('every wait is within its jitter and the longest, for any options and after any number of attempts', () => {
    const jitters = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom<Jitter>('full', 'equal', 'none'),
    )
    const options = fc.record({
      initialMs: ms,
      factor: fc.oneof(fc.double({ min: 1, max: 1e9, noNaN: true }), fc.constant(Infinity)),
      maxMs: ms,
      jitter: jitters,
    })
    fc.assert(
      fc.property(options, attempts, errors, chance, (given, attempt, error, drawn) => {
        const { initialMs, factor, maxMs, jitter } = given
        const wait = exponential(given)(attempt, error, 0, () => drawn)
        expect(wait).toBeLessThanOrEqual(maxMs)
        const planned = initialMs === 0 ? 0 : Math.min(maxMs, initialMs * factor ** (attempt - 1))
        const named = { full: [0, 1], equal: [0.5, 1], none: [1, 1] } as const
        const [low, high] = typeof jitter === 'number' ? [1 - jitter, 1 + jitter] : named[jitter]
        const floor = error === throttle ? Math.max(low, 0.5) : low
        expect(wait).toBeGreaterThanOrEqual(Math.min(maxMs, planned * floor) * (1 - 1e-12))
        expect(wait).toBeLessThanOrEqual(planned * high * (1 + 1e-12))
      }),
    )
  })

  const allowed = "a number from 0 to 1 or one of 'full', 'equal', 'none'"
  test.each([
    [{ initialMs: -1 }, RangeError, '`initialMs` must be a number from 0 to 2147483647, not -1'],
    [{ initialMs: '5' }, TypeError, '`initialMs` must be a number from 0 to 2147483647, not "5"'],
    [{ factor: 0.5 }, RangeError, '`factor` must be a number of 1 or more, not 0.5'],
    [{ maxMs: Number.NaN }, RangeError, '`maxMs` must be a number from 0 to 2147483647, not NaN'],
    [{ jitter: 1.1 }, RangeError, `\`jitter\` must be ${allowed}, not 1.1`],
    [{ jitter: -0.1 }, RangeError, `\`jitter\` must be ${allowed}, not -0.1`],
    [{ jitter: 'decorrelated' }, TypeError, `\`jitter\` must be ${allowed}, not "decorrelated"`],
    [{ jitter: 'toString' }, TypeError, `\`jitter\` must be ${allowed}, not "toString"`],
    [{ jitter: true }, TypeError, `\`jitter\` must be ${allowed}, not true`],
  ])('%o is refused', (options, errorClass, message) => {
    expect(() => exponential(options as never)).toThrow(new errorClass(message))
  })
})

describe('constant', () => {
  test('waits the same every time', () => {
    expect(waits(constant(250), highest)).toEqual(Array(7).fill(250))
  })

  test.each([
    [2 ** 31, RangeError, '`ms` must be a number from 0 to 2147483647, not 2147483648'],
    [-1, RangeError, '`ms` must be a number from 0 to 2147483647, not -1'],
    [undefined, TypeError, '`ms` must be a number from 0 to 2147483647, not undefined'],
  ])('refuses %o', (value, errorClass, message) => {
    expect(() => constant(value as never)).toThrow(new errorClass(message))
  })
})

describe('decorrelated', () => {
  test('is anything from the shortest to three times the wait before', () => {
    expect(waits(decorrelated(), lowest)).toEqual(Array(7).fill(1000))
    expect(waits(decorrelated(), middle)).toEqual([2000, 3500, 5750, 9125, 14188, 21782, 30000])
    expect(waits(decorrelated(), highest)).toEqual([3000, 9000, 27000, 30000, 30000, 30000, 30000])
  })

  test('every part can be chosen', () => {
    const backoff = decorrelated({ initialMs: 10, maxMs: 100 })
    expect(waits(backoff, highest)).toEqual([30, 90, 100, 100, 100, 100, 100])
    expect(waits(decorrelated({ initialMs: undefined, maxMs: undefined }))).toEqual(
      waits(decorrelated()),
    )
  })

  test('starts anew from the shortest after no wait at all', () => {
    expect(decorrelated({ initialMs: 100 })(9, fault, 0, highest)).toBeCloseTo(300, 9)
  })

  test('every wait is from the shortest to the longest, whatever the wait before', () => {
    const previous = fc.oneof(fc.double({ min: 0, max: 2 ** 31 - 1, noNaN: true }), ms)
    fc.assert(
      fc.property(ms, ms, previous, chance, (initialMs, maxMs, previousMs, drawn) => {
        const wait = decorrelated({ initialMs, maxMs })(1, fault, previousMs, () => drawn)
        expect(wait).toBeGreaterThanOrEqual(Math.min(initialMs, maxMs))
        expect(wait).toBeLessThanOrEqual(Math.min(maxMs, 3 * Math.max(initialMs, previousMs)))
      }),
    )
  })

  test.each([
    [{ initialMs: -1 }, RangeError, '`initialMs` must be a number from 0 to 2147483647, not -1'],
    [{ maxMs: '9' }, TypeError, '`maxMs` must be a number from 0 to 2147483647, not "9"'],
  ])('%o is refused', (options, errorClass, message) => {
    expect(() => decorrelated(options as never)).toThrow(new errorClass(message))
  })
})

// Named after the defects of other libraries that they guard against.
describe('regressions elsewhere', () => {
  const kinds: [string, Backoff][] = [
    ['exponential', exponential()],
    ['exponential without a first wait', exponential({ initialMs: 0 })],
    ['exponential with any factor', exponential({ factor: Infinity })],
    ['full jitter', exponential({ jitter: 'full' })],
    ['equal jitter', exponential({ jitter: 'equal' })],
    ['decorrelated', decorrelated()],
    ['constant', constant(2 ** 31 - 1)],
  ]
  test.each(kinds)('NaN or overflow after many attempts: %s', (_, backoff) => {
    let previousMs = 0
    for (const attempt of [1, 32, 64, 1024, 1025, 1e6, 2 ** 53]) {
      previousMs = backoff(attempt, fault, previousMs, highest)
      expect(previousMs).toBeGreaterThanOrEqual(0)
      expect(previousMs).toBeLessThanOrEqual(2 ** 31 - 1)
    }
  })

  test('`none` jitter that ignores the exponent', () => {
    const backoff = exponential({ factor: 3, jitter: 'none', initialMs: 10 })
    expect(waits(backoff)).toEqual([10, 30, 90, 270, 810, 2430, 7290])
  })

  test('full jitter near zero burns all retries within a throttled minute', () => {
    const total = waits(exponential({ jitter: 'full' }), lowest, throttle)
    expect(total).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000])
  })
})
