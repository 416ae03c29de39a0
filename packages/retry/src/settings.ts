import {
  callbackReporter,
  checkNumber,
  guardCallback,
  isRetryable,
  type NumberRule,
  silence,
} from '@holdfast/internal'
import { type Backoff, exponential } from './backoff.ts'
import type { RetryOptions } from './options.ts'
import { isRejection } from './rejections.ts'
import type { RetryBudget } from './retry-budget.ts'

/** The settings of a retry policy with their defaults, and callbacks that cannot throw. */
export interface Settings {
  readonly retries: number
  readonly attemptTimeoutMs: number
  readonly deadlineMs: number
  readonly maxHintMs: number
  readonly backoff: Backoff
  readonly random: () => number
  readonly retryable: (error: unknown) => boolean
  readonly retryResult: ((result: unknown) => boolean) | undefined
  readonly begin: RetryBudget['begin'] | undefined
  readonly withdraw: RetryBudget['withdraw'] | undefined
  readonly succeed: RetryBudget['succeed'] | undefined
  /** Whether nothing needs to be done before the first attempt, nor after one that succeeds. */
  readonly isPlain: boolean
}

const defaultBackoff = /* @__PURE__ */ exponential()
/** The global, looked up at each call, as the clock's functions are. */
const systemRandom = () => Math.random()

export function resolveSettings(name: string, options: RetryOptions): Settings {
  const report = callbackReporter(name, options.onEvent)
  const { budget, attemptTimeoutMs = Infinity, deadlineMs = Infinity } = options
  const { begin, withdraw, succeed } = budget ?? {}
  const retryable = guardCallback('retryable', options.retryable, isRetryable, report)
  return {
    retries: options.retries ?? 3,
    attemptTimeoutMs,
    deadlineMs,
    maxHintMs: options.maxHintMs ?? 60_000,
    backoff: guardCallback(
      'backoff',
      numeric('backoff', options.backoff, { min: -Number.MAX_VALUE }),
      defaultBackoff,
      report,
    ),
    random: guardCallback(
      'random',
      numeric('random', options.random, { min: 0, max: 1 }),
      systemRandom,
      report,
    ),
    retryable: options.retryRejections
      ? (error: unknown) => isRejection(error) || retryable(error)
      : retryable,
    retryResult:
      options.retryResult && guardCallback('retryResult', options.retryResult, no, report),
    begin: begin && guardCallback('budget.begin', begin.bind(budget), nothing, report),
    withdraw: withdraw && guardCallback('budget.withdraw', withdraw.bind(budget), yes, report),
    succeed: succeed && guardCallback('budget.succeed', succeed.bind(budget), nothing, report),
    isPlain:
      attemptTimeoutMs === Infinity &&
      deadlineMs === Infinity &&
      budget === undefined &&
      options.retryResult === undefined,
  }
}

const yes = () => true
const no = () => false
const nothing = () => {}

/** A callback that throws when its result is no number that the rule allows, so that its guard reports that. */
function numeric<F extends (...args: never[]) => number>(
  option: string,
  callback: F | undefined,
  rule: NumberRule,
): F | undefined {
  const checked = (...args: Parameters<F>) => {
    const result = callback?.(...args)
    // The guard reports a promise in words of its own.
    return silence(result) ? result : checkNumber(option, result, rule)
  }
  return callback && (checked as F)
}
