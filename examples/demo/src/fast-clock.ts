import type { ResilienceOptions } from '@holdfast/bedrock-adapter'

/** Creates a clock that runs `speed` times as fast as real time. */
export function createFastClock(speed: number): NonNullable<ResilienceOptions['clock']> {
  return {
    now: () => performance.now() * speed,
    setTimeout: (callback, ms) => setTimeout(callback, ms / speed),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  }
}
