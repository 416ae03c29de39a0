import {
  type AnyPolicy,
  type Context,
  checkContext,
  checkCreated,
  type Operation,
  type Policy,
  raceAbort,
  type SwitchedPolicy,
  throwIfAborted,
} from '@holdfast/internal'
import { checkFlag } from './check-flag.ts'
import type { FlagDefinitions } from './definition.ts'
import type { Flags } from './flags.ts'
import type { FlagsOf } from './follow.ts'

/**
 * Makes a policy that can be switched on and off while the program runs. While the flag is on, calls run through the
 * policy; while it is off, they run the operation directly. Each call is decided when it begins. The context's signal is
 * respected either way.
 *
 * @param name - The name of a boolean flag.
 * @throws RangeError or TypeError when there is no such flag, it is not boolean, or `policy` is not a function.
 */
export function bypassUnless<D extends FlagDefinitions, const P extends AnyPolicy>(
  flags: Flags<D>,
  name: FlagsOf<D, boolean>,
  policy: P,
): SwitchedPolicy<P> {
  checkFlag(flags, name)
  const type = flags.definitions[name]?.type
  if (type !== 'boolean') throw new TypeError(`The flag ${name} must be boolean, not ${type}`)
  checkCreated('policy', policy)
  // The two differ only in what the operation may find in its context, which the returned type says.
  const on: unknown = policy
  const switched: unknown = <T>(operation: Operation<T>, context?: Context) =>
    flags.get(name) ? (on as Policy)(operation, context) : runDirectly(operation, context)
  return switched as SwitchedPolicy<P>
}

async function runDirectly<T>(operation: Operation<T>, given: Context | undefined): Promise<T> {
  const context = checkContext(given)
  throwIfAborted(context.signal)
  return raceAbort(operation(context), context.signal)
}
