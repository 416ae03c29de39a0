import type { Clock } from '@holdfast/retry'
import { createEventQueue } from './event-queue.ts'

/** A clock whose time jumps from one timer to the next, without waiting. */
export interface VirtualTime extends Clock {
  /** Runs all timers in order, including timers that other timers set, until none is left or the end time is reached. */
  run(): void
}

interface Timer {
  callback: (() => void) | undefined
}

/** Creates a clock that starts at 0. Timers that are due at `endMs` or later never run. */
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
      // The timer stays in the queue. Without a callback it does nothing when its time comes.
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
