import { brand, isBranded } from '@holdfast/internal'

/** The call was not made: the queue was full. Comes without a stack trace, as {@link QueueTimeoutError} does. */
export class QueueFullError extends Error {
  override readonly name: string = 'QueueFullError'
  readonly code = 'QUEUE_FULL'
  readonly statusCode = 503
  /** `@holdfast/retry` does not retry it by default: waiting is the caller's choice. */
  readonly retryable = false
  /** When a call that came now would have its turn, in milliseconds, from how fast the queue has moved, if it has. */
  readonly retryAfterMs: number | undefined

  constructor(limiter: string, maxQueue: number, retryAfterMs?: number) {
    super(`Limiter ${JSON.stringify(limiter)} is busy and its queue of ${maxQueue} is full`)
    this.retryAfterMs = retryAfterMs
    brand(this, 'QueueFullError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is QueueFullError {
    return isBranded(error, 'QueueFullError')
  }
}

/** The call was not made: it waited in the queue for too long, or would have. */
export class QueueTimeoutError extends Error {
  override readonly name: string = 'QueueTimeoutError'
  readonly code = 'QUEUE_TIMEOUT'
  readonly statusCode = 503
  /** `@holdfast/retry` does not retry it by default: waiting is the caller's choice. */
  readonly retryable = false
  /** When a call that came now would have its turn, in milliseconds, from how fast the queue has moved, if it has. */
  readonly retryAfterMs: number | undefined

  /** @param ms - How long it could wait. */
  constructor(limiter: string, ms: number, retryAfterMs?: number) {
    super(
      `No permit of limiter ${JSON.stringify(limiter)} came free within ${Math.ceil(Math.max(0, ms))} ms`,
    )
    this.retryAfterMs = retryAfterMs
    brand(this, 'QueueTimeoutError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is QueueTimeoutError {
    return isBranded(error, 'QueueTimeoutError')
  }
}

/** The call was not made: the limiter was closed. */
export class LimiterClosedError extends Error {
  override readonly name: string = 'LimiterClosedError'
  readonly code = 'LIMITER_CLOSED'
  readonly statusCode = 503
  /** `@holdfast/retry` does not retry it by default: waiting is the caller's choice. */
  readonly retryable = false

  constructor(limiter: string) {
    super(`Limiter ${JSON.stringify(limiter)} is closed`)
    brand(this, 'LimiterClosedError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is LimiterClosedError {
    return isBranded(error, 'LimiterClosedError')
  }
}
