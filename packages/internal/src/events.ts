import { silence } from './silence.ts'

/** What every event of every Holdfast package is. */
export interface HoldfastEvent {
  readonly type: string
  readonly name?: string | undefined
}

/** Calls an observer with an event. Ignores what the observer throws, and the rejection of a promise it returns. */
export function emit<E>(onEvent: ((event: E) => void) | undefined, event: E): void {
  if (onEvent === undefined) return
  try {
    silence(onEvent(event))
  } catch {
    // An observer must not change what it observes.
  }
}
