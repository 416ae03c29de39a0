import type { Outcome } from '@holdfast/internal'
import { isHealthSignal } from './health-signal.ts'

/** The default of the option `classify`. */
export const byHealth = (error: unknown): Outcome => (isHealthSignal(error) ? 'failure' : 'ignore')

/** A classifier that throws must neither cost a permit nor hide the operation's own error. */
export function outcomeOf<V>(classify: (value: V) => Outcome, value: V): Outcome {
  try {
    const outcome = classify(value)
    return outcome === 'success' || outcome === 'failure' ? outcome : 'ignore'
  } catch {
    return 'failure'
  }
}
