export type { Clock, Context, Operation, Outcome, Permit } from '@holdfast/internal'
export type {
  CircuitBreaker,
  CircuitBreakerEvent,
  CircuitBreakerOptions,
  CircuitBreakerSettings,
  CircuitState,
} from './circuit-breaker.ts'
export { createCircuitBreaker } from './circuit-breaker.ts'
export type { CircuitBreakers } from './circuit-breakers.ts'
export { createCircuitBreakers } from './circuit-breakers.ts'
export { CircuitOpenError } from './circuit-open-error.ts'
export type { FailureCountOptions } from './failure-count.ts'
export { failureCount } from './failure-count.ts'
export { isHealthSignal } from './health-signal.ts'
export type { OpeningStrategy, OutcomeWindow } from './opening-strategy.ts'
