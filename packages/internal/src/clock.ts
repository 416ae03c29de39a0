import { checkFunction, refusal } from './options.ts'

/** Where a policy takes its time from. Replace it to test without waiting. */
export interface Clock {
  /** Milliseconds on a monotonic scale with any origin. */
  now(): number
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

/** The longest delay that `setTimeout` keeps; a longer one fires at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1

/** The globals, looked up at each call, so that fake timers installed later are seen. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

/** An option rule for `clock`. @throws TypeError when it is not a clock. */
export function checkClock(option: string, value: unknown): void {
  if (Object(value) !== value) throw refusal(option, value, 'a clock')
  for (const method of ['now', 'setTimeout', 'clearTimeout'] as const) {
    checkFunction(`${option}.${method}`, (value as Clock)[method])
  }
}
