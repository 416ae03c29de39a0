import {
  type Clock,
  type Context,
  checkFunctions,
  checkNumber,
  emit,
  MAX_TIMER_MS,
  type Operation,
  type Policy,
  raceAbort,
  sleep,
  systemClock,
  throwIfAborted,
} from '@holdfast/internal'
import { type Backoff, exponential } from './backoff.ts'
import { classifyError, type ErrorClass, isRetryable } from './classify-error.ts'
import { serverHintMs } from './server-hint.ts'

/** What an operation under retry receives. */
export interface RetryContext extends Context {
  /** Which attempt this is, from 1. */
  readonly attempt: number
}

/** Options of {@link createRetry}. Validated at creation. */
export interface RetryOptions {
  /** How many attempts may follow the first. Default 3; 0 is none. */
  readonly retries?: number | undefined
  /** The wait after a failed attempt. Default `exponential()`: 1 s, 2 s, 4 s, ±20 %. */
  readonly backoff?: Backoff | undefined
  /** Whether an error is worth another attempt. Default {@link isRetryable}. */
  readonly retryable?: ((error: unknown) => boolean) | undefined
  /**
   * The longest hint that is obeyed, in milliseconds: the wait is the longer of backoff and hint, and when the
   * hint is longer than this, the error is thrown at once. Default 60 000.
   */
  readonly maxHintMs?: number | undefined
  /** Goes into every event. Default `retry`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: RetryEvent) => void) | undefined
  readonly clock?: Clock | undefined
  /** A source of numbers in [0, 1). Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** What a retry tells its observer. */
export type RetryEvent =
  | {
      readonly type: 'retry.scheduled'
      readonly name: string
      /** The attempt that failed. */
      readonly attempt: number
      readonly errorClass: ErrorClass
      readonly waitMs: number
      /** Whether the wait is the server's rather than the backoff's. */
      readonly hinted: boolean
    }
  | { readonly type: 'retry.succeeded'; readonly name: string; readonly attempts: number }
  | {
      readonly type: 'retry.exhausted'
      readonly name: string
      readonly attempts: number
      readonly errorClass: ErrorClass
    }

/** Runs an operation, again when it fails in a way that may pass. */
export type RetryPolicy = Policy<RetryContext>

/**
 * Makes a retry policy, to be shared by any number of calls.
 *
 * The error that ends a call is the operation's own, the same object.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createRetry(options: RetryOptions = {}): RetryPolicy {
  const { retries = 3, backoff = exponential(), retryable = isRetryable } = options
  const { maxHintMs = 60_000, name = 'retry', onEvent } = options
  const { clock = systemClock, random = Math.random } = options
  checkNumber('retries', retries, { min: 0, integer: true })
  checkNumber('maxHintMs', maxHintMs, { min: 0, max: MAX_TIMER_MS })
  checkFunctions(options, 'backoff', 'retryable', 'onEvent', 'random')

  return async <T>(operation: Operation<T, RetryContext>, context: Context = {}): Promise<T> => {
    const { signal } = context
    for (let attempt = 1; ; attempt++) {
      throwIfAborted(signal)
      try {
        const value = await raceAbort(operation({ ...context, attempt }), signal)
        if (attempt > 1) emit(onEvent, { type: 'retry.succeeded', name, attempts: attempt })
        return value
      } catch (error) {
        throwIfAborted(signal)
        if (!retryable(error)) throw error
        const errorClass = classifyError(error)
        const hintMs = serverHintMs(error) ?? 0
        if (attempt > retries || hintMs > maxHintMs) {
          emit(onEvent, { type: 'retry.exhausted', name, attempts: attempt, errorClass })
          throw error
        }
        const backoffMs = boundedWait(backoff(attempt, random))
        const waitMs = Math.max(backoffMs, hintMs)
        const hinted = hintMs > backoffMs
        emit(onEvent, { type: 'retry.scheduled', name, attempt, errorClass, waitMs, hinted })
        await sleep(waitMs, signal, clock)
      }
    }
  }
}

/**
 * Runs `operation` until it succeeds or is not worth another attempt: {@link createRetry} for a single call.
 *
 * @example
 * const answer = await retry(({ signal }) => fetch(url, { signal }), { retries: 2, signal })
 */
export function retry<T>(
  operation: Operation<T, RetryContext>,
  options: RetryOptions & Context = {},
): Promise<T> {
  return createRetry(options)(operation, { signal: options.signal })
}

/** A user's backoff may say anything; a timer takes a number from 0 to 2³¹−1. */
function boundedWait(ms: number): number {
  return ms > 0 ? Math.min(ms, MAX_TIMER_MS) : 0
}
