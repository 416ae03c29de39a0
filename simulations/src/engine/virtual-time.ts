import type { Clock } from '@holdfast/retry'
import { createEventQueue } from './event-queue.ts'

/** A clock whose time jumps from one timer to the next, as fast as the timers' work is done. */
export interface VirtualTime extends Clock {
  /** Runs every timer in its turn, those too that the timers set, until none is left or time ends. */
  run(): void
}

interface Timer {
  callback: (() => void) | undefined
}

/** Makes a clock that stands at 0. Nothing that is due at `endMs` or later ever happens. */
export function createVirtualTime(endMs: number): VirtualTime {
  const timers = createEventQueue<Timer>()
  let now = 0

  return {
    now: () => now,
    setTimeout(callback, ms) {
      const timer: Timer = { callback }
      if (now + ms < endMs) timers.push(now + ms, timer)
      return timer
    },
    clearTimeout(timer) {
      // It stays in the queue until its time, and then does nothing.
      ;(timer as Timer).callback = undefined
    },
    run() {
      while (timers.length > 0) {
        now = timers.nextTime
        timers.pop()?.callback?.()
      }
    },
  }
}
