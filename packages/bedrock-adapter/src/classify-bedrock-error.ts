import { guardCallback, readProperty } from '@holdfast/internal'
import { classifyError } from '@holdfast/retry'
import {
  type BedrockErrorRule,
  bedrockErrorRules,
  type ErrorVerdict,
  OTHER,
} from './error-rules.ts'
import { StreamInterruptedError } from './errors.ts'

/**
 * Looks an error up in the table. What no row is for is neither retried, nor falls back, nor counts.
 *
 * @param rules - Default {@link bedrockErrorRules}. Put rows of your own before them to decide otherwise. A row whose `when`
 * throws does not match.
 * @param report - Hears what a `when` threw.
 */
export function classifyBedrockError(
  error: unknown,
  rules: readonly BedrockErrorRule[] = bedrockErrorRules,
  report: (callback: string, error: unknown) => void = () => {},
): ErrorVerdict {
  // A stream that failed is judged by what made it fail, if that says anything.
  const cause = StreamInterruptedError.isInstance(error) ? error.cause : undefined
  const ofCause = cause === undefined ? undefined : find(cause, rules, report)
  return ofCause ?? find(error, rules, report) ?? OTHER
}

function find(
  error: unknown,
  rules: readonly BedrockErrorRule[],
  report: (callback: string, error: unknown) => void,
): ErrorVerdict | undefined {
  const errorName = text(readProperty(error, 'name')).toLowerCase()
  const errorMessage = text(readProperty(error, 'message'))
  const errorClass = classifyError(error)
  return rules.find(
    (rule) =>
      (rule.names === undefined || rule.names.some((name) => name.toLowerCase() === errorName)) &&
      (rule.class === undefined || rule.class === errorClass) &&
      (rule.message === undefined || rule.message.test(errorMessage)) &&
      (rule.when === undefined ||
        guardCallback('errorRules.when', rule.when, () => false, report)(error)),
  )
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
