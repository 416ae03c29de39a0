import { type Context, type Operation, withMembers } from '@holdfast/internal'
import { Breaker } from './breaker.ts'
import type { CircuitBreaker } from './circuit-breaker.ts'
import type { CircuitBreakerOptions } from './options.ts'

/**
 * Makes a circuit breaker. It has no timers: a change that fell due is made when someone next looks.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const breaker = new Breaker(options)
  return withMembers(
    <T>(operation: Operation<T>, context?: Context) => breaker.run(operation, context),
    breaker,
  )
}
