import { checkNumber } from '@holdfast/internal'
import type { CircuitBreaker } from './circuit-breaker.ts'
import { createCircuitBreaker } from './create-circuit-breaker.ts'
import type { CircuitBreakerChanges, CircuitBreakerOptions } from './options.ts'

/** Options of {@link createCircuitBreakers}. Validated at creation. */
export interface CircuitBreakersOptions extends CircuitBreakerOptions {
  /**
   * How many keys are kept. Beyond, the breaker whose key was asked for longest ago is let go, if its circuit is closed:
   * one that is not is kept, above the bound if need be. Default 10 000.
   */
  readonly maxKeys?: number | undefined
}

/** Circuit breakers of one kind, one for each key. */
export interface CircuitBreakers {
  /** How many there are. */
  readonly size: number
  /** The breaker of this key, made when first asked for. Its name is `<name>:<key>`, or the key alone. */
  for(key: string): CircuitBreaker
  /** Those that are kept, the one asked for longest ago first. */
  entries(): IterableIterator<[key: string, breaker: CircuitBreaker]>
  /** Changes the settings of all, those to come included. */
  update(changes: CircuitBreakerChanges): void
}

/** How many a new key may look at to find one that may go: making one takes bounded time. */
const LOOKS = 16

/**
 * One breaker a model, a region, a host: what fails alone is cut off alone.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createCircuitBreakers(options: CircuitBreakersOptions = {}): CircuitBreakers {
  const { maxKeys = 10_000, name } = options
  checkNumber('maxKeys', maxKeys, { min: 1, integer: true })
  // Validates now rather than at the first call.
  createCircuitBreaker(options)
  // In the order in which they were last asked for.
  const breakers = new Map<string, CircuitBreaker>()
  let latest: string | undefined
  let changed: CircuitBreakerChanges = {}

  function create(key: string): CircuitBreaker {
    const fullName = name === undefined ? key : `${name}:${key}`
    return createCircuitBreaker({ ...options, ...changed, name: fullName })
  }

  /**
   * Makes room for a key. What may not go moves to the end, so that the next look begins with others. An observer that is
   * told of a change on the way may have asked for the key itself.
   */
  function makeRoom(key: string): void {
    let looks = 0
    for (const [other, breaker] of breakers) {
      if (breakers.has(key) || breakers.size < maxKeys || ++looks > LOOKS) return
      const { state, enabled } = breaker.stats()
      breakers.delete(other)
      if (state !== 'closed' || !enabled) breakers.set(other, breaker)
    }
  }

  return {
    get size() {
      return breakers.size
    },
    for(key) {
      if (!breakers.has(key)) makeRoom(key)
      const breaker = breakers.get(key) ?? create(key)
      if (key !== latest) {
        breakers.delete(key)
        breakers.set(key, breaker)
        latest = key
      }
      return breaker
    },
    entries: () => breakers.entries(),
    update(changes) {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      const next = { ...changed, ...Object.fromEntries(given) }
      createCircuitBreaker({ ...options, ...next })
      changed = next
      for (const breaker of breakers.values()) breaker.update(changes)
    },
  }
}
