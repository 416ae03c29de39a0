import {
  type Clock,
  type Context,
  checkFunctions,
  checkNumber,
  deriveAbort,
  emit,
  MAX_TIMER_MS,
  type Operation,
  type Policy,
  raceAbort,
  systemClock,
  throwIfAborted,
} from '@holdfast/internal'
import { TimeoutError } from './timeout-error.ts'

/** Options of {@link timeout}. Validated at creation. */
export interface TimeoutOptions {
  /** How long the operation may take, in milliseconds, from 0 to 2³¹−1. Required. */
  readonly ms: number
  /** Goes into every event. Default `timeout`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: TimeoutEvent) => void) | undefined
  readonly clock?: Clock | undefined
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
export function timeout(options: TimeoutOptions): Policy {
  const { ms, name = 'timeout', onEvent, clock = systemClock } = options
  checkNumber('ms', ms, { min: 0, max: MAX_TIMER_MS })
  checkFunctions(options, 'onEvent')

  return async <T>(operation: Operation<T>, context: Context = {}): Promise<T> => {
    throwIfAborted(context.signal)
    const derived = deriveAbort(context.signal)
    const timer = clock.setTimeout(() => {
      emit(onEvent, { type: 'timeout.expired', name, timeoutMs: ms })
      derived.abort(new TimeoutError(ms))
    }, ms)
    try {
      return await raceAbort(operation({ ...context, signal: derived.signal }), derived.signal)
    } finally {
      clock.clearTimeout(timer)
      derived.dispose()
    }
  }
}
