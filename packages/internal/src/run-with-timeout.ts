import { deriveAbort, raceAbort } from './abort.ts'
import type { Clock } from './clock.ts'
import type { Context, Operation } from './policy.ts'

/**
 * Runs an operation under a signal of its own, which aborts with `expired()` after `ms`. Rejects on time, though the
 * operation ignores the signal.
 */
export async function runWithTimeout<T, C extends Context>(
  operation: Operation<T, C & { readonly signal: AbortSignal }>,
  context: C,
  ms: number,
  clock: Clock,
  expired: () => unknown,
): Promise<T> {
  const derived = deriveAbort(context.signal)
  const timer = clock.setTimeout(() => derived.abort(expired()), ms)
  try {
    return await raceAbort(operation({ ...context, signal: derived.signal }), derived.signal)
  } finally {
    clock.clearTimeout(timer)
    derived.dispose()
  }
}
