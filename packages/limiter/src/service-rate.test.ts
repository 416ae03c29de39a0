import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ServiceRate } from './service-rate.ts'

/** Somebody waits all the time, and one starts each `everyMs`. */
function steady(rate: ServiceRate, starts: number, everyMs: number, from = 0): number {
  rate.busy(from)
  let now = from
  for (let start = 0; start < starts; start++) {
    now += everyMs
    rate.started()
    rate.waitMs(0, now)
  }
  return now
}

test('nothing is known before the first start, however long one has waited', () => {
  const rate = new ServiceRate()
  expect(rate.waitMs(0, 0)).toBeUndefined()
  rate.busy(0)
  expect(rate.waitMs(0, 1_000)).toBeUndefined()
})

test('who comes now waits for one start for each before it, and its own', () => {
  const rate = new ServiceRate()
  const now = steady(rate, 10, 200)
  expect([0, 1, 9].map((others) => rate.waitMs(others, now))).toEqual([200, 400, 2_000])
})

test('time in which nobody waited does not count', () => {
  const rate = new ServiceRate()
  rate.idle(steady(rate, 4, 100))
  expect(rate.waitMs(0, 1e9)).toBe(100)
  rate.idle(2e9)
  steady(rate, 4, 300, 3e9)
  expect(rate.waitMs(0, 3e9 + 1_200)).toBe(200)
})

test('that somebody else comes to wait as well begins no new time', () => {
  const rate = new ServiceRate()
  rate.busy(0)
  rate.busy(90)
  rate.started()
  expect(rate.waitMs(0, 100)).toBe(100)
})

test('a queue that has stopped moving is slower by the hour', () => {
  const rate = new ServiceRate()
  const now = steady(rate, 10, 100)
  expect(rate.waitMs(0, now + 9_000)).toBe(1_000)
})

test('older starts fade: a change of pace is believed when it has lasted for some hundred starts', () => {
  const rate = new ServiceRate()
  const now = steady(rate, 1_000, 100)
  expect(rate.waitMs(0, now)).toBeCloseTo(100, 9)
  const later = steady(rate, 64, 200, now)
  const half = rate.waitMs(0, later) ?? 0
  // 64 of the old pace were remembered in full; with as many new ones about a third of it is left.
  expect(half).toBeGreaterThan(150)
  expect(half).toBeLessThan(175)
  expect(rate.waitMs(0, steady(rate, 400, 200, later))).toBeCloseTo(200, 0)
})

test('within 64 starts it is the plain mean; always between the fastest and the slowest', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(gaps, fc.integer({ min: -1e6, max: 1e6 }), (gaps, origin) => {
      const rate = new ServiceRate()
      rate.busy(origin)
      let now = origin
      for (const [at, gap] of gaps.entries()) {
        now += gap
        rate.started()
        const mean = rate.waitMs(0, now) ?? Number.NaN
        const past = gaps.slice(0, at + 1)
        if (at < 64) expect(mean).toBeCloseTo((now - origin) / (at + 1), 6)
        expect(mean).toBeGreaterThanOrEqual(Math.min(...past) - 1e-9)
        expect(mean).toBeLessThanOrEqual(Math.max(...past) + 1e-9)
      }
    }),
  )
})
