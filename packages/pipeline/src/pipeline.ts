import {
  type AnyPolicy,
  type Context,
  checkCreated,
  factory,
  type Given,
  type Policy,
  type PolicyOf,
  type Received,
  type Substitute,
} from '@holdfast/internal'
import { identity } from './identity.ts'

/** What the operation receives: what the caller may pass and what each of the policies adds. */
export type PipelineContext<Policies extends readonly unknown[]> = GivenContext<Policies> &
  Intersection<{ [K in keyof Policies]: Received<Policies[K]> }[number]>

/** What the caller of a pipeline may pass: what each of the policies reads. */
export type GivenContext<Policies extends readonly unknown[]> = Context &
  Intersection<{ [K in keyof Policies]: Given<Policies[K]> }[number]>

type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  intersection: infer Both,
) => void
  ? Both
  : never

/** Policies composed into one. */
export type PipelinePolicy<Policies extends readonly unknown[]> = PolicyOf<
  PipelineContext<Policies>,
  GivenContext<Policies>,
  { [K in keyof Policies]: Substitute<Policies[K]> }[number]
>

/**
 * Composes policies into one, outermost first. Without any policy, the operation just runs.
 *
 * The caller may pass whatever any of the policies reads from the context (`key`, `priority`, …). The operation receives that
 * and whatever any of them adds (`attempt`, `candidate`, …).
 *
 * @throws TypeError when one of the policies is not a function, or is a factory that was not called: `createRetry` instead of
 * `createRetry()`.
 *
 * @example
 * const resilient = pipeline(limiter, breaker, createRetry())
 * const answer = await resilient(({ signal, attempt }) => ask(question, { signal, attempt }))
 */
export const pipeline: <const Policies extends readonly AnyPolicy[]>(
  ...policies: Policies
) => PipelinePolicy<Policies> = /* @__PURE__ */ factory('pipeline', compose)

function compose<const Policies extends readonly AnyPolicy[]>(
  ...policies: Policies
): PipelinePolicy<Policies> {
  for (const [index, policy] of policies.entries()) checkCreated(`policies[${index}]`, policy)
  const all = policies as readonly unknown[] as readonly Policy[]
  const composed: unknown = all.reduceRight<Policy>(nest, identity)
  return composed as PipelinePolicy<Policies>
}

function nest(inner: Policy, outer: Policy): Policy {
  return (operation, context) => {
    try {
      return outer(
        inner === identity ? operation : (passedOn) => inner(operation, passedOn),
        context,
      )
    } catch (error) {
      // A policy of the user's own may throw. The caller gets a rejected promise all the same.
      return Promise.reject(error)
    }
  }
}
