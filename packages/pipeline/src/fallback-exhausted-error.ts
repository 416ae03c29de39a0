import { brand, isBranded, readProperty } from '@holdfast/internal'

/** Every candidate failed or was skipped. */
export class FallbackExhaustedError extends Error {
  override readonly name: string = 'FallbackExhaustedError'
  readonly code = 'FALLBACK_EXHAUSTED'
  readonly statusCode = 503
  /** What each candidate that was tried failed with, in order; `cause` is the last. */
  readonly errors: readonly unknown[]
  /** The shortest wait that any of the errors names, in milliseconds. */
  readonly retryAfterMs: number | undefined

  /** @param candidates - The labels of those that were tried, in the order of `errors`. */
  constructor(candidates: readonly string[], errors: readonly unknown[]) {
    const what = errors.length > 0 ? `All of ${candidates.join(', ')} failed` : 'All were skipped'
    super(what, { cause: errors.at(-1) })
    this.errors = errors
    const waits = errors
      .map((error) => readProperty(error, 'retryAfterMs'))
      .filter((wait): wait is number => typeof wait === 'number' && wait >= 0)
    this.retryAfterMs = waits.length > 0 ? Math.min(...waits) : undefined
    brand(this, 'FallbackExhaustedError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is FallbackExhaustedError {
    return isBranded(error, 'FallbackExhaustedError')
  }
}
