export type { Clock, Context, Operation, Outcome, Permit } from '@holdfast/internal'
export type { CircuitState } from './circuit.ts'
export type {
  CircuitBreaker,
  CircuitBreakerChanges,
  CircuitBreakerOptions,
  CircuitBreakerStats,
  Isolation,
} from './circuit-breaker.ts'
export { createCircuitBreaker } from './circuit-breaker.ts'
export type { CircuitBreakers, CircuitBreakersOptions } from './circuit-breakers.ts'
export { createCircuitBreakers } from './circuit-breakers.ts'
export type { CircuitOpenErrorOptions } from './circuit-open-error.ts'
export { CircuitOpenError } from './circuit-open-error.ts'
export { consecutiveFailures } from './consecutive-failures.ts'
export type { CircuitBreakerEvent } from './events.ts'
export type { FailureCountOptions } from './failure-count.ts'
export { failureCount } from './failure-count.ts'
export type { FailureRateOptions } from './failure-rate.ts'
export { failureRate } from './failure-rate.ts'
export { isHealthSignal } from './health-signal.ts'
export type { OpeningStrategy, OutcomeWindow } from './opening-strategy.ts'
export type { CircuitBreakerSettings } from './settings.ts'
export type { CircuitBreakerSnapshot } from './snapshot.ts'
