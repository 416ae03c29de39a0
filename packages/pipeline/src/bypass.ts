import {
  type Context,
  callbackReporter,
  checkFunction,
  guardCallback,
  type Policy,
} from '@holdfast/internal'
import { identity } from './identity.ts'

/**
 * A policy that can be switched off while it runs. While `isOff()` returns `true`, calls go straight to the operation. It is
 * asked once for each call, and a call in flight stays as it began. If it throws, the policy is on.
 *
 * What the policy would have added to the context may then be missing, and the types say so.
 *
 * @throws TypeError unless both arguments are functions.
 *
 * @example
 * const layers = pipeline(limiter, bypass(createRetry(), () => !flags.get('ENABLE_RETRY')))
 */
export function bypass<C extends Context, Given extends Context>(
  policy: Policy<C, Given>,
  isOff: () => boolean,
): Policy<Context & Given & Partial<C>, Given> {
  checkFunction('policy', policy)
  checkFunction('isOff', isOff)
  const report = callbackReporter(policy.name, undefined)
  const asks = guardCallback('isOff', isOff, () => false, report)
  // The two differ only in what the operation may find in its context, which the returned type says.
  const on: unknown = policy
  const switched: unknown = async (...call: Parameters<Policy>) =>
    asks() ? identity(...call) : (on as Policy)(...call)
  return switched as Policy<Context & Given & Partial<C>, Given>
}
