import type { CircuitBreakerOptions } from '@holdfast/circuit-breaker'
import {
  type Clock,
  checkClock,
  checkOptions,
  MAX_TIMER_MS,
  type OptionRules,
  refusal,
  systemClock,
} from '@holdfast/internal'
import type { LimiterOptions } from '@holdfast/limiter'
import type { RetryOptions } from '@holdfast/retry'
import type { BedrockRate } from './bedrock-rates.ts'
import type { BedrockErrorRule } from './error-rules.ts'
import type { ResilienceEvent } from './events.ts'
import type { ModelCandidate } from './models.ts'

/** Options of the five layers. Validated at creation. */
export interface ResilienceOptions {
  /**
   * The models to fall back on, in order. A command that names one of them may be answered by those behind it; one
   * that names another has no fallback; one that names none gets the whole list. Default: `DEFAULT_MODELS`, or the same
   * models in the geography (`us.`, `eu.`) of the model that the command names.
   */
  readonly models?: readonly (string | ModelCandidate)[] | undefined
  /** How many calls run and wait, over all models. Default 5 and 20, for 30 s. `false`: no limit. */
  readonly limiter?: LimiterLayer | false | undefined
  /**
   * When a model is left alone. Default 5 failures within 60 s, for 30 s; a probe may take 600 s. `false`: never.
   */
  readonly circuitBreaker?: CircuitBreakerLayer | false | undefined
  /** Attempts at one model. Default 3 retries after 1 s, 2 s, 4 s, ±20 %. `false`: none. */
  readonly retry?: RetryLayer | false | undefined
  /**
   * The time for one attempt to bring a whole answer, or the first content of a stream, in milliseconds.
   * Default 300 000. The SDK alone may wait for ever.
   */
  readonly attemptTimeoutMs?: number | undefined
  /** The longest silence of a stream while it is being read, in milliseconds. Default 120 000. */
  readonly streamIdleTimeoutMs?: number | undefined
  /** What an error shall mean instead: rows that come before those of `bedrockErrorRules`. */
  readonly errorRules?: readonly BedrockErrorRule[] | undefined
  readonly onEvent?: ((event: ResilienceEvent) => void) | undefined
  readonly clock?: Clock | undefined
  /** A source of numbers in [0, 1). Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/**
 * What of a limiter's options is the user's. A call is one with all its attempts and models, a stream to its last event.
 * An `adaptive` limit sees how it ended; of several models that failed, a throttle.
 */
export interface LimiterLayer
  extends Pick<LimiterOptions, 'maxConcurrent' | 'maxQueue' | 'queueTimeoutMs' | 'queue'> {
  /** How much may start in a minute. Default: any amount. */
  readonly rates?: readonly BedrockRate[] | undefined
}

/**
 * What of a circuit breaker's options is the user's. It is one call of `send` at one model that counts, with its retries
 * and their waits; `slowCallMs` times that, a stream to its last event. `openOn` sees what counts as a failure.
 */
export type CircuitBreakerLayer = Pick<
  CircuitBreakerOptions,
  | 'openWhen'
  | 'openOn'
  | 'openForMs'
  | 'openFactor'
  | 'maxOpenForMs'
  | 'openJitter'
  | 'permits'
  | 'successesToClose'
  | 'halfOpenTimeoutMs'
  | 'slowCallMs'
>

/** What of a retry's options is the user's. */
export type RetryLayer = Pick<
  RetryOptions,
  'retries' | 'backoff' | 'maxHintMs' | 'deadlineMs' | 'budget'
>

/** The options with their defaults, so far as they are not the business of a layer of its own. */
export interface Settings extends ResilienceOptions {
  readonly attemptTimeoutMs: number
  readonly streamIdleTimeoutMs: number
  readonly clock: Clock
}

const MILLISECONDS = { min: 1, max: MAX_TIMER_MS }
const RULES: OptionRules<ResilienceOptions> = {
  // The list of models is checked where it is made, and the options of a layer by the layer.
  models: 'any',
  limiter: checkLayer,
  circuitBreaker: checkLayer,
  retry: checkLayer,
  attemptTimeoutMs: MILLISECONDS,
  streamIdleTimeoutMs: MILLISECONDS,
  errorRules: (option, value) => {
    if (!Array.isArray(value)) throw refusal(option, value, 'an array of rules')
  },
  onEvent: 'function',
  clock: checkClock,
  random: 'function',
}

function checkLayer(option: string, value: unknown): void {
  if (value !== false && Object(value) !== value) {
    throw refusal(option, value, 'an object of options, or `false` to switch the layer off')
  }
}

/** @throws RangeError or TypeError that names the option that is wrong. */
export function checkResilienceOptions(options: ResilienceOptions): Settings {
  checkOptions('createResilience', options, RULES)
  return {
    ...options,
    attemptTimeoutMs: options.attemptTimeoutMs ?? 300_000,
    streamIdleTimeoutMs: options.streamIdleTimeoutMs ?? 120_000,
    clock: options.clock ?? systemClock,
  }
}
