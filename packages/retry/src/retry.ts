import {
  type Clock,
  type Context,
  checkFunction,
  checkFunctions,
  checkNumber,
  classifyError,
  type ErrorClass,
  emit,
  isRetryable,
  MAX_TIMER_MS,
  type Operation,
  type Policy,
  raceAbort,
  runWithTimeout,
  serverHintMs,
  sleep,
  systemClock,
  throwIfAborted,
} from '@holdfast/internal'
import { type Backoff, exponential } from './backoff.ts'
import type { RetryBudget } from './retry-budget.ts'
import { setRetryInfo } from './retry-info.ts'

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
  /** Whether a result is worth another attempt. The last one is returned as it is. Default: none is. */
  readonly retryResult?: ((result: unknown) => boolean) | undefined
  /**
   * How long one attempt may take, in milliseconds; then its signal aborts with a `TimeoutError`
   * of the platform's kind, as from `AbortSignal.timeout`. Default: no limit.
   */
  readonly attemptTimeoutMs?: number | undefined
  /**
   * How long the whole call may take, in milliseconds. An attempt is cut off there, and when the next wait would reach
   * beyond, the call ends at once with the last error. The context's `deadlineAt` bounds the waits alike; the attempts
   * are cut off by the layer that set it. Default: no limit.
   */
  readonly deadlineMs?: number | undefined
  /**
   * The longest hint of a server that is obeyed, in milliseconds: the wait is the longer of backoff and hint, and when
   * the hint is longer than this, the call ends at once with the error. Default 60 000.
   */
  readonly maxHintMs?: number | undefined
  /** What the calls may spend on retries together; see `createRetryBudget`. Default: no bound. */
  readonly budget?: RetryBudget | undefined
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
      /** The call ends with its last error: `exhausted` for want of attempts, `refused` though one is left. */
      readonly type: 'retry.exhausted' | 'retry.refused'
      readonly name: string
      readonly attempts: number
      readonly errorClass: ErrorClass
      readonly reason: EndReason
    }

/** Why there is no further attempt: none is left, the server asks for too long a wait, too late, or out of budget. */
type EndReason = 'retries' | 'hint' | 'deadline' | 'budget'

const defaultBackoff = /* @__PURE__ */ exponential()
/** The global, looked up at each call, as the clock's are. */
const systemRandom = () => Math.random()

/** Runs an operation, again when it fails in a way that may pass. */
export type RetryPolicy = Policy<RetryContext>

