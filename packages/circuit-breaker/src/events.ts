import type { Outcome } from '@holdfast/internal'
import type { CircuitState } from './circuit.ts'

/** What a circuit breaker tells its observer. */
export type CircuitBreakerEvent =
  | {
      readonly type: 'circuit-breaker.state-changed'
      readonly name: string
      readonly from: CircuitState
      readonly to: CircuitState
      /** When the change fell due on the breaker's clock: before now when nobody looked. */
      readonly at: number
    }
  | {
      readonly type: 'circuit-breaker.rejected'
      readonly name: string
      readonly state: CircuitState
    }
  | {
      readonly type: 'circuit-breaker.settled'
      readonly name: string
      readonly outcome: Outcome
      /** Whether it took `slowCallMs` or longer. */
      readonly slow: boolean
    }
