import { emit } from './events.ts'
import { silence } from './silence.ts'

/** A callback of the user's threw, or returned a promise where a plain value is needed. It counted as absent. */
export interface CallbackFailedEvent {
  readonly type: 'callback.failed'
  /** The name of the policy. */
  readonly name: string
  /** The name of the option. */
  readonly callback: string
  /** What the callback threw. */
  readonly error: unknown
}

type Callback = (...args: never[]) => unknown

/**
 * Returns a function that calls the option `callback`, and `absent` instead when the option is not given, throws, or
 * returns a promise. So no callback can replace the outcome of the user's operation or keep what a call holds.
 *
 * @param report - Hears of each fault. Pass `callbackReporter(name, onEvent)`.
 *
 * @example
 * const report = callbackReporter(name, onEvent)
 * const retryable = guardCallback('retryable', options.retryable, isRetryable, report)
 */
export function guardCallback<F extends Callback>(
  callback: string,
  given: F | undefined,
  absent: F,
  report: (callback: string, error: unknown) => void,
): F {
  if (given === undefined) return absent
  const guarded = (...args: Parameters<F>) => {
    try {
      const result = given(...args)
      if (!silence(result)) return result
      report(callback, new TypeError(`\`${callback}\` must not return a promise`))
    } catch (error) {
      report(callback, error)
    }
    return absent(...args)
  }
  return guarded as F
}

/** What `guardCallback` reports to: emits a `callback.failed` event. */
export function callbackReporter(
  name: string,
  onEvent: ((event: CallbackFailedEvent) => void) | undefined,
): (callback: string, error: unknown) => void {
  return (callback, error) => emit(onEvent, { type: 'callback.failed', name, callback, error })
}
