import { type Clock, systemClock } from '@holdfast/internal'
import { expect, test, vi } from 'vitest'
import { backgroundClock } from './background-clock.ts'

test('no timer keeps the process alive', () => {
  const timer = backgroundClock(systemClock).setTimeout(() => {}, 1e6) as NodeJS.Timeout
  expect(timer.hasRef()).toBe(false)
  clearTimeout(timer)
})

test('is the same clock otherwise, also one whose timers have no `unref`', () => {
  const clock = {
    now: () => 7,
    setTimeout: vi.fn<Clock['setTimeout']>(() => 42),
    clearTimeout: vi.fn(),
  }
  const background = backgroundClock(clock)
  const callback = () => {}
  expect(background.now()).toBe(7)
  expect(background.setTimeout(callback, 5)).toBe(42)
  expect(clock.setTimeout).toHaveBeenCalledExactlyOnceWith(callback, 5)
  background.clearTimeout(42)
  expect(clock.clearTimeout).toHaveBeenCalledExactlyOnceWith(42)
})
