import { raceAbort } from './abort.ts'
import type { Clock } from './clock.ts'
import type { Context, Operation } from './policy.ts'
import { whenAborted } from './when-aborted.ts'

/**
 * Runs an operation under a signal of its own, which follows the context's and aborts with `expired()` after `ms`.
 * Rejects on time, though the operation ignores the signal.
 */
export async function runWithTimeout<T, C extends Context>(
  operation: Operation<T, C & { readonly signal: AbortSignal }>,
  context: C,
  ms: number,
  clock: Clock,
  expired: () => unknown,
): Promise<T> {
  const controller = new AbortController()
  const { signal } = controller
  const callOff = whenAborted(context.signal, () => controller.abort(context.signal?.reason))
  const timer = clock.setTimeout(() => controller.abort(expired()), ms)
  try {
    // The field comes first, since V8 takes twenty times as long to add one to an object that it has just copied.
    const inner = { signal, ...context }
    inner.signal = signal
    return await raceAbort(operation(inner), signal)
  } finally {
    clock.clearTimeout(timer)
    callOff()
  }
}
