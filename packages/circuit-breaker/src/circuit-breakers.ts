import { checkOptions, emit, type OptionRules, refusal } from '@holdfast/internal'
import type { CircuitBreaker, CircuitBreakerStats } from './circuit-breaker.ts'
import { createUnchecked } from './create-circuit-breaker.ts'
import {
  type CircuitBreakerChanges,
  type CircuitBreakerOptions,
  checkChanges,
  OPTION_RULES,
} from './options.ts'

/** Options of {@link createCircuitBreakers}. Validated at creation. */
export interface CircuitBreakersOptions extends CircuitBreakerOptions {
  /**
   * How many keys are kept at most. To make room for another, the breaker that was asked for longest ago is evicted: of the
   * closed ones, or if there are none, of those whose cooldown is over, or else of all. Default 10 000.
   */
  readonly maxKeys?: number | undefined
}

/** Circuit breakers of one kind, one for each key. */
export interface CircuitBreakers {
  /** How many breakers are kept. */
  readonly size: number
  /**
   * The breaker of this key, created when it is first asked for. Its name is `<name>:<key>`, or the key alone.
   * @throws TypeError when the key is not a string.
   */
  for(key: string): CircuitBreaker
  /** The breakers that are kept, the one asked for longest ago first. */
  entries(): IterableIterator<[key: string, breaker: CircuitBreaker]>
  /** Changes the settings of all breakers, those to come included. */
  update(changes: CircuitBreakerChanges): void
}

const RULES: OptionRules<CircuitBreakersOptions> = {
  ...OPTION_RULES,
  maxKeys: { min: 1, integer: true },
}

/** How many breakers are looked at to find one to evict, so that a new key takes bounded time. */
const MAX_LOOKS = 16

/**
 * Creates circuit breakers by key: one for each model, region, or host, so that what fails alone is cut off alone.
 *
 * @throws RangeError or TypeError that names the option that is wrong.
 *
 * @example
 * const breakers = createCircuitBreakers({ name: 'hosts' })
 * const answer = await breakers.for(url.host)(({ signal }) => fetch(url, { signal }))
 */
export function createCircuitBreakers(options: CircuitBreakersOptions = {}): CircuitBreakers {
  checkOptions('createCircuitBreakers', options, RULES)
  const { maxKeys = 10_000, name, onEvent } = options
  // Both in the order in which the keys were last asked for.
  const breakers = new Map<string, CircuitBreaker>()
  const closed = new Map<string, CircuitBreaker>()
  let latest: string | undefined
  let changed: CircuitBreakerChanges = {}

  function create(key: string): CircuitBreaker {
    const breaker = createUnchecked({
      ...options,
      ...changed,
      name: name === undefined ? key : `${name}:${key}`,
      onEvent: (event) => {
        // Reported below, when an observer that asks for the key finds this breaker.
        if (event.type === 'circuit-breaker.created') return
        // An evicted breaker may still be in use.
        if (event.type === 'circuit-breaker.state-changed' && breakers.get(key) === breaker) {
          if (event.to === 'closed') closed.set(key, breaker)
          else closed.delete(key)
        }
        emit(onEvent, event)
      },
    })
    breakers.set(key, breaker)
    closed.set(key, breaker)
    const { instance, state } = breaker.stats()
    emit(onEvent, { type: 'circuit-breaker.created', name: breaker.name, instance, state })
    return breaker
  }

  /** Evicts one breaker: the bound holds whatever state they are in. */
  function evict(): void {
    const [key, breaker] =
      oldest(closed, ({ enabled }) => enabled) ??
      oldest(breakers, ({ state, enabled }) => state === 'half-open' && enabled) ??
      oldest(breakers, ({ isolated, enabled }) => !isolated && enabled) ??
      (breakers.entries().next().value as [string, CircuitBreaker])
    breakers.delete(key)
    closed.delete(key)
    const { state, instance } = breaker.stats()
    emit(onEvent, { type: 'circuit-breaker.evicted', name: breaker.name, instance, state })
  }

  return {
    get size() {
      return breakers.size
    },
    for(key) {
      if (typeof key !== 'string') throw refusal('key', key, 'a string')
      let breaker = breakers.get(key)
      if (breaker !== undefined && key === latest) return breaker
      if (breaker === undefined) {
        // An observer of an eviction may ask for the same key.
        while (breakers.size >= maxKeys && !breakers.has(key)) evict()
        breaker = breakers.get(key) ?? create(key)
      }
      for (const map of [breakers, closed]) {
        if (map === closed && !closed.has(key)) continue
        map.delete(key)
        map.set(key, breaker)
      }
      latest = key
      return breaker
    },
    entries: () => breakers.entries(),
    update(changes) {
      checkChanges(changes)
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      changed = { ...changed, ...Object.fromEntries(given) }
      for (const breaker of breakers.values()) breaker.update(changes)
    },
  }
}

/** Of the breakers asked for longest ago, the first that fits. */
function oldest(
  breakers: ReadonlyMap<string, CircuitBreaker>,
  fits: (stats: CircuitBreakerStats) => boolean,
): [key: string, breaker: CircuitBreaker] | undefined {
  let looks = 0
  for (const entry of breakers) {
    if (fits(entry[1].stats())) return entry
    if (++looks >= MAX_LOOKS) return undefined
  }
  return undefined
}
