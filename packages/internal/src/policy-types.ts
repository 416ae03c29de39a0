import type { Context, Operation, Policy } from './policy.ts'

/** A policy whose calls may resolve to a value of its own instead of the operation's result, as those of `fallbackTo` do. */
export interface SubstitutingPolicy<C extends Context, Given extends Context, Value> {
  <T>(operation: Operation<T, C>, context?: Given): Promise<T | Value>
  /** For the type checker only. It does not exist at run time. */
  readonly '~substitute'?: () => Value
}

/** Any policy, whatever context it reads and adds, and whatever it resolves to. */
export type AnyPolicy = <T>(operation: Operation<T>, context?: never) => Promise<unknown>

/** The policy type for these contexts: one that substitutes a value, unless there is none. */
export type PolicyOf<C extends Context, Given extends Context, Value> = [Value] extends [never]
  ? Policy<C, Given>
  : SubstitutingPolicy<C, Given, Value>

/** The context that a policy passes to the operation. */
export type Received<P> = P extends (operation: infer O, context?: never) => unknown
  ? O extends (context: infer C) => unknown
    ? C
    : never
  : never

/** The context that the caller of a policy may pass. */
export type Given<P> = P extends (operation: never, context?: infer G) => unknown
  ? NonNullable<G>
  : never

/** What a policy may resolve to instead of the operation's result. */
export type Substitute<P> = P extends { readonly '~substitute'?: () => infer Value } ? Value : never

/** A policy that can be switched off, so that what it adds to the context may be missing. */
export type SwitchedPolicy<P> = PolicyOf<
  Context & Given<P> & Partial<Received<P>>,
  Context & Given<P>,
  Substitute<P>
>
