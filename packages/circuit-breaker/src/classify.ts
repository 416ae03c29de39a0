import type { Outcome } from '@holdfast/internal'

/** A classifier that throws must neither cost a permit nor hide the operation's own error. */
export function outcomeOf<V>(classify: (value: V) => Outcome, value: V): Outcome {
  try {
    const outcome = classify(value)
    return outcome === 'success' || outcome === 'failure' ? outcome : 'ignore'
  } catch {
    return 'failure'
  }
}
