import { TimeoutError } from './errors/timeout-error.ts'
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

/**
 * Adds what an attempt failed with, unless a policy further inside has added it. A timeout is added after what failed
 * before it, and without these: errors that hold each other would double with every timeout when they are written out.
 */
export function addFailure(failures: unknown[] | undefined, failure: unknown): void {
  if (failures === undefined) return
  const parts =
    TimeoutError.isInstance(failure) && failure.errors.length > 0
      ? [...failure.errors, new TimeoutError(failure.timeoutMs)]
      : [failure]
  failures.push(...parts.filter((part) => !failures.includes(part)))
  failures.splice(0, failures.length - MAX_FAILURES)
}
