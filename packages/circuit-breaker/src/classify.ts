import { guardCallback, type Outcome } from '@holdfast/internal'

/**
 * A classifier of the user's that cannot fail: if it throws, or returns something else than an outcome, the default decides
 * and the fault is reported.
 */
export function guardClassifier(
  option: string,
  given: ((value: unknown) => Outcome) | undefined,
  byDefault: (value: unknown) => Outcome,
  report: (callback: string, error: unknown) => void,
): (value: unknown) => Outcome {
  const checked = given && ((value: unknown) => checkOutcome(option, given(value)))
  return guardCallback(option, checked, byDefault, report)
}

function checkOutcome(option: string, outcome: Outcome): Outcome {
  if (outcome === 'success' || outcome === 'failure' || outcome === 'ignore') return outcome
  // A promise is reported as one by the guard.
  if (Object(outcome) === outcome) return outcome
  throw new TypeError(
    `\`${option}\` must return 'success', 'failure', or 'ignore', not ${JSON.stringify(outcome)}`,
  )
}
