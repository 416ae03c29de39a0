import type { ResilienceOptions } from '@holdfast/bedrock-adapter'

/** A clock on which everything takes its real length, and that runs `speed` times as fast as the wall's. */
export function createFastClock(speed: number): NonNullable<ResilienceOptions['clock']> {
  return {
    now: () => performance.now() * speed,
    setTimeout: (callback, ms) => setTimeout(callback, ms / speed),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  }
}
