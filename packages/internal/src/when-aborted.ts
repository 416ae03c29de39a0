/** The calls that wait for each signal, in the order in which they came. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/** The signal that most recently had no call left. Its listener stays, in case the next call has the same signal. */
let idle: AbortSignal | undefined

const nothing = () => {}

/**
 * Calls `listener` when the signal aborts, at once if it already has. Returns a function that takes the listener off.
 *
 * However many calls wait for a signal, it has one listener of ours. That listener is removed when no call waits, but for
 * the signal used last: calls that follow each other under one long-lived signal neither add nor remove anything. So at
 * most one idle signal has a listener, and none accumulate.
 */
export function whenAborted(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return nothing
  if (signal.aborted) {
    listener()
    return nothing
  }
  let listeners = waiting.get(signal)
  if (listeners === undefined) {
    listeners = new Set()
    waiting.set(signal, listeners)
    signal.addEventListener('abort', callAll)
  }
  if (idle === signal) idle = undefined
  listeners.add(listener)
  return () => {
    if (listeners.delete(listener) && listeners.size === 0) becomeIdle(signal)
  }
}

function becomeIdle(signal: AbortSignal): void {
  if (signal.aborted) return
  if (idle !== undefined) forget(idle)
  idle = signal
}

function forget(signal: AbortSignal): void {
  waiting.delete(signal)
  signal.removeEventListener('abort', callAll)
}

function callAll(this: AbortSignal): void {
  if (idle === this) idle = undefined
  const listeners = waiting.get(this)
  forget(this)
  for (const listener of listeners ?? []) listener()
}
