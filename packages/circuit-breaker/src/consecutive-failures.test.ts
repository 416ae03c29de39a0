import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { consecutiveFailures } from './consecutive-failures.ts'
import type { OutcomeWindow } from './opening-strategy.ts'

const clock = { now: () => 0 }
const fail = (window: OutcomeWindow) => window.record('failure', clock, false)
const succeed = (window: OutcomeWindow) => window.record('success', clock, false)

test('by default opens at the fifth failure in a row', () => {
  const window = consecutiveFailures().createWindow()
  expect([1, 2, 3, 4, 5].map(() => fail(window))).toEqual([false, false, false, false, true])
})

test('a success between begins the count anew', () => {
  const window = consecutiveFailures(2).createWindow()
  fail(window)
  expect(succeed(window)).toBe(false)
  expect([fail(window), fail(window)]).toEqual([false, true])
})

test('a slow success is a failure', () => {
  const window = consecutiveFailures(2).createWindow()
  fail(window)
  expect(window.record('success', clock, true)).toBe(true)
})

test('however long it takes: it does not look at the clock', () => {
  const now = vi.fn(() => 0)
  consecutiveFailures(1).createWindow().record('failure', { now }, false)
  expect(now).not.toHaveBeenCalled()
})

test('windows of one strategy count apart', () => {
  const strategy = consecutiveFailures(2)
  fail(strategy.createWindow())
  expect(fail(strategy.createWindow())).toBe(false)
})

test('agrees with looking at the last n outcomes, also through a save at any time', () => {
  const plan = fc.array(fc.record({ failed: fc.boolean(), saves: fc.boolean() }))
  fc.assert(
    fc.property(plan, fc.integer({ min: 1, max: 5 }), (plan, n) => {
      const strategy = consecutiveFailures(n)
      let window = strategy.createWindow()
      for (const [index, { failed, saves }] of plan.entries()) {
        if (saves) window = strategy.createWindow(JSON.parse(JSON.stringify(window.save?.(Number))))
        const last = plan.slice(Math.max(0, index + 1 - n), index + 1)
        const opens = last.length === n && last.every((call) => call.failed)
        expect(failed ? fail(window) : succeed(window)).toBe(opens)
      }
    }),
  )
})

test.each<unknown>([
  { streak: ['1'] },
  { streak: [null] },
  { streak: [-1] },
  { streak: 3 },
  { streak: [Number.MAX_VALUE] },
])('%j of a snapshot is refused', (saved) => {
  expect(() => consecutiveFailures().createWindow(saved)).toThrow(
    /`snapshot\.window\.streak` must be an array of numbers from 0 to 8640000000000000, not /,
  )
})

test('what another strategy saved is passed over', () => {
  for (const saved of [{ failures: [1, 2, 3] }, null, 'streak', { streak: [] }]) {
    expect(fail(consecutiveFailures(2).createWindow(saved))).toBe(false)
  }
})
