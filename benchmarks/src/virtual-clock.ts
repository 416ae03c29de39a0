import { setImmediate } from 'node:timers/promises'

/** A clock for the packages' `clock` option. Its time passes only in `run`. */
export interface VirtualClock {
  now(): number
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
  /** Advances time from timer to timer until none is left. */
  run(): Promise<void>
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

export function createVirtualClock(): VirtualClock {
  const timers = new Set<Timer>()
  let now = 0
  return {
    now: () => now,
    setTimeout(callback, ms) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return timer
    },
    clearTimeout(timer) {
      timers.delete(timer as Timer)
    },
    async run() {
      // One turn of the event loop lets pending promises settle and set their timers.
      for (await setImmediate(); timers.size > 0; await setImmediate()) {
        for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
          if (!timers.delete(timer)) continue
          now = Math.max(now, timer.at)
          timer.callback()
        }
      }
    },
  }
}
