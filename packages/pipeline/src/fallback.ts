import {
  type Context,
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
  /** How a candidate is called in events and errors. Default `String`. */
  readonly label?: ((candidate: Candidate) => string) | undefined
  /** Goes into every event. Default `fallback`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: FallbackEvent) => void) | undefined
}

/** What a fallback tells its observer. Candidates are their labels. */
export type FallbackEvent =
  | { readonly type: 'fallback.attempted'; readonly name: string; readonly candidate: string }
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
      readonly candidates: readonly string[]
    }

/**
 * Tries candidates in order until one succeeds.
 *
 * An error that is no reason to go on comes through untouched, and so does that of an only candidate. When several
 * have failed, the call rejects with {@link FallbackExhaustedError}.
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
  checkFunctions(options, 'when', 'label', 'onEvent')
  const { when = () => true, label = String, name = 'fallback', onEvent } = options
  const list = [...candidates]
  const labels = list.map((candidate) => label(candidate))

  return async <T>(
    operation: Operation<T, FallbackContext<Candidate>>,
    context: Context = {},
  ): Promise<T> => {
    const { signal } = context
    const errors: unknown[] = []
    for (const [index, candidate] of list.entries()) {
      throwIfAborted(signal)
      const called = labels[index] as string
      if (onEvent) emit(onEvent, { type: 'fallback.attempted', name, candidate: called })
      try {
        const value = await raceAbort(operation({ ...context, candidate }), signal)
        if (onEvent) emit(onEvent, { type: 'fallback.served', name, candidate: called })
        return value
      } catch (error) {
        throwIfAborted(signal)
        if (list.length === 1 || !when(error, candidate)) throw error
        errors.push(error)
        const to = labels[index + 1]
        if (to === undefined) break
        const errorName = String(readProperty(error, 'name') ?? typeof error)
        emit(onEvent, { type: 'fallback.switched', name, from: called, to, errorName })
      }
    }
    emit(onEvent, { type: 'fallback.exhausted', name, candidates: labels })
    throw new FallbackExhaustedError(labels, errors)
  }
}
