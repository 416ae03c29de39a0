import type { Context } from './policy.ts'

/** Where a context keeps the failures of the call. A symbol that every copy of this code shares. */
const FAILURES = Symbol.for('@holdfast/failures')

/** How many failures of a call are kept: the last ones. */
const MAX_FAILURES = 10

interface Collecting extends Context {
  readonly [FAILURES]?: unknown[]
}

/**
 * The list of what has failed in this call, oldest first, if a policy outside collects it. A policy that may cut the call
 * off passes such a list on in the context, so that its `TimeoutError` can say what failed before.
 */
export function failuresOf(context: Context): unknown[] | undefined {
  return (context as Collecting)[FAILURES]
}

/** The context, with a list that the policies inside add failures to. */
export function withFailures<C extends Context>(context: C, failures: unknown[]): C {
  return { ...context, [FAILURES]: failures }
}

/** Adds what an attempt failed with. Returns the list, a new one if there is none yet. */
export function addFailure(failures: unknown[] = [], failure: unknown): unknown[] {
  failures.push(failure)
  if (failures.length > MAX_FAILURES) failures.shift()
  return failures
}
