import { type Clock, MAX_TIMER_MS } from '@holdfast/internal'
import { backgroundClock } from './sources/background-clock.ts'

/** Sets when to ring, in the place of the time before. `Infinity`: not at all. */
export type Alarm = (at: number) => void

/** Rings when a time on the clock has come, however far off it was. Keeps no process alive. */
export function createAlarm(clock: Clock, ring: () => void): Alarm {
  const background = backgroundClock(clock)
  let timer: unknown
  return function set(at) {
    background.clearTimeout(timer)
    if (at === Infinity) return
    const ms = Math.min(Math.ceil(at - clock.now()), MAX_TIMER_MS)
    // No timer is as long as the time may be.
    const look = () => (clock.now() < at ? set(at) : ring())
    timer = background.setTimeout(look, ms)
  }
}
