import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRingWindow } from './ring-window.ts'

test('sums what was added within the window', () => {
  const window = createRingWindow(1000)
  expect(window.sum(0)).toBe(0)
  window.add(2, 0)
  window.add(3, 50)
  window.add(-1, 500)
  expect(window.sum(500)).toBe(4)
  expect(window.sum(999)).toBe(4)
})

test('forgets slot by slot', () => {
  const window = createRingWindow(1000)
  for (let now = 0; now < 1000; now += 100) window.add(1, now)
  expect(window.sum(999)).toBe(10)
  expect(window.sum(1000)).toBe(9)
  expect(window.sum(1450)).toBe(5)
  expect(window.sum(1799)).toBe(2)
  expect(window.sum(1899)).toBe(1)
  expect(window.sum(1900)).toBe(0)
})

test('has as many slots as it is told', () => {
  const window = createRingWindow(1000, 2)
  window.add(1, 0)
  window.add(1, 600)
  expect(window.sum(999)).toBe(2)
  expect(window.sum(1000)).toBe(1)
  expect(window.sum(1500)).toBe(0)
})

// A window that moves one slot a look remembers an hour ago (cockatiel's SamplingBreaker).
test.each([1000, 1001, 10_000, 3_600_000, 2 ** 53])('forgets all after %i idle ms', (idle) => {
  const window = createRingWindow(1000)
  for (let now = 0; now < 1000; now += 10) window.add(1, now)
  expect(window.sum(990 + idle)).toBe(0)
  window.add(7, 990 + idle)
  expect(window.sum(990 + idle)).toBe(7)
})

test('adds to the present slot when a clock goes back a little', () => {
  const window = createRingWindow(1000)
  window.add(1, 5000)
  window.add(1, 4000)
  expect(window.sum(3000)).toBe(2)
  expect(window.sum(5999)).toBe(2)
  expect(window.sum(6000)).toBe(0)
})

test.each([-1e9, -1, 0, 1e9, 2 ** 52])('forgets on a clock that begins at %d', (origin) => {
  const window = createRingWindow(1000)
  window.add(1, origin)
  expect(window.sum(origin + 999)).toBe(1)
  expect(window.sum(origin + 1000)).toBe(0)
})

test('holds what the last nine slots surely do, and nothing older than the window', () => {
  const step = fc.record({ after: fc.nat(1500), value: fc.integer({ min: 0, max: 9 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const window = createRingWindow(1000)
      const added: [at: number, value: number][] = []
      let now = 0
      for (const { after, value } of steps) {
        now += after
        window.add(value, now)
        added.push([now, value])
        const since = (ms: number) =>
          added.reduce((sum, [at, part]) => (at > now - ms ? sum + part : sum), 0)
        expect(window.sum(now)).toBeGreaterThanOrEqual(since(900))
        expect(window.sum(now)).toBeLessThanOrEqual(since(1000))
      }
    }),
  )
})
