import type { CallbackFailedEvent, Outcome } from '@holdfast/internal'
import type { CircuitState } from './circuit.ts'

/** What a circuit breaker reports to `onEvent`. */
export type CircuitBreakerEvent =
  | (CircuitBreakerEventFacts & {
      readonly name: string
      /** A number that tells breakers of the same name apart. */
      readonly instance: number
    })
  | CallbackFailedEvent

/** An event without the breaker that it is of. */
export type CircuitBreakerEventFacts =
  | {
      /** The breaker exists. Metrics show its state and counters from here on. */
      readonly type: 'circuit-breaker.created'
      readonly state: CircuitState
    }
  | {
      /** The breaker made room for another key, and is no longer kept. */
      readonly type: 'circuit-breaker.evicted'
      readonly state: CircuitState
    }
  | {
      readonly type: 'circuit-breaker.state-changed'
      readonly from: CircuitState
      readonly to: CircuitState
      /** When the change fell due on the breaker's clock: earlier than now if nobody looked at the breaker meanwhile. */
      readonly at: number
    }
  | {
      readonly type: 'circuit-breaker.rejected'
      readonly state: CircuitState
    }
  | {
      readonly type: 'circuit-breaker.settled'
      readonly outcome: Outcome
      /** Whether the call took `slowCallMs` or longer. */
      readonly slow: boolean
    }
