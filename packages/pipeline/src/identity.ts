import {
  type Context,
  checkContext,
  type Operation,
  raceAbort,
  throwIfAborted,
} from '@holdfast/internal'

/** The policy that adds nothing: like every policy, it checks the context and follows the signal. */
export async function identity<T>(operation: Operation<T>, given?: Context): Promise<T> {
  const context = checkContext(given)
  throwIfAborted(context.signal)
  return raceAbort(operation(context), context.signal)
}
