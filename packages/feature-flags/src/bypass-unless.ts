import {
  type Context,
  callOperation,
  NO_CONTEXT,
  type Operation,
  type Policy,
} from '@holdfast/internal'
import type { FlagDefinitions } from './definition.ts'
import type { Flags } from './flags.ts'
import type { FlagsOf } from './follow.ts'

/**
 * A policy that can be switched while it runs: calls go through it while the flag is on, and straight to the operation
 * while it is off. Each call is decided when it begins.
 */
export function bypassUnless<D extends FlagDefinitions>(
  flags: Flags<D>,
  name: FlagsOf<D, boolean>,
  policy: Policy,
): Policy {
  return <T>(operation: Operation<T>, context: Context = NO_CONTEXT) =>
    flags.get(name) ? policy(operation, context) : callOperation(operation, context)
}
