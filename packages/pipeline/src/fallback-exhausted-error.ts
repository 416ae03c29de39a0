import {
  brand,
  classifyError,
  errorStatus,
  isBranded,
  isRetryable,
  mostHelpfulError,
  serverHintMs,
} from '@holdfast/internal'

/**
 * Every candidate failed or was skipped. It means what its parts mean: its status, and whether another attempt may succeed,
 * are those of the most helpful error, a retryable one if there is any.
 */
export class FallbackExhaustedError extends Error {
  override readonly name: string = 'FallbackExhaustedError'
  readonly code = 'FALLBACK_EXHAUSTED'
  /** The most helpful error's HTTP status. 503 if that error has none, unless it blames the request. */
  readonly statusCode: number | undefined
  /** Whether another attempt may succeed. `false` when all candidates were skipped. */
  readonly retryable: boolean
  /** What each candidate that was tried failed with, in order; `cause` is the last. */
  readonly errors: readonly unknown[]
  /** The shortest wait that any of the errors asks for, in milliseconds. */
  readonly retryAfterMs: number | undefined

  /** @param candidates - The labels of the candidates that were tried, in the order of `errors`. */
  constructor(candidates: readonly string[], errors: readonly unknown[]) {
    const what =
      errors.length > 0
        ? `All candidates failed: ${candidates.join(', ')}`
        : 'All candidates were skipped'
    super(what, { cause: errors.at(-1) })
    const decisive = mostHelpfulError(errors)
    const errorClass = classifyError(decisive)
    const isOwnFault = errorClass === 'client' || errorClass === 'abort'
    this.errors = errors
    this.statusCode = errorStatus(decisive) ?? (isOwnFault ? undefined : 503)
    this.retryable = isRetryable(decisive)
    const waits = errors.map(serverHintMs).filter((wait) => wait !== undefined)
    // Without spreading the list into a call, for which it may be too long.
    this.retryAfterMs = waits.length > 0 ? waits.reduce((a, b) => Math.min(a, b)) : undefined
    brand(this, 'FallbackExhaustedError')
  }

  /** Recognizes instances from any copy of the package. */
  static isInstance(error: unknown): error is FallbackExhaustedError {
    return isBranded(error, 'FallbackExhaustedError')
  }
}
