import { type Clock, MAX_TIMER_MS } from './clock.ts'
import { whenAborted } from './when-aborted.ts'

/** Throws the signal's own reason when it is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason
}

/** Waits `ms`; on abort rejects at once with the signal's reason and clears the timer. */
export function sleep(ms: number, signal: AbortSignal | undefined, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const wake = () => {
      callOff()
      resolve()
    }
    const timer = clock.setTimeout(wake, Math.min(ms, MAX_TIMER_MS))
    const callOff = whenAborted(signal, () => {
      clock.clearTimeout(timer)
      reject(signal?.reason)
    })
  })
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts. Leaves no listener. */
export function raceAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T>
export function raceAbort<T>(
  work: T | PromiseLike<T>,
  signal: AbortSignal | undefined,
): T | PromiseLike<T>
export function raceAbort<T>(
  work: T | PromiseLike<T>,
  signal: AbortSignal | undefined,
): T | PromiseLike<T> {
  if (signal === undefined) return work
  return new Promise<T>((resolve, reject) => {
    const callOff = whenAborted(signal, () => reject(signal.reason))
    // Also after an abort: what the operation still does must not become an unhandled rejection.
    Promise.resolve(work).then(
      (value) => {
        callOff()
        resolve(value)
      },
      (error) => {
        callOff()
        reject(error)
      },
    )
  })
}
