import type { Clock, Outcome } from '@holdfast/internal'
import type { CircuitBreakerEvent } from './events.ts'
import type { OpeningStrategy } from './opening-strategy.ts'
import type { CircuitBreakerSettings } from './settings.ts'

/** What `update` takes. */
export interface CircuitBreakerChanges extends CircuitBreakerSettings {
  /** When a closed circuit opens. Default `failureCount()`: 5 failures within 60 s. A new one begins to count anew. */
  readonly openWhen?: OpeningStrategy | undefined
}

/** Options of `createCircuitBreaker`. Validated at creation. */
export interface CircuitBreakerOptions extends CircuitBreakerChanges {
  /**
   * What an error means. The default, `errorOutcome`, ignores aborts and wrong requests (4xx other than 408 and 429), and
   * counts everything else as a failure.
   * A caller's own abort is ignored whatever this says.
   */
  readonly classify?: ((error: unknown) => Outcome) | undefined
  /** What a result means. Default: all are successes. */
  readonly classifyResult?: ((result: unknown) => Outcome) | undefined
  /** Whether a failure opens a closed circuit at once, however few there were. Default: none does. */
  readonly openOn?: ((error: unknown) => boolean) | undefined
  /** Goes into every event and error. Default `circuit-breaker`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: CircuitBreakerEvent) => void) | undefined
  readonly clock?: Clock | undefined
  /** A source of numbers in [0, 1), for `openJitter`. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}
