import type { Registry } from '../metrics.ts'
import { Instances } from './instances.ts'
import { counter, countOutcome, gauge, type Recorder } from './recorder.ts'

type State = 'closed' | 'half-open' | 'open'

/** The fields of the events of `@holdfast/circuit-breaker` that are recorded. */
export type CircuitBreakerFacts = {
  readonly name: string
  readonly instance?: number | undefined
} & (
  | { readonly type: 'circuit-breaker.created'; readonly state: State }
  | { readonly type: 'circuit-breaker.evicted' }
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

export function recordCircuitBreakers(registry: Registry): Recorder<CircuitBreakerFacts> {
  const stateOf = gauge(
    registry,
    'circuit_breaker_state',
    'The state: closed 0, half-open 1, open 2. Each state that any breaker of the name is in is shown.',
    // Each state that any of several processes is in is shown, with its own value.
    'max',
    'state',
  )
  const changes = counter(
    registry,
    'circuit_breaker_state_changes_total',
    'Changes to the state.',
    'state',
  )
  const rejected = counter(registry, 'circuit_breaker_rejected_total', 'Calls that were rejected.')
  const settled = {
    success: counter(registry, 'circuit_breaker_success_total', 'Calls that succeeded.'),
    failure: counter(registry, 'circuit_breaker_failure_total', 'Calls that failed.'),
    ignore: counter(
      registry,
      'circuit_breaker_ignored_total',
      'Calls that say nothing about the health of the dependency.',
    ),
  }
  const slowCalls = counter(
    registry,
    'circuit_breaker_slow_total',
    'Calls that took slowCallMs or longer.',
  )
  const breakers = new Instances<State>()

  function show(name: string, states: Iterable<State>): void {
    const present = new Set(states)
    for (const [value, state] of STATES.entries()) {
      if (present.has(state)) stateOf.set({ name, state }, value)
      else stateOf.remove({ name, state })
    }
  }

  function update({ name, instance }: CircuitBreakerFacts, state: State): void {
    if (!STATES.includes(state) || breakers.get(name, instance) === state) return
    show(name, breakers.set(name, instance, state))
  }

  return {
    'circuit-breaker.created': (event) => {
      const { name } = event
      update(event, event.state)
      rejected.inc({ name }, 0)
      for (const total of Object.values(settled)) total.inc({ name }, 0)
    },
    'circuit-breaker.evicted': ({ name, instance }) => show(name, breakers.delete(name, instance)),
    'circuit-breaker.state-changed': (event) => {
      update(event, event.to)
      changes.inc({ name: event.name, state: event.to })
    },
    'circuit-breaker.rejected': (event) => {
      update(event, event.state)
      rejected.inc({ name: event.name })
    },
    'circuit-breaker.settled': (event) => {
      const { name, instance, outcome, slow } = event
      // A breaker whose creation was not observed, and that reported no change, is closed.
      if (breakers.get(name, instance) === undefined) update(event, 'closed')
      countOutcome(settled, name, outcome)
      if (slow) slowCalls.inc({ name })
    },
  }
}
