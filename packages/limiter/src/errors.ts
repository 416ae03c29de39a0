import { brand, isBranded } from '@holdfast/internal'

/** The call was not made: the queue was full. */
export class QueueFullError extends Error {
  override readonly name: string = 'QueueFullError'
  readonly code = 'QUEUE_FULL'
  readonly statusCode = 503

  constructor(limiter: string, maxQueue: number) {
    super(`Limiter ${JSON.stringify(limiter)} is busy and its queue of ${maxQueue} is full`)
    brand(this, 'QueueFullError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is QueueFullError {
    return isBranded(error, 'QueueFullError')
  }
}

/** The call was not made: it waited in the queue for too long. */
export class QueueTimeoutError extends Error {
  override readonly name: string = 'QueueTimeoutError'
  readonly code = 'QUEUE_TIMEOUT'
  readonly statusCode = 503

  constructor(limiter: string, queueTimeoutMs: number) {
    super(`No permit of limiter ${JSON.stringify(limiter)} came free within ${queueTimeoutMs} ms`)
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

  constructor(limiter: string) {
    super(`Limiter ${JSON.stringify(limiter)} is closed`)
    brand(this, 'LimiterClosedError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is LimiterClosedError {
    return isBranded(error, 'LimiterClosedError')
  }
}
