import { type Context, checkFunction, type Operation, type Policy } from '@holdfast/internal'
import { identity } from './identity.ts'

/**
 * A policy that can be switched off while it runs: when `isOff` says so, the call goes straight to the operation. It is
 * asked at each call; a call under way stays as it began.
 *
 * What the policy would have added to the context may be missing, and the types say so.
 *
 * @throws TypeError unless both are functions.
 *
 * @example
 * const layers = pipeline(limiter, bypass(createRetry(), () => !flags.get('ENABLE_RETRY')))
 */
export function bypass<C extends Context>(
  policy: Policy<C>,
  isOff: () => boolean,
): Policy<Context & Partial<C>> {
  checkFunction('policy', policy)
  checkFunction('isOff', isOff)
  return async <T>(operation: Operation<T, Context & Partial<C>>, context?: Context): Promise<T> =>
    isOff() ? identity(operation as Operation<T>, context) : policy(operation, context)
}
