/** What waits for each signal. Several calls under one signal share one listener on it. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

const nothing = () => {}

/**
 * Calls `listener` when the signal aborts, at once if it has. Returns how to call it off.
 *
 * A signal has one listener of ours however many calls wait for it, and none when no call does: a thousand calls under
 * one shutdown signal neither set off Node's warning of a leak nor make each removal a search through a thousand.
 */
export function whenAborted(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return nothing
  if (signal.aborted) {
    listener()
    return nothing
  }
  const present = waiting.get(signal)
  const listeners = present ?? new Set()
  listeners.add(listener)
  if (present === undefined) {
    waiting.set(signal, listeners)
    signal.addEventListener('abort', tellAll, { once: true })
  }
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0 || signal.aborted) return
    waiting.delete(signal)
    signal.removeEventListener('abort', tellAll)
  }
}

function tellAll(this: AbortSignal): void {
  for (const listener of waiting.get(this) ?? []) listener()
  waiting.delete(this)
}
