import {
  type CallbackFailedEvent,
  type Context,
  callbackReporter,
  checkContext,
  checkFunction,
  checkOptions,
  emit,
  guardCallback,
  type Operation,
  type OptionRules,
  raceAbort,
  readProperty,
  throwIfAborted,
} from '@holdfast/internal'

/** Options of {@link fallbackTo}. Validated at creation. */
export interface FallbackToOptions {
  /** Whether an error is a reason to use the value. Default: any error. */
  readonly when?: ((error: unknown) => boolean) | undefined
  /** Identifies the policy in events. Default `fallback`. */
  readonly name?: string | undefined
  /** Called for every event. What it throws, or rejects with, is ignored. */
  readonly onEvent?: ((event: FallbackToEvent) => void) | undefined
}

/** What {@link fallbackTo} reports to `onEvent`. */
export type FallbackToEvent =
  | {
      /** The call failed, and its caller gets the value instead. */
      readonly type: 'fallback.substituted'
      readonly name: string
      /** The name of the error that the call failed with. */
      readonly errorName: string
    }
  | CallbackFailedEvent

/** A policy whose result may be the operation's or the value's. */
export type FallbackToPolicy<Value> = <T>(
  operation: Operation<T>,
  context?: Context,
) => Promise<T | Value>

const RULES: OptionRules<FallbackToOptions> = {
  when: 'function',
  name: 'string',
  onEvent: 'function',
}

/**
 * Resolves to a value of yours when the operation fails: a default, or an answer from a cache. Put it outside the policies
 * that may reject, so that it also covers an open circuit or a full queue. An aborted call still rejects.
 *
 * @param value - The value, or a function of the error that returns it or a promise of it. If the function fails, the call
 * rejects with the operation's own error, and the event `callback.failed` reports the function's.
 *
 * @throws TypeError when an option is wrong.
 *
 * @example
 * const orCached = fallbackTo(() => cache.get(url))
 * const page = await orCached(() => pipeline(breaker, createRetry())(() => load(url)))
 */
export function fallbackTo<Value>(
  value: Value | ((error: unknown) => Value | PromiseLike<Value>),
  options: FallbackToOptions = {},
): FallbackToPolicy<Value> {
  checkOptions('fallbackTo', options, RULES)
  const { name = 'fallback', onEvent } = options
  const report = callbackReporter(name, onEvent)
  const when = guardCallback('when', options.when, () => true, report)

  return async <T>(operation: Operation<T>, given?: Context): Promise<T | Value> => {
    const context = checkContext(given)
    const { signal } = context
    throwIfAborted(signal)
    checkFunction('operation', operation)
    try {
      return await raceAbort(operation(context), signal)
    } catch (error) {
      throwIfAborted(signal)
      if (!when(error)) throw error
      let substitute: Value
      try {
        substitute = isFunction(value) ? await raceAbort(value(error), signal) : value
      } catch (fault) {
        throwIfAborted(signal)
        report('value', fault)
        throw error
      }
      const errorName = String(readProperty(error, 'name') ?? typeof error)
      emit(onEvent, { type: 'fallback.substituted', name, errorName })
      return substitute
    }
  }
}

function isFunction<Value>(
  value: Value | ((error: unknown) => Value | PromiseLike<Value>),
): value is (error: unknown) => Value | PromiseLike<Value> {
  return typeof value === 'function'
}
