import { type Clock, MAX_TIMER_MS } from '@holdfast/internal'
import { backgroundClock } from './sources/background-clock.ts'

/** Sets the time of the alarm, in place of the one before. `Infinity` for no alarm. */
export type Alarm = (at: number) => void

/** Calls `ring` at a time on the clock, however far away. Does not keep the process alive. */
export function createAlarm(clock: Clock, ring: () => void): Alarm {
  const background = backgroundClock(clock)
  let timer: unknown
  return function set(at) {
    background.clearTimeout(timer)
    if (at === Infinity) return
    const ms = Math.min(Math.ceil(at - clock.now()), MAX_TIMER_MS)
    // The time may be further away than the longest timer.
    const look = () => (clock.now() < at ? set(at) : ring())
    timer = background.setTimeout(look, ms)
  }
}
