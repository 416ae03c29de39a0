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
  const find = (given: unknown) => rules.find((rule) => matches(rule, given))
  // A stream that failed is judged by what made it fail, if that says anything.
  const cause = StreamInterruptedError.isInstance(error) ? error.cause : undefined
  return (cause === undefined ? undefined : find(cause)) ?? find(error) ?? OTHER
}

function matches(rule: BedrockErrorRule, error: unknown): boolean {
  const name = String(readProperty(error, 'name')).toLowerCase()
  return (
    (rule.names === undefined || rule.names.some((known) => known.toLowerCase() === name)) &&
    (rule.class === undefined || rule.class === classifyError(error)) &&
    (rule.message === undefined || rule.message.test(String(readProperty(error, 'message')))) &&
    (rule.when === undefined || rule.when(error))
  )
}
