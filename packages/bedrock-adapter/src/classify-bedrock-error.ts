import { readProperty } from '@holdfast/internal'
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
 * @param rules - Default {@link bedrockErrorRules}. Put rows of your own before them to decide otherwise.
 */
export function classifyBedrockError(
  error: unknown,
  rules: readonly BedrockErrorRule[] = bedrockErrorRules,
): ErrorVerdict {
  // A stream that failed is judged by what made it fail, if that says anything.
  const cause = StreamInterruptedError.isInstance(error) ? error.cause : undefined
  return (cause === undefined ? undefined : find(cause, rules)) ?? find(error, rules) ?? OTHER
}

function find(error: unknown, rules: readonly BedrockErrorRule[]): ErrorVerdict | undefined {
  const errorName = text(readProperty(error, 'name')).toLowerCase()
  const errorMessage = text(readProperty(error, 'message'))
  const errorClass = classifyError(error)
  return rules.find(
    (rule) =>
      (rule.names === undefined || rule.names.some((name) => name.toLowerCase() === errorName)) &&
      (rule.class === undefined || rule.class === errorClass) &&
      (rule.message === undefined || rule.message.test(errorMessage)) &&
      (rule.when === undefined || rule.when(error)),
  )
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
