import { brand, isBranded } from '@holdfast/internal'
import type { PartialAnswer } from './partial-answer.ts'

/**
 * How a stream was interrupted.
 * `ended`: it came to its end without its last event. `stalled`: no event came in time. `failed`: an error came.
 */
export type InterruptionReason = 'ended' | 'stalled' | 'failed'

/** A stream of an answer broke off. What had arrived is in `partial`; the error that came, if one did, is `cause`. */
export class StreamInterruptedError extends Error {
  override readonly name: string = 'StreamInterruptedError'
  readonly code = 'STREAM_INTERRUPTED'
  readonly reason: InterruptionReason
  /** The model that was answering. */
  readonly modelId: string
  /** What had arrived. Empty when the stream broke off before its first content. */
  readonly partial: PartialAnswer

  constructor(
    reason: InterruptionReason,
    modelId: string,
    partial: PartialAnswer,
    cause?: unknown,
  ) {
    const how = {
      ended: 'ended without its last event',
      stalled: 'stalled',
      failed: `failed${cause instanceof Error ? `: ${cause.message}` : ''}`,
    }[reason]
    super(`The stream of ${modelId} ${how}`, { cause })
    this.reason = reason
    this.modelId = modelId
    this.partial = partial
    brand(this, 'StreamInterruptedError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is StreamInterruptedError {
    return isBranded(error, 'StreamInterruptedError')
  }
}

/** The service said 200, and its answer is empty or cut short: the SDK alone takes that for a success. */
export class IncompleteResponseError extends Error {
  override readonly name: string = 'IncompleteResponseError'
  readonly code = 'INCOMPLETE_RESPONSE'

  /** @param what - What is missing. */
  constructor(what: string) {
    super(`The response is incomplete: ${what}`)
    brand(this, 'IncompleteResponseError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is IncompleteResponseError {
    return isBranded(error, 'IncompleteResponseError')
  }
}
