import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { type FailureRateOptions, failureRate } from './failure-rate.ts'
import type { OutcomeWindow } from './opening-strategy.ts'

interface Call {
  readonly now: number
  readonly failed: boolean
  readonly slow?: boolean
}

const record = (window: OutcomeWindow, { now, failed, slow = false }: Call) =>
  window.record(failed ? 'failure' : 'success', { now: () => now }, slow)

/** So many calls at one time, and whether the last of them opened the circuit. */
function complete(window: OutcomeWindow, now: number, successes: number, failures: number) {
  let opens = false
  for (let call = 0; call < successes + failures; call++) {
    opens = record(window, { now, failed: call >= successes })
  }
  return opens
}

const createWindow = (options?: FailureRateOptions) => failureRate(options).createWindow()

describe('failureRate', () => {
  test('by default opens when half of ten calls or more within 60 s have failed', () => {
    expect(complete(createWindow(), 0, 5, 5)).toBe(true)
    expect(complete(createWindow(), 0, 6, 5)).toBe(false)
    expect(complete(createWindow(), 0, 0, 9)).toBe(false)
    expect(complete(createWindow(), 0, 0, 10)).toBe(true)
    const window = createWindow()
    complete(window, 0, 0, 9)
    expect(complete(window, 60_000, 0, 1)).toBe(false)
    expect(complete(window, 60_000, 0, 9)).toBe(true)
  })

  test('a success can open it too, when it makes the calls enough', () => {
    const window = createWindow()
    expect(complete(window, 0, 0, 9)).toBe(false)
    expect(complete(window, 0, 1, 0)).toBe(true)
  })

  test('as many as the ratio says are enough, exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (calls, part) => {
        const failures = 1 + (part % calls)
        const options = { ratio: failures / calls, minimumCalls: calls }
        expect(complete(createWindow(options), 0, calls - failures, failures)).toBe(true)
        const fewer = complete(createWindow(options), 0, calls - failures + 1, failures - 1)
        expect(fewer).toBe(false)
      }),
    )
  })

  // 0.07 × 100 is 7.000000000000001 to a computer, and 0.55 × 20 is 11.000000000000002.
  test.each([
    [0.07, 100, 7],
    [0.55, 20, 11],
  ])('a ratio of %d of %d calls is %d, whatever floating point makes of it', (ratio, calls, n) => {
    const by = { minimumCalls: calls }
    expect(complete(createWindow({ ...by, ratio }), 0, calls - n, n)).toBe(true)
    const window = createWindow({ ...by, ratio: 1, slowRatio: ratio })
    const opens = Array.from({ length: calls }, (_, call) =>
      record(window, { now: 0, failed: false, slow: call < n }),
    )
    expect(opens.lastIndexOf(true)).toBe(calls - 1)
  })

  test('windows of one strategy count apart', () => {
    const strategy = failureRate({ minimumCalls: 2 })
    complete(strategy.createWindow(), 0, 0, 1)
    expect(complete(strategy.createWindow(), 0, 0, 1)).toBe(false)
  })
})

describe('by time', () => {
  const windowMs = 1000

  test.each([1000, 1001, 3_600_000, 1e12])('forgets everything after %d idle ms', (idle) => {
    const window = createWindow({ windowMs, minimumCalls: 2 })
    complete(window, 0, 0, 1)
    expect(complete(window, idle, 0, 1)).toBe(false)
    expect(complete(window, idle, 0, 1)).toBe(true)
  })

  test('remembers for at least nine tenths of the window, whatever origin the clock has', () => {
    for (const origin of [-1e9, -1, 0, 123.456, 1e9, 2 ** 52]) {
      const window = createWindow({ windowMs, minimumCalls: 2 })
      complete(window, origin, 0, 1)
      expect(complete(window, origin + 900, 0, 1)).toBe(true)
    }
  })

  test('adds to the present when the clock goes back', () => {
    const window = createWindow({ windowMs, minimumCalls: 3 })
    complete(window, 5000, 0, 1)
    complete(window, 4000, 0, 1)
    expect(complete(window, 5950, 0, 1)).toBe(true)
  })

  test('a window without end forgets nothing', () => {
    const window = createWindow({ windowMs: Number.POSITIVE_INFINITY, minimumCalls: 3 })
    complete(window, 0, 0, 1)
    complete(window, 1e9, 0, 1)
    expect(complete(window, 1e12, 0, 1)).toBe(true)
  })

  test('agrees with counting: surely open, surely not, or within the slot at the window’s edge', () => {
    const step = fc.record({ after: fc.nat(400), failed: fc.boolean(), slow: fc.boolean() })
    const ratio = fc.constantFrom(0.25, 0.5, 0.75, 1)
    const plan = fc.array(step, { maxLength: 80, size: 'max' })
    let sure = 0
    fc.assert(
      fc.property(plan, ratio, fc.option(ratio, { nil: undefined }), (steps, ratio, slowRatio) => {
        const minimumCalls = 4
        const window = createWindow({ windowMs, minimumCalls, ratio, slowRatio })
        const calls: Required<Call>[] = []
        let now = 0
        for (const { after, failed, slow } of steps) {
          now += after
          calls.push({ now, failed, slow })
          /** What the rule says of the calls that are younger than so many milliseconds. */
          const rule = (ms: number) => {
            const seen = calls.filter((call) => call.now > now - ms)
            const failures = seen.filter(
              (call) => call.failed || (slowRatio === undefined && call.slow),
            )
            const slowOnes = seen.filter((call) => call.slow)
            return (
              seen.length >= minimumCalls &&
              (failures.length / seen.length >= ratio ||
                slowOnes.length / seen.length >= (slowRatio ?? 2))
            )
          }
          const opens = record(window, { now, failed, slow })
          // The edge lies in one of these places, and always at a slot's: between two calls, or at the same as another.
          const edges = Array.from({ length: 101 }, (_, ms) => rule(900 + ms))
          expect(edges).toContain(opens)
          if (new Set(edges).size === 1) sure++
        }
      }),
      { numRuns: 200 },
    )
    expect(sure).toBeGreaterThan(1000)
  })

  test('keeps as little after a million calls as after ten', () => {
    const window = createWindow({ windowMs })
    for (let call = 0; call < 20_000; call++)
      record(window, { now: call * 7, failed: call % 3 === 0 })
    const saved = window.save?.(Number) as { slots: unknown[] }
    expect(saved.slots.length).toBeLessThanOrEqual(40)
  })
})

