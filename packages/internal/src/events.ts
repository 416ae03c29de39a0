/** What every event of every Holdfast package is. */
export interface HoldfastEvent {
  readonly type: string
  readonly name?: string | undefined
}

/** Tells an observer. One that throws, or rejects, harms nobody. */
export function emit<E>(onEvent: ((event: E) => void) | undefined, event: E): void {
  if (onEvent === undefined) return
  try {
    const result: unknown = onEvent(event)
    if (result instanceof Promise) result.catch(() => {})
  } catch {
    // The observer's fault is the observer's alone.
  }
}
