import {
  type AnyPolicy,
  type CallbackFailedEvent,
  callbackReporter,
  checkCreated,
  checkFunction,
  checkOptions,
  factory,
  guardCallback,
  type OptionRules,
  type Policy,
  type SwitchedPolicy,
} from '@holdfast/internal'
import { identity } from './identity.ts'

/** Options of {@link bypass}. Validated at creation. */
export interface BypassOptions {
  /** Identifies the switch in events. Default: the name of the policy. */
  readonly name?: string | undefined
  /** Called when `isOff` fails. What it throws, or rejects with, is ignored. */
  readonly onEvent?: ((event: CallbackFailedEvent) => void) | undefined
}

const RULES: OptionRules<BypassOptions> = { name: 'string', onEvent: 'function' }

/**
 * A policy that can be switched off while it runs. While `isOff()` returns `true`, calls go straight to the operation. It is
 * asked once for each call, and a call in flight stays as it began. If it throws or returns a promise, the policy is on, and
 * `onEvent` receives `callback.failed`.
 *
 * What the policy would have added to the context may then be missing, and the types say so.
 *
 * @throws TypeError unless `policy` is a policy and `isOff` a function, or when an option is wrong.
 *
 * @example
 * const layers = pipeline(limiter, bypass(createRetry(), () => !flags.get('ENABLE_RETRY')))
 */
export const bypass: <const P extends AnyPolicy>(
  policy: P,
  isOff: () => boolean,
  options?: BypassOptions,
) => SwitchedPolicy<P> = /* @__PURE__ */ factory('bypass', createBypass)

function createBypass<const P extends AnyPolicy>(
  policy: P,
  isOff: () => boolean,
  options: BypassOptions = {},
): SwitchedPolicy<P> {
  checkCreated('policy', policy)
  checkFunction('isOff', isOff)
  checkOptions('bypass', options, RULES)
  const report = callbackReporter(options.name ?? policy.name, options.onEvent)
  const asks = guardCallback('isOff', isOff, () => false, report)
  // The two differ only in what the operation may find in its context, which the returned type says.
  const on: unknown = policy
  const switched: unknown = async (...call: Parameters<Policy>) =>
    asks() ? identity(...call) : (on as Policy)(...call)
  return switched as SwitchedPolicy<P>
}
