import {
  type Context,
  NO_CONTEXT,
  type Operation,
  type Policy,
  raceAbort,
  throwIfAborted,
} from '@holdfast/internal'
import type { FlagDefinitions } from './definition.ts'
import type { Flags } from './flags.ts'
import type { FlagsOf } from './follow.ts'

/**
 * A policy that can be switched while it runs: calls go through it while the flag is on, and straight to the operation
 * while it is off. Each call is decided when it begins. The signal is heeded either way.
 */
export function bypassUnless<D extends FlagDefinitions>(
  flags: Flags<D>,
  name: FlagsOf<D, boolean>,
  policy: Policy,
): Policy {
  return <T>(operation: Operation<T>, context: Context = NO_CONTEXT) =>
    flags.get(name) ? policy(operation, context) : straight(operation, context)
}

async function straight<T>(operation: Operation<T>, context: Context): Promise<T> {
  throwIfAborted(context.signal)
  return raceAbort(operation(context), context.signal)
}
