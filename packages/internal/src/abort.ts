import { type Clock, MAX_TIMER_MS } from './clock.ts'
import { type AbortWaiter, joinWaiters, leaveWaiters, NOBODY, whenAborted } from './when-aborted.ts'

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

/**
 * Settles as `work` does, or rejects with the signal's reason as soon as it aborts. Leaves no listener.
 *
 * @param recover - Called with the error if `work` rejects and the signal has not aborted; the promise then settles as what
 * it returns. It must not throw.
 */
export function raceAbort<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  recover?: (error: unknown) => T | PromiseLike<T>,
): Promise<T>
export function raceAbort<T>(
  work: T | PromiseLike<T>,
  signal: AbortSignal | undefined,
): T | PromiseLike<T>
export function raceAbort<T>(
  work: T | PromiseLike<T>,
  signal: AbortSignal | undefined,
  recover?: (error: unknown) => T | PromiseLike<T>,
): T | PromiseLike<T> {
  if (signal === undefined) return recover ? Promise.resolve(work).catch(recover) : work
  return new Promise<T>((resolve, reject) => {
    const race: Race = { next: NOBODY, previous: NOBODY, onAbort: rejectRace, signal, reject }
    joinWaiters(signal, race)
    // Also after an abort: what the operation still does must not become an unhandled rejection.
    Promise.resolve(work).then(
      (value) => {
        leaveWaiters(race)
        resolve(value)
      },
      (error) => {
        leaveWaiters(race)
        if (recover === undefined || signal.aborted) reject(error)
        else resolve(recover(error))
      },
    )
  })
}

/** A promise that rejects when its signal aborts. */
interface Race extends AbortWaiter {
  readonly signal: AbortSignal
  readonly reject: (reason: unknown) => void
}

function rejectRace(this: AbortWaiter): void {
  const { signal, reject } = this as Race
  reject(signal.reason)
}
