import { type Context, checkFunction, type Policy } from '@holdfast/internal'
import { identity } from './identity.ts'

/** Any policy, whatever context it reads and adds. */
type AnyPolicy = Policy<Context, never>

/** What the operation receives: what the caller may pass and what each of the policies adds. */
export type PipelineContext<Policies extends readonly unknown[]> = GivenContext<Policies> &
  Intersection<
    { [K in keyof Policies]: Policies[K] extends Policy<infer C, never> ? C : never }[number]
  >

/** What the caller of a pipeline may pass: what each of the policies reads. */
export type GivenContext<Policies extends readonly unknown[]> = Context &
  Intersection<{ [K in keyof Policies]: Given<Policies[K]> }[number]>

type Given<P> = P extends (operation: never, context?: infer G) => unknown ? NonNullable<G> : never

type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  intersection: infer Both,
) => void
  ? Both
  : never

/**
 * Composes policies into one, outermost first. Without any policy, the operation just runs.
 *
 * The caller may pass whatever any of the policies reads from the context (`key`, `priority`, …). The operation receives that
 * and whatever any of them adds (`attempt`, `candidate`, …).
 *
 * @throws TypeError when one of the policies is not a function.
 *
 * @example
 * const resilient = pipeline(limiter, breaker, createRetry())
 * const answer = await resilient(({ signal, attempt }) => ask(question, { signal, attempt }))
 */
export function pipeline<const Policies extends readonly AnyPolicy[]>(
  ...policies: Policies
): Policy<PipelineContext<Policies>, GivenContext<Policies>> {
  for (const [index, policy] of policies.entries()) checkFunction(`policies[${index}]`, policy)
  const all = policies as readonly unknown[] as readonly Policy[]
  const composed: unknown = all.reduceRight<Policy>(nest, identity)
  return composed as Policy<PipelineContext<Policies>, GivenContext<Policies>>
}

function nest(inner: Policy, outer: Policy): Policy {
  // Asynchronous, so that the caller gets a rejected promise even if `outer` is no policy and throws.
  if (inner === identity) return async (operation, context) => outer(operation, context)
  return (operation, context) => outer((passedOn) => inner(operation, passedOn), context)
}
