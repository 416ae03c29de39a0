import { checkFunction, emit } from '@holdfast/internal'
import type { FlagChange } from './flags.ts'
import type { CheckedOptions } from './options.ts'

/** Is told of changes; what it returns may be a promise. */
export type Listener = (change: FlagChange) => unknown

/** Those who are told of changes. */
export interface ChangeListeners {
  /** @param flag - `undefined` for all. Returns how to stop. */
  add(flag: string | undefined, listener: Listener): () => void
  /** Tells everybody of each, before the next. */
  tell(changes: readonly FlagChange[]): void
}

/** Before the listeners of a flag those that the options name hear of its changes: `onEvent`, then `audit`. */
export function createChangeListeners({ name, onEvent, audit }: CheckedOptions): ChangeListeners {
  /** By flag; under `undefined` those of all. */
  const listeners = new Map<string | undefined, Set<Listener>>()
  /** Changes that not everybody has been told of yet. */
  const untold: FlagChange[] = []

  function tellOf(change: FlagChange): void {
    const { flag } = change
    emit(onEvent, { type: 'feature-flags.changed', name, ...change })
    const all = [audit, ...(listeners.get(flag) ?? []), ...(listeners.get(undefined) ?? [])]
    for (const listener of all) {
      // What one does must neither keep the change from the others nor go unheard.
      const failed = (error: unknown) =>
        emit(onEvent, { type: 'feature-flags.listener-failed', name, flag, error })
      new Promise((resolve) => resolve(listener?.(change))).catch(failed)
    }
  }

  return {
    add(flag, listener) {
      checkFunction('listener', listener)
      const others = listeners.get(flag) ?? new Set()
      // A listener of its own for each subscription, so that each is ended by itself, and at once.
      const own: Listener = (change) => others.has(own) && listener(change)
      listeners.set(flag, others.add(own))
      return () => void others.delete(own)
    },
    tell(changes) {
      const isTelling = untold.length > 0
      untold.push(...changes)
      // What a listener changes is told after the change that it is being told of, so that all hear them in their order.
      if (isTelling) return
      for (const change of untold) tellOf(change)
      untold.length = 0
    },
  }
}
