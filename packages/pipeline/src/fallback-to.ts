import {
  addFailure,
  type CallbackFailedEvent,
  type Context,
  callbackReporter,
  checkContext,
  checkFunction,
  checkOptions,
  emit,
  factory,
  failuresOf,
  guardCallback,
  type Operation,
  type OptionRules,
  raceAbort,
  type SubstitutingPolicy,
  throwIfAborted,
} from '@holdfast/internal'
import { errorNameOf } from './error-name.ts'

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
      /** The policy exists. Metrics show its counters as 0 from here on. */
      readonly type: 'fallback.created'
      readonly name: string
      readonly candidates: readonly string[]
    }
  | {
      /** The call failed, and its caller gets the value instead. */
      readonly type: 'fallback.substituted'
      readonly name: string
      /** The name of the error that the call failed with. */
      readonly errorName: string
    }
  | CallbackFailedEvent

/** Returns the value of {@link fallbackTo}, or a promise of it. */
export type Substitution<Value, Given = Context> = (
  error: unknown,
  context: Given,
) => Value | PromiseLike<Value>

/** A policy that resolves to the operation's result, or to a value of yours. */
export interface FallbackToPolicy<Value, Given extends Context = Context>
  extends SubstitutingPolicy<Given, Given, Value> {
  readonly name: string
}

const RULES: OptionRules<FallbackToOptions> = {
  when: 'function',
  name: 'string',
  onEvent: 'function',
}

/**
 * Resolves to a value of yours when the operation fails: a default, or an answer from a cache. Put it outside the policies
 * that may reject, so that it also covers an open circuit or a full queue. An aborted call still rejects.
 *
 * @param value - The value, or a function of the error and the context that returns it or a promise of it. If the function fails, the call
 * rejects with the operation's own error, and the event `callback.failed` reports the function's.
 *
 * @throws TypeError when an option is wrong.
 *
 * @example
 * const resilient = pipeline(fallbackTo(() => cache.get(url)), breaker, createRetry())
 * const page = await resilient(({ signal }) => load(url, signal))
 */
export const fallbackTo: <Value, Given extends Context = Context>(
  value: Value | Substitution<Value, Given>,
  options?: FallbackToOptions,
) => FallbackToPolicy<Value, Given> = /* @__PURE__ */ factory('fallbackTo', createFallbackTo)

function createFallbackTo<Value, Given extends Context>(
  value: Value | Substitution<Value, Given>,
  options: FallbackToOptions = {},
): FallbackToPolicy<Value, Given> {
  checkOptions('fallbackTo', options, RULES)
  const { name = 'fallback', onEvent } = options
  const report = callbackReporter(name, onEvent)
  const when = guardCallback('when', options.when, () => true, report)
  emit(onEvent, { type: 'fallback.created', name, candidates: [] })

  const policy = async <T>(operation: Operation<T, Given>, given?: Given): Promise<T | Value> => {
    const context = checkContext(given)
    const { signal } = context
    throwIfAborted(signal)
    checkFunction('operation', operation)
    try {
      return await raceAbort(operation(context), signal)
    } catch (error) {
      throwIfAborted(signal)
      if (!when(error)) throw error
      addFailure(failuresOf(context), error)
      let substitute: Value
      try {
        substitute = isFunction(value) ? await raceAbort(value(error, context), signal) : value
      } catch (fault) {
        throwIfAborted(signal)
        report('value', fault)
        throw error
      }
      emit(onEvent, { type: 'fallback.substituted', name, errorName: errorNameOf(error) })
      return substitute
    }
  }
  return Object.defineProperty(policy, 'name', { value: name })
}

function isFunction<Value, Given>(
  value: Value | Substitution<Value, Given>,
): value is Substitution<Value, Given> {
  return typeof value === 'function'
}
