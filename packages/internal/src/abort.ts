import { type Clock, MAX_TIMER_MS } from './clock.ts'

/** Throws the signal's own reason when it is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason
}

/** Waits `ms`; on abort rejects at once with the signal's reason and clears the timer. */
export function sleep(ms: number, signal: AbortSignal | undefined, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      clock.clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = clock.setTimeout(
      () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      },
      Math.min(ms, MAX_TIMER_MS),
    )
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts. Leaves no listener. */
export function raceAbort<T>(
  work: T | PromiseLike<T>,
  signal: AbortSignal | undefined,
): T | PromiseLike<T> {
  if (signal === undefined) return work
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    const settle =
      <V>(settler: (value: V) => void) =>
      (value: V) => {
        signal.removeEventListener('abort', onAbort)
        settler(value)
      }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    // Also after an abort: what the operation still does must not become an unhandled rejection.
    Promise.resolve(work).then(settle(resolve), settle(reject))
  })
}

/** A signal of one's own that follows a parent until disposed of. */
export interface DerivedAbort {
  readonly signal: AbortSignal
  abort(reason: unknown): void
  /** Lets go of the parent. */
  dispose(): void
}

/** Derived by hand: `AbortSignal.any` leaks and is slow on some supported Nodes. */
export function deriveAbort(parent: AbortSignal | undefined): DerivedAbort {
  const controller = new AbortController()
  const follow = () => controller.abort(parent?.reason)
  if (parent?.aborted) follow()
  else parent?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    dispose: () => parent?.removeEventListener('abort', follow),
  }
}
