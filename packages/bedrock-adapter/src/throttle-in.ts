import { FallbackExhaustedError } from '@holdfast/pipeline'
import { classifyError } from '@holdfast/retry'
import { StreamInterruptedError } from './errors.ts'

/** The throttle in an error: what one of several models said, or what a stream broke off with. */
export function throttleIn(error: unknown): unknown {
  if (FallbackExhaustedError.isInstance(error)) {
    return error.errors.map(throttleIn).find((throttle) => throttle !== undefined)
  }
  const said = StreamInterruptedError.isInstance(error) ? error.cause : error
  return classifyError(said) === 'throttle' ? said : undefined
}
