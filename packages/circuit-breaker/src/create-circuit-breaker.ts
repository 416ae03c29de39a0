import {
  type Context,
  checkOptions,
  factory,
  type Operation,
  withMembers,
} from '@holdfast/internal'
import { Breaker } from './breaker.ts'
import type { CircuitBreaker } from './circuit-breaker.ts'
import { type CircuitBreakerOptions, OPTION_RULES } from './options.ts'

/**
 * Creates a circuit breaker. It has no timers: a change of state that fell due is made when someone next looks.
 *
 * @throws RangeError or TypeError that names the option that is wrong.
 *
 * @example
 * const breaker = createCircuitBreaker({ name: 'search' })
 * const answer = await breaker(({ signal }) => fetch(url, { signal }))
 */
export const createCircuitBreaker: (options?: CircuitBreakerOptions) => CircuitBreaker =
  /* @__PURE__ */ factory('createCircuitBreaker', (options) => {
    checkOptions('createCircuitBreaker', options, OPTION_RULES)
    return createUnchecked(options ?? {})
  })

/** The same for options that have been checked. */
export function createUnchecked(options: CircuitBreakerOptions): CircuitBreaker {
  const breaker = new Breaker(options)
  return withMembers(
    <T>(operation: Operation<T>, context?: Context) => breaker.run(operation, context),
    breaker,
  )
}
