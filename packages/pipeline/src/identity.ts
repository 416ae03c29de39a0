import { type Context, type Operation, raceAbort, throwIfAborted } from '@holdfast/internal'

/** The policy that does nothing but what every policy does: it heeds the signal. */
export async function identity<T>(operation: Operation<T>, context: Context = {}): Promise<T> {
  throwIfAborted(context.signal)
  return raceAbort(operation(context), context.signal)
}
