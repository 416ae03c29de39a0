/** A call that waits for a signal. The calls of a signal form a ring, so that each joins and leaves without a search. */
export interface AbortWaiter {
  next: AbortWaiter
  previous: AbortWaiter
  /** What to call when the signal aborts. */
  onAbort(): void
}

/** The ring's own member, which is always there. */
interface Ring extends AbortWaiter {
  readonly signal: AbortSignal
}

/** For each signal with a listener of ours, the calls that wait for it, in the order in which they came. */
const rings = new WeakMap<AbortSignal, Ring>()

/** The ring of the signal that was used last. It keeps its listener while it is empty. */
let latest: Ring | undefined

const nothing = () => {}

/** What a waiter is created with, as the neighbor on both sides, before it joins. */
export const NOBODY: AbortWaiter = /* @__PURE__ */ selfLinked({ onAbort: nothing })

/**
 * Calls `listener` when the signal aborts, at once if it already has. Returns a function that takes the listener off.
 *
 * However many calls wait for a signal, it has one listener of ours. That listener is removed when no call waits, except
 * on the signal that was used last: calls that follow each other under one long-lived signal neither add nor remove
 * anything. So at most one idle signal has a listener, and none accumulate.
 */
export function whenAborted(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return nothing
  const waiter = { next: NOBODY, previous: NOBODY, onAbort: listener }
  joinWaiters(signal, waiter)
  return () => leaveWaiters(waiter)
}

/** Whether this is the signal that was used last, and so certainly a signal. */
export function isLatestSignal(signal: unknown): boolean {
  return latest?.signal === signal
}

/** Calls the waiter's `onAbort` when the signal aborts, at once if it already has. */
export function joinWaiters(signal: AbortSignal, waiter: AbortWaiter): void {
  if (signal.aborted) {
    selfLinked(waiter).onAbort()
    return
  }
  const ring = latest?.signal === signal ? latest : switchTo(signal)
  waiter.next = ring
  waiter.previous = ring.previous
  ring.previous.next = waiter
  ring.previous = waiter
}

/** Does nothing if the waiter has left already, or was called. */
export function leaveWaiters(waiter: AbortWaiter): void {
  const { next, previous } = waiter
  unlink(waiter)
  // Of a ring, only its own member is its neighbor on both sides.
  if (next === previous && next !== waiter && next !== latest) forget(next as Ring)
}

function switchTo(signal: AbortSignal): Ring {
  if (latest !== undefined && latest.next === latest) forget(latest)
  latest = rings.get(signal) ?? createRing(signal)
  return latest
}

function createRing(signal: AbortSignal): Ring {
  const ring = selfLinked({ signal, onAbort: nothing })
  rings.set(signal, ring)
  signal.addEventListener('abort', callAll)
  return ring
}

/** The waiter is then a ring of its own, so that to unlink it again does nothing. */
function unlink(waiter: AbortWaiter): void {
  waiter.previous.next = waiter.next
  waiter.next.previous = waiter.previous
  selfLinked(waiter)
}

function selfLinked<M extends { onAbort(): void }>(member: M): M & AbortWaiter {
  const linked = member as M & AbortWaiter
  linked.next = linked
  linked.previous = linked
  return linked
}

function forget(ring: Ring): void {
  rings.delete(ring.signal)
  ring.signal.removeEventListener('abort', callAll)
}

function callAll(this: AbortSignal): void {
  const ring = rings.get(this)
  if (ring === undefined) return
  forget(ring)
  if (latest === ring) latest = undefined
  while (ring.next !== ring) {
    const waiter = ring.next
    unlink(waiter)
    waiter.onAbort()
  }
}
