import { brand, isBranded } from './error-brand.ts'

/**
 * The operation took longer than it was allowed. Its `cause` is the last failure before the time ran out, when there was
 * one.
 */
export class TimeoutError extends Error {
  override readonly name: string = 'TimeoutError'
  readonly code = 'TIMEOUT'
  /** The time allowed, in milliseconds. */
  readonly timeoutMs: number
  /** What failed before the time ran out, oldest first; the last is the `cause`. */
  readonly errors: readonly unknown[]

  constructor(
    timeoutMs: number,
    errors: readonly unknown[] = [],
    message = `Timed out after ${timeoutMs} ms`,
  ) {
    super(message, errors.length > 0 ? { cause: errors.at(-1) } : undefined)
    this.timeoutMs = timeoutMs
    this.errors = [...errors]
    brand(this, 'TimeoutError')
  }

  /** Recognizes instances from any copy of the package. */
  static isInstance(error: unknown): error is TimeoutError {
    return isBranded(error, 'TimeoutError')
  }
}

/** The error of a call whose `deadlineAt` had passed before it began. */
export function deadlinePassed(
  deadlineAt: number,
  now: number,
  errors?: readonly unknown[],
): TimeoutError {
  const when = `Its \`deadlineAt\` is ${deadlineAt}, and the clock of the policies is at ${now} ms`
  return new TimeoutError(0, errors, `The deadline passed before the call began. ${when}`)
}
