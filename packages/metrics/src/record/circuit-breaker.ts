import type { Registry } from '../metrics.ts'
import { counter, countOutcome, gauge, type Recorder } from './recorder.ts'

type State = 'closed' | 'half-open' | 'open'

/** Of `@holdfast/circuit-breaker`, as far as it is recorded. */
export type CircuitBreakerFacts = { readonly name: string } & (
  | { readonly type: 'circuit-breaker.state-changed'; readonly to: State }
  | { readonly type: 'circuit-breaker.rejected'; readonly state: State }
  | {
      readonly type: 'circuit-breaker.settled'
      readonly outcome: 'success' | 'failure' | 'ignore'
      readonly slow: boolean
    }
)

/** In the order of their values. */
const STATES: readonly State[] = ['closed', 'half-open', 'open']

/** Of how many breakers it is remembered that their state shows. Names may be made of anything, and memory is not endless. */
const MAX_KNOWN = 2000

export function recordCircuitBreakers(registry: Registry): Recorder<CircuitBreakerFacts> {
  const stateOf = gauge(
    registry,
    'circuit_breaker_state',
    'The state: closed 0, half-open 1, open 2.',
    // Of several processes: each state that any of them is in shows, with its own value.
    'max',
    'state',
  )
  const changes = counter(
    registry,
    'circuit_breaker_state_changes_total',
    'Changes to the state.',
    'state',
  )
  const rejected = counter(registry, 'circuit_breaker_rejected_total', 'Calls not let through.')
  const settled = {
    success: counter(registry, 'circuit_breaker_success_total', 'Calls that succeeded.'),
    failure: counter(registry, 'circuit_breaker_failure_total', 'Calls that failed.'),
    ignore: counter(registry, 'circuit_breaker_ignored_total', 'Calls that say nothing on health.'),
  }
  const slowCalls = counter(
    registry,
    'circuit_breaker_slow_total',
    'Calls of slowCallMs or longer.',
  )
  const known = new Set<string>()

  function show(name: string, state: State): void {
    const value = STATES.indexOf(state)
    if (value < 0) return
    for (const other of STATES) if (other !== state) stateOf.remove({ name, state: other })
    stateOf.set({ name, state }, value)
    if (known.size < MAX_KNOWN) known.add(name)
  }

  return {
    'circuit-breaker.state-changed': ({ name, to }) => {
      show(name, to)
      changes.inc({ name, state: to })
    },
    'circuit-breaker.rejected': ({ name, state }) => {
      show(name, state)
      rejected.inc({ name })
    },
    'circuit-breaker.settled': ({ name, outcome, slow }) => {
      // A breaker that has not told of a change is closed: it shows before anything goes wrong.
      if (!known.has(name) && known.size < MAX_KNOWN) show(name, 'closed')
      countOutcome(settled, name, outcome)
      if (slow) slowCalls.inc({ name })
    },
  }
}
