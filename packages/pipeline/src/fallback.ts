import {
  type Context,
  checkFunction,
  checkFunctions,
  emit,
  type Operation,
  type Policy,
  raceAbort,
  readProperty,
  throwIfAborted,
} from '@holdfast/internal'
import { FallbackExhaustedError } from './fallback-exhausted-error.ts'

/** What an operation under fallback receives. */
export interface FallbackContext<Candidate> extends Context {
  /** The candidate to try. */
  readonly candidate: Candidate
}

/** Options of {@link fallback}. Validated at creation. */
export interface FallbackOptions<Candidate> {
  /** Whether an error of a candidate is a reason to try the next. Default: any error. */
  readonly when?: ((error: unknown, candidate: Candidate) => boolean) | undefined
  /** Whether to pass a candidate over, asked when its turn has come. Default: none. */
  readonly skip?: ((candidate: Candidate) => boolean) | undefined
  /** How a candidate is called in events and errors. Default `String`. */
  readonly label?: ((candidate: Candidate) => string) | undefined
  /** Goes into every event. Default `fallback`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: FallbackEvent) => void) | undefined
}

/** What a fallback tells its observer. Candidates are their labels. */
export type FallbackEvent =
  | { readonly type: 'fallback.attempted'; readonly name: string; readonly candidate: string }
  | { readonly type: 'fallback.skipped'; readonly name: string; readonly candidate: string }
  | {
      readonly type: 'fallback.switched'
      readonly name: string
      readonly from: string
      readonly to: string
      /** The name of the error that was the reason. */
      readonly errorName: string
    }
  | { readonly type: 'fallback.served'; readonly name: string; readonly candidate: string }
  | {
      readonly type: 'fallback.exhausted'
      readonly name: string
      /** Those that were tried. */
      readonly candidates: readonly string[]
    }

const NONE = [] as const

/**
 * Tries candidates in order until one succeeds.
 *
 * An error that is no reason to go on comes through untouched, and so does that of an only candidate. When all have
 * failed or been skipped, the call rejects with {@link FallbackExhaustedError}.
 *
 * @throws TypeError unless `candidates` is an array with at least one member.
 */
export function fallback<const Candidate>(
  candidates: readonly Candidate[],
  options: FallbackOptions<Candidate> = {},
): Policy<FallbackContext<Candidate>> {
  if (!Array.isArray(candidates) || candidates.length === 0) {
    throw new TypeError('`candidates` must be an array of at least one candidate')
  }
  checkFunctions(options, 'when', 'skip', 'label', 'onEvent')
  const { when = () => true, skip, label = String, name = 'fallback', onEvent } = options
  const list = candidates.map((candidate) => ({ candidate, called: label(candidate) }))

  return async <T>(
    operation: Operation<T, FallbackContext<Candidate>>,
    context: Context = {},
  ): Promise<T> => {
    const { signal } = context
    throwIfAborted(signal)
    checkFunction('operation', operation)
    let failures: readonly { readonly called: string; readonly error: unknown }[] = NONE
    for (const { candidate, called } of list) {
      if (skip?.(candidate)) {
        emit(onEvent, { type: 'fallback.skipped', name, candidate: called })
        continue
      }
      const last = failures.at(-1)
      if (last !== undefined) {
        const named = readProperty(last.error, 'name')
        const errorName = typeof named === 'string' ? named : typeof last.error
        const from = last.called
        emit(onEvent, { type: 'fallback.switched', name, from, to: called, errorName })
      }
      if (onEvent) emit(onEvent, { type: 'fallback.attempted', name, candidate: called })
      // An observer may have aborted.
      throwIfAborted(signal)
      try {
        const value = await raceAbort(operation({ ...context, candidate }), signal)
        if (onEvent) emit(onEvent, { type: 'fallback.served', name, candidate: called })
        return value
      } catch (error) {
        throwIfAborted(signal)
        if (list.length === 1 || !when(error, candidate)) throw error
        failures = [...failures, { called, error }]
      }
    }
    throwIfAborted(signal)
    const tried = failures.map(({ called }) => called)
    emit(onEvent, { type: 'fallback.exhausted', name, candidates: tried })
    throw new FallbackExhaustedError(
      tried,
      failures.map(({ error }) => error),
    )
  }
}
