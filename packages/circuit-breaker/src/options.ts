import {
  type Clock,
  checkClock,
  checkOptions,
  type OptionRules,
  type Outcome,
} from '@holdfast/internal'
import type { CircuitBreakerEvent } from './events.ts'
import { checkStrategy, type OpeningStrategy } from './opening-strategy.ts'
import { type CircuitBreakerSettings, SETTING_RULES } from './settings.ts'

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

const CHANGE_RULES: OptionRules<CircuitBreakerChanges> = {
  ...SETTING_RULES,
  openWhen: (_option, value) => checkStrategy(value as OpeningStrategy),
}

/** The rules of `createCircuitBreaker`. */
export const OPTION_RULES: OptionRules<CircuitBreakerOptions> = {
  ...CHANGE_RULES,
  classify: 'function',
  classifyResult: 'function',
  openOn: 'function',
  name: 'string',
  onEvent: 'function',
  clock: checkClock,
  random: 'function',
}

/** @throws RangeError or TypeError that names the setting that is wrong. */
export function checkChanges(changes: CircuitBreakerChanges): void {
  checkOptions('update', changes, CHANGE_RULES)
}
