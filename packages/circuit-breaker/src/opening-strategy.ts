import { type Clock, checkFunction } from '@holdfast/internal'

/**
 * When a closed circuit opens: an immutable description, from which each breaker makes its own window. Write your own,
 * or take {@link failureCount}, {@link failureRate}, {@link consecutiveFailures}.
 */
export interface OpeningStrategy {
  /**
   * An empty window, or one that goes on where `saved` ended; what another strategy saved is passed over.
   *
   * @param saved - What `save` gave, in a snapshot: anything at all, since it came from outside.
   * @param toClock - From a time of the snapshot to the breaker's clock, never later than now.
   * @throws TypeError when it is this strategy's, and damaged.
   */
  createWindow(saved?: unknown, toClock?: (epochMs: number) => number): OutcomeWindow
}

/** What a breaker remembers of completed calls while it is closed. Of fixed size, and without timers. */
export interface OutcomeWindow {
  /**
   * Takes a completed outcome; returns whether the circuit opens now.
   *
   * @param clock - The breaker's. Reading it is most of what a call costs: do so only when the time matters.
   * @param slow - Whether the call took `slowCallMs` or longer.
   */
  record(outcome: 'success' | 'failure', clock: Pick<Clock, 'now'>, slow: boolean): boolean
  /**
   * What it remembers, as JSON. Without it a restored breaker counts anew.
   *
   * @param toEpoch - From a time of the breaker's clock to milliseconds since 1970.
   */
  save?(toEpoch: (time: number) => number): unknown
}

/** @throws TypeError when it is not a strategy. */
export function checkStrategy(openWhen: OpeningStrategy): void {
  checkFunction('openWhen.createWindow', openWhen?.createWindow)
}