/**
 * Makes a retry policy, to be shared by any number of calls.
 *
 * The error that ends a call is the operation's own, the same object; `getRetryInfo(error)` tells how the call went.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createRetry(options: RetryOptions = {}): RetryPolicy {
  const { retries = 3, backoff = defaultBackoff, retryable = isRetryable, retryResult } = options
  const { attemptTimeoutMs = Infinity, deadlineMs = Infinity, maxHintMs = 60_000 } = options
  const { budget, name = 'retry', onEvent, clock = systemClock, random = systemRandom } = options
  checkNumber('retries', retries, { min: 0, integer: true })
  checkNumber('attemptTimeoutMs', attemptTimeoutMs, { min: 0 })
  checkNumber('deadlineMs', deadlineMs, { min: 0 })
  checkNumber('maxHintMs', maxHintMs, { min: 0, max: MAX_TIMER_MS })
  if (budget !== undefined) checkFunction('budget.withdraw', budget.withdraw)
  checkFunctions(options, 'backoff', 'retryable', 'retryResult', 'onEvent', 'random')

  /** One attempt, within its own limit and what is left to the call. Whoever set an outer deadline ends it there. */
  function attemptOnce<T>(
    operation: Operation<T, RetryContext>,
    context: RetryContext,
    ownDeadlineAt: number,
  ): T | PromiseLike<T> {
    if (attemptTimeoutMs === Infinity && ownDeadlineAt === Infinity) {
      return raceAbort(operation(context), context.signal)
    }
    // Rounded up: a timer drops fractions, and would ring before the deadline.
    const leftMs = Math.ceil(ownDeadlineAt - clock.now())
    const limitMs = Math.min(attemptTimeoutMs, leftMs, MAX_TIMER_MS)
    return runWithTimeout(operation, context, limitMs, clock, () => timedOut(limitMs))
  }

  /** Why there is no retry. The budget comes last: it is asked only for what can be had. */
  function endReason(
    attempt: number,
    errorClass: ErrorClass,
    hintMs: number,
    waitMs: number,
    deadlineAt: number,
  ): EndReason | undefined {
    if (attempt > retries) return 'retries'
    if (hintMs > maxHintMs) return 'hint'
    if (clock.now() + waitMs >= deadlineAt) return 'deadline'
    return budget === undefined || budget.withdraw(errorClass) ? undefined : 'budget'
  }

  return async <T>(operation: Operation<T, RetryContext>, given: Context = {}): Promise<T> => {
    checkFunction('operation', operation)
    const { signal } = given
    const ownDeadlineAt = deadlineMs === Infinity ? Infinity : clock.now() + deadlineMs
    const deadlineAt = Math.min(ownDeadlineAt, given.deadlineAt ?? Infinity)
    const context = deadlineAt === Infinity ? given : { ...given, deadlineAt }
    let waitsMs: readonly number[] = []
    let lastClass: ErrorClass = 'timeout'
    let giveUp: () => T = tooLate
    budget?.begin()

    for (let attempt = 1; ; attempt++) {
      throwIfAborted(signal)
      // Before the first attempt, or because a timer came late.
      if (deadlineAt !== Infinity && clock.now() >= deadlineAt) {
        const ended = { attempts: attempt - 1, errorClass: lastClass, reason: 'deadline' } as const
        emit(onEvent, { type: 'retry.refused', name, ...ended })
        return giveUp()
      }
      let fault: unknown
      try {
        const value = await attemptOnce(operation, { ...context, attempt }, ownDeadlineAt)
        if (!retryResult?.(value)) {
          budget?.succeed(attempt > 1 ? lastClass : undefined)
          if (attempt > 1) emit(onEvent, { type: 'retry.succeeded', name, attempts: attempt })
          return value
        }
        fault = value
        giveUp = () => value
      } catch (error) {
        throwIfAborted(signal)
        setRetryInfo(error, { attempts: attempt, waitsMs })
        if (!retryable(error)) throw error
        fault = error
        giveUp = () => {
          throw error
        }
      }

      const errorClass = classifyError(fault)
      const backoffMs = boundedWait(backoff(attempt, fault, waitsMs.at(-1) ?? 0, random))
      const hintMs = serverHintMs(fault) ?? 0
      const waitMs = Math.max(backoffMs, hintMs)
      const reason = endReason(attempt, errorClass, hintMs, waitMs, deadlineAt)
      if (reason !== undefined) {
        const type = reason === 'retries' ? 'retry.exhausted' : 'retry.refused'
        emit(onEvent, { type, name, attempts: attempt, errorClass, reason })
        return giveUp()
      }
      const hinted = hintMs > backoffMs
      emit(onEvent, { type: 'retry.scheduled', name, attempt, errorClass, waitMs, hinted })
      lastClass = errorClass
      waitsMs = [...waitsMs, waitMs]
      await sleep(waitMs, signal, clock)
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
  options?: RetryOptions & Context,
): Promise<T> {
  return options === undefined ? defaultRetry(operation) : retryWith(options, operation)
}

/** A mistake in the options rejects, as everything else does that goes wrong in a call. */
async function retryWith<T>(
  options: RetryOptions & Context,
  operation: Operation<T, RetryContext>,
): Promise<T> {
  const { signal, deadlineAt } = options
  const isBound = signal !== undefined || deadlineAt !== undefined
  return createRetry(options)(operation, isBound ? { signal, deadlineAt } : undefined)
}

const defaultRetry = /* @__PURE__ */ createRetry()

/** A user's backoff may say anything; a timer takes a number from 0 to 2³¹−1. */
function boundedWait(ms: number): number {
  return ms > 0 ? Math.min(ms, MAX_TIMER_MS) : 0
}

/** As `AbortSignal.timeout` names it. */
function timedOut(ms: number): DOMException {
  return new DOMException(`Timed out after ${ms} ms`, 'TimeoutError')
}

function tooLate(): never {
  throw timedOut(0)
}