describe('by calls', () => {
  test('does not look at the clock', () => {
    const now = vi.fn(() => 0)
    const window = createWindow({ calls: 10 })
    window.record('failure', { now }, false)
    window.record('success', { now }, true)
    expect(now).not.toHaveBeenCalled()
  })

  test('agrees with counting the last calls, exactly', () => {
    const call = fc.record({ failed: fc.boolean(), slow: fc.boolean() })
    const plan = fc.array(call, { maxLength: 60, size: 'max' })
    const part = fc.constantFrom(0.2, 0.5, 0.7, 1)
    const size = fc.integer({ min: 1, max: 12 })
    const slowPart = fc.option(part, { nil: undefined })
    fc.assert(
      fc.property(plan, size, fc.nat(), part, slowPart, (plan, size, less, ratio, slowRatio) => {
        const minimumCalls = size - (less % size)
        const window = createWindow({ calls: size, minimumCalls, ratio, slowRatio })
        const opens = plan.map((call) => record(window, { now: 0, ...call }))
        const counted = plan.map((_, index) => {
          const seen = plan.slice(Math.max(0, index + 1 - size), index + 1)
          const failures = seen.filter((one) => one.failed || (slowRatio === undefined && one.slow))
          const slow = seen.filter((one) => one.slow)
          const enough = seen.length >= minimumCalls
          const tooMany = failures.length / seen.length >= ratio
          return enough && (tooMany || slow.length / seen.length >= (slowRatio ?? 2))
        })
        expect(opens).toEqual(counted)
      }),
    )
  })
})

describe('what a window saves', () => {
  const plan = fc.array(
    fc.record({ after: fc.nat(300), failed: fc.boolean(), slow: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 40,
    },
  )

  test.each<[string, FailureRateOptions]>([
    ['time', { windowMs: 1000, minimumCalls: 3 }],
    ['time, in slots of no round length', { windowMs: 777.7, minimumCalls: 3, slowRatio: 0.9 }],
    ['time without end', { windowMs: Number.POSITIVE_INFINITY, minimumCalls: 3 }],
    ['calls', { calls: 5, minimumCalls: 3, slowRatio: 0.9 }],
  ])('goes on in another as if it were the same: %s', (_, options) => {
    const origin = fc.integer({ min: 0, max: 1e12 })
    fc.assert(
      fc.property(plan, plan, origin, origin, (before, after, here, there) => {
        const one = createWindow(options)
        let now = 0
        for (const call of before) {
          record(one, { ...call, now: here + now })
          now += call.after
        }
        const saved: unknown = JSON.parse(
          JSON.stringify(one.save?.((time) => time - here + 1.7e12 + 0.3)),
        )
        const toClock = (epoch: number) => Math.min(epoch - 1.7e12 - 0.3, now) + there
        const other = failureRate(options).createWindow(saved, toClock)
        for (const call of after) {
          now += call.after
          // Off the edge of any slot, where a clock may round to either side.
          const [mine, yours] = [here, there].map((origin, index) =>
            record(index === 0 ? one : other, { ...call, now: origin + now + 0.253 }),
          )
          expect(yours).toBe(mine)
        }
      }),
    )
  })

  test('is JSON that it takes back, whatever origin the clock has', () => {
    for (const options of [{ calls: 10 }, { windowMs: 1000 }, { windowMs: Infinity }]) {
      const window = createWindow(options)
      complete(window, 1e15, 3, 3)
      const json = JSON.stringify(window.save?.((time) => time - 1e15 + 1.7e12))
      const saved: unknown = JSON.parse(json)
      const restored = failureRate(options).createWindow(saved, (epoch) => epoch - 1.7e12 + 1e15)
      expect(complete(restored, 1e15, 2, 2)).toBe(true)
    }
  })

  test.each<unknown>([
    { slots: 'many' },
    { slots: [1, 2, 3, '4'] },
    { slots: [1, 2, 3, null] },
    { slots: [1, 2, -3, 4] },
    { slots: [[1], 2, 3, 4] },
    { slots: [0, true, 1, 1] },
    { slots: [0, 1, 1, Number.MAX_VALUE] },
    { slots: { 0: 1 } },
  ])('%j is refused', (saved) => {
    expect(() => failureRate().createWindow(saved)).toThrow(
      /`snapshot\.window\.slots` must be an array of numbers from 0 to 8640000000000000, not /,
    )
  })

  test.each([undefined, null, 5, 'slots', [], {}, { calls: [0, 9, 9, 0] }, { failures: [1] }])(
    'what is not its own is passed over: %j',
    (saved) => {
      const window = failureRate({ minimumCalls: 2 }).createWindow(saved)
      expect(complete(window, 0, 0, 1)).toBe(false)
      expect(complete(window, 0, 0, 1)).toBe(true)
    },
  )
})
