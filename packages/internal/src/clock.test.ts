import { expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'
import { advance, useVirtualTime } from './testing.ts'

useVirtualTime()

test('the system clock is the globals of the moment, so that fake timers work', async () => {
  const ring = vi.fn()
  systemClock.setTimeout(ring, 100)
  systemClock.clearTimeout(systemClock.setTimeout(ring, 100))
  await advance(100)
  expect(systemClock.now()).toBe(100)
  expect(ring).toHaveBeenCalledOnce()
})
