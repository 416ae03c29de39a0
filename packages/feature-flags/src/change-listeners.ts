import { checkFunction, emit } from '@holdfast/internal'
import type { FlagChange } from './flags.ts'
import type { CheckedOptions } from './options.ts'

/** Called with each change; may return a promise. */
export type Listener = (change: FlagChange) => unknown

/** The listeners of all flags, and of single ones. */
export interface ChangeListeners {
  /** @param flag - `undefined` for all flags. Returns a function that removes the listener. */
  add(flag: string | undefined, listener: Listener): () => void
  /** Calls everybody with one change before the next. */
  notify(changes: readonly FlagChange[]): void
}

/**
 * How many changes listeners may make in response to one batch, and how many more for each change of the batch. Listeners
 * that undo each other would otherwise never end.
 */
const MAX_RESPONSES = 1000
const MAX_RESPONSES_PER_CHANGE = 10

/** Calls `onEvent` first, then `audit`, then the listeners of the flag, then those of all flags. */
export function createChangeListeners({ name, onEvent, audit }: CheckedOptions): ChangeListeners {
  /** By flag; those of all flags under `undefined`. */
  const listeners = new Map<string | undefined, Set<Listener>>()
  /** Changes that listeners have made while they were being notified, to be notified next. */
  let responses: FlagChange[] = []
  let isNotifying = false

  function call(listener: Listener, change: FlagChange): void {
    const { flag } = change
    const failed = (error: unknown) =>
      emit(onEvent, { type: 'feature-flags.listener-failed', name, flag, error })
    // A listener that throws or rejects must not keep the change from the others.
    new Promise((resolve) => resolve(listener(change))).catch(failed)
  }

  function notifyOf(change: FlagChange): void {
    emit(onEvent, { type: 'feature-flags.changed', name, ...change })
    if (audit) call(audit, change)
    // A copy: a listener that is added meanwhile hears the next change, not this one.
    const all = [...(listeners.get(change.flag) ?? []), ...(listeners.get(undefined) ?? [])]
    for (const listener of all) call(listener, change)
  }

  function notifyAll(changes: readonly FlagChange[]): void {
    let left = MAX_RESPONSES + MAX_RESPONSES_PER_CHANGE * changes.length
    for (const change of changes) notifyOf(change)
    // Changes that a listener makes are notified after the batch, so that everybody hears all changes in their order.
    while (responses.length > 0 && left > 0) {
      const batch = responses.slice(0, left)
      responses = responses.slice(left)
      left -= batch.length
      for (const change of batch) notifyOf(change)
    }
    const [dropped] = responses
    if (dropped === undefined) return
    const { flag } = dropped
    emit(onEvent, { type: 'feature-flags.listener-loop', name, flag, dropped: responses.length })
  }

  return {
    add(flag, listener) {
      checkFunction('listener', listener)
      const others = listeners.get(flag) ?? new Set()
      // One function per subscription, so that the same listener can subscribe twice and each can be removed, at once.
      const own: Listener = (change) => others.has(own) && listener(change)
      listeners.set(flag, others.add(own))
      return () => void others.delete(own)
    },
    notify(changes) {
      if (!isNotifying) {
        isNotifying = true
        notifyAll(changes)
        responses = []
        isNotifying = false
        return
      }
      for (const change of changes) responses.push(change)
    },
  }
}
