import type { Clock } from '@holdfast/internal'

/** The clock, with timers that do not keep the process alive. */
export function backgroundClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    setTimeout(callback, ms) {
      const timer = clock.setTimeout(callback, ms)
      // Timers of fake clocks and of other platforms have no `unref`.
      ;(timer as { unref?(): unknown } | undefined)?.unref?.()
      return timer
    },
    clearTimeout: (timer) => clock.clearTimeout(timer),
  }
}
