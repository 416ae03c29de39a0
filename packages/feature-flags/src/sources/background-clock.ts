import type { Clock } from '@holdfast/internal'

/** The clock, but none of its timers keeps the process alive. */
export function backgroundClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    setTimeout(callback, ms) {
      const timer = clock.setTimeout(callback, ms)
      // Fake clocks and other platforms have timers without it.
      ;(timer as { unref?(): unknown } | undefined)?.unref?.()
      return timer
    },
    clearTimeout: (timer) => clock.clearTimeout(timer),
  }
}
