import { type Context, checkFunction, type Policy } from '@holdfast/internal'
import { identity } from './identity.ts'

/** What the operation receives: what each of the policies adds, together. */
export type PipelineContext<Policies extends readonly Policy[]> = Context &
  Intersection<{ [K in keyof Policies]: Policies[K] extends Policy<infer C> ? C : never }[number]>

type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  intersection: infer Both,
) => void
  ? Both
  : never

/**
 * Composes policies, outermost first, into one. None at all is the identity.
 *
 * @example
 * const resilient = pipeline(limiter, breaker, createRetry())
 * const answer = await resilient(({ signal, attempt }) => ask(question, { signal, attempt }))
 */
export function pipeline<const Policies extends readonly Policy[]>(
  ...policies: Policies
): Policy<PipelineContext<Policies>> {
  for (const [index, policy] of policies.entries()) checkFunction(`policies[${index}]`, policy)
  return policies.reduceRight<Policy>(nest, identity) as Policy<PipelineContext<Policies>>
}

function nest(inner: Policy, outer: Policy): Policy {
  if (inner === identity) return outer
  return (operation, context) => outer((given) => inner(operation, given), context)
}
