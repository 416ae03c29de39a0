/** When a circuit opens: an immutable description, from which each breaker makes its own window. */
export interface OpeningStrategy {
  createWindow(): OutcomeWindow
}

/** What a breaker remembers of completed calls while it is closed. Fixed memory, no timers. */
export interface OutcomeWindow {
  /** Takes a completed outcome; returns whether the circuit opens now. `now` is monotonic milliseconds. */
  record(outcome: 'success' | 'failure', now: number): boolean
}
