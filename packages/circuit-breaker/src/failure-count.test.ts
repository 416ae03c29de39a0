import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { type FailureCountOptions, failureCount } from './failure-count.ts'

const at = (time: number) => ({ now: () => time })

/** At which of these failures the circuit opens, as indexes. */
const opensAt = (failuresAt: readonly number[], options?: FailureCountOptions) => {
  const window = failureCount(options).createWindow()
  return failuresAt.flatMap((now, index) =>
    window.record('failure', at(now), false) ? [index] : [],
  )
}

describe('failureCount', () => {
  test('by default opens at the fifth failure within 60 s, the bounds included', () => {
    expect(opensAt([0, 1, 2, 3, 60_000])).toEqual([4])
    expect(opensAt([0, 1, 2, 3, 60_001])).toEqual([])
  })

  test('slides: what left the window counts no more', () => {
    expect(opensAt([0, 50_000, 60_001, 60_002, 60_003, 60_004])).toEqual([5])
  })

  test('four failures of an hour ago and one of now do not open it', () => {
    expect(opensAt([0, 1, 2, 3, 3_600_000])).toEqual([])
  })

  test('successes between do not save it', () => {
    const window = failureCount({ failures: 2 }).createWindow()
    expect(window.record('failure', at(0), false)).toBe(false)
    for (let now = 1; now < 100; now++) expect(window.record('success', at(now), false)).toBe(false)
    expect(window.record('failure', at(100), false)).toBe(true)
  })

  test('one failure can be enough', () => {
    expect(opensAt([0], { failures: 1 })).toEqual([0])
  })

  test('a window without end counts every failure there was, and no other', () => {
    const windowMs = Number.POSITIVE_INFINITY
    expect(opensAt([0, 1e9, 1e12], { failures: 3, windowMs })).toEqual([2])
  })

  test('windows of one strategy count apart', () => {
    const strategy = failureCount({ failures: 2 })
    const [one, other] = [strategy.createWindow(), strategy.createWindow()]
    one.record('failure', at(0), false)
    expect(other.record('failure', at(1), false)).toBe(false)
  })

  test('agrees with counting all failures of the last window, at any times', () => {
    const gaps = fc.array(fc.nat(30), { maxLength: 60, size: 'max' })
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 6 }), (gapsMs, failures) => {
        let now = 0
        const times = gapsMs.map((gap) => (now += gap))
        const counted = times.flatMap((time, index) => {
          const inWindow = times.slice(0, index + 1).filter((earlier) => time - earlier <= 50)
          return inWindow.length >= failures ? [index] : []
        })
        expect(opensAt(times, { failures, windowMs: 50 })).toEqual(counted)
      }),
    )
  })

  test('goes on where a saved window ended, at any time, in one that holds as many, more or fewer', () => {
    const gaps = fc.array(fc.nat(30), { maxLength: 30 })
    const n = fc.integer({ min: 1, max: 6 })
    fc.assert(
      fc.property(gaps, gaps, n, n, (before, after, kept, failures) => {
        const first = failureCount({ failures: kept, windowMs: 50 }).createWindow()
        let now = 0
        const times = before.map((gap) => (now += gap))
        for (const time of times) first.record('failure', at(time), false)
        const saved: unknown = JSON.parse(JSON.stringify(first.save?.((time) => time + 1e12)))
        const second = failureCount({ failures, windowMs: 50 }).createWindow(
          saved,
          (epoch) => epoch - 1e12,
        )
        // As one who remembers the last of the first's failures, and all that come.
        const known = times.slice(-kept)
        for (const gap of after) {
          now += gap
          known.push(now)
          const inWindow = known.filter((earlier) => now - earlier <= 50)
          expect(second.record('failure', at(now), false)).toBe(inWindow.length >= failures)
        }
      }),
    )
  })

  test('a slow success is a failure, another success is nothing and does not look at the clock', () => {
    const window = failureCount({ failures: 2 }).createWindow()
    const now = vi.fn(() => 0)
    expect(window.record('success', { now }, false)).toBe(false)
    expect(now).not.toHaveBeenCalled()
    expect(window.record('success', { now }, true)).toBe(false)
    expect(window.record('failure', { now }, true)).toBe(true)
  })

  test.each([
    [{ failures: 0 }, RangeError, '`failures` must be an integer from 1 to 100000, not 0'],
    [{ failures: 2.5 }, RangeError, '`failures` must be an integer from 1 to 100000, not 2.5'],
    [{ failures: '5' }, TypeError, '`failures` must be an integer from 1 to 100000, not "5"'],
    [{ windowMs: 0 }, RangeError, '`windowMs` must be a number of 1 or more, not 0'],
  ])('%o is refused', (options, errorClass, message) => {
    expect(() => failureCount(options as never)).toThrow(new errorClass(message))
  })
})
