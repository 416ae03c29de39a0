import type { RetryEndReason } from './options.ts'

/** How a call went that ended in an error. */
export interface RetryInfo {
  /** How many attempts were made. */
  readonly attempts: number
  /** The waits between them, in milliseconds. */
  readonly waitsMs: readonly number[]
  /** Why no further attempt was made. `undefined` if the error was not worth another attempt. */
  readonly reason?: RetryEndReason
}

const infos = new WeakMap<object, RetryInfo>()

/**
 * How the call went that ended in this error. The error itself is not touched, so this is the only place that knows;
 * `undefined` for an error that no retry policy has thrown.
 */
export function getRetryInfo(error: unknown): RetryInfo | undefined {
  return infos.get(error as object)
}

/** Remembers it for as long as the error lives. An error that is not an object cannot be remembered. */
export function setRetryInfo(error: unknown, info: RetryInfo): void {
  if ((typeof error === 'object' && error !== null) || typeof error === 'function')
    infos.set(error, info)
}
