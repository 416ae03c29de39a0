import {
  type Clock,
  type Context,
  checkFunctions,
  checkNumber,
  emit,
  MAX_TIMER_MS,
  type Operation,
  type Policy,
  runWithTimeout,
  systemClock,
  TimeoutError,
  throwIfAborted,
} from '@holdfast/internal'

/** Options of {@link timeout}. Validated at creation. */
export interface TimeoutOptions {
  /** How long the operation may take, in milliseconds, from 0 to 2³¹−1. Required. */
  readonly ms: number
  /** Goes into every event. Default `timeout`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: TimeoutEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** What an operation under a timeout receives. */
export interface TimeoutContext extends Context {
  /** Aborts when the time is over, or with the caller's. */
  readonly signal: AbortSignal
}

/** What a timeout tells its observer. */
export interface TimeoutEvent {
  readonly type: 'timeout.expired'
  readonly name: string
  readonly timeoutMs: number
}

/**
 * Gives the operation a signal that aborts after `ms`, and rejects on time with {@link TimeoutError} though the
 * operation ignores it.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function timeout(options: TimeoutOptions): Policy<TimeoutContext> {
  const { ms, name = 'timeout', onEvent, clock = systemClock } = options
  checkNumber('ms', ms, { min: 0, max: MAX_TIMER_MS })
  checkFunctions(options, 'onEvent')

  return async <T>(operation: Operation<T, TimeoutContext>, context: Context = {}): Promise<T> => {
    throwIfAborted(context.signal)
    const deadlineAt = Math.min(clock.now() + ms, context.deadlineAt ?? Number.POSITIVE_INFINITY)
    return runWithTimeout(operation, { ...context, deadlineAt }, ms, clock, () => {
      emit(onEvent, { type: 'timeout.expired', name, timeoutMs: ms })
      return new TimeoutError(ms)
    })
  }
}
