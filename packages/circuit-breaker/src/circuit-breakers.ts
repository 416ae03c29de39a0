import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitBreakerSettings,
  createCircuitBreaker,
} from './circuit-breaker.ts'

/** Circuit breakers of one kind, one for each key. */
export interface CircuitBreakers {
  /** The breaker of this key, made when first asked for. Its name is `<name>:<key>`, or the key alone. */
  for(key: string): CircuitBreaker
  /** Those made so far. */
  entries(): IterableIterator<[key: string, breaker: CircuitBreaker]>
  /** Changes the settings of all, those to come included. */
  update(settings: CircuitBreakerSettings): void
}

/**
 * One breaker a model, a region, a host: what fails alone is cut off alone.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createCircuitBreakers(options: CircuitBreakerOptions = {}): CircuitBreakers {
  // Validates now rather than at the first call.
  createCircuitBreaker(options)
  const breakers = new Map<string, CircuitBreaker>()
  let changed: CircuitBreakerSettings = {}
  return {
    for(key) {
      let breaker = breakers.get(key)
      if (breaker === undefined) {
        const name = options.name === undefined ? key : `${options.name}:${key}`
        breaker = createCircuitBreaker({ ...options, ...changed, name })
        breakers.set(key, breaker)
      }
      return breaker
    },
    entries: () => breakers.entries(),
    update(settings) {
      const given = Object.entries(settings).filter(([, value]) => value !== undefined)
      const next = { ...changed, ...Object.fromEntries(given) }
      createCircuitBreaker({ ...options, ...next })
      changed = next
      for (const breaker of breakers.values()) breaker.update(settings)
    },
  }
}
