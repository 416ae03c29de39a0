import {
  type CallbackFailedEvent,
  type Clock,
  type Context,
  checkClock,
  checkCreated,
  checkFunction,
  checkOptions,
  type ErrorClass,
  MAX_TIMER_MS,
  type OptionRules,
} from '@holdfast/internal'
import type { Backoff } from './backoff.ts'
import type { RetryBudget } from './retry-budget.ts'

/** What `update` of a retry policy takes. */
export interface RetryChanges {
  /** How many attempts may follow the first. Default 3. With 0 there is only one attempt. */
  readonly retries?: number | undefined
  /** The wait after a failed attempt. Default `exponential()`: 1 s, 2 s, 4 s, ±20 %. */
  readonly backoff?: Backoff | undefined
  /** Whether an error is worth another attempt. Default `isRetryable`. */
  readonly retryable?: ((error: unknown) => boolean) | undefined
  /**
   * Whether to wait and try again when a circuit breaker, or the queue of a limiter, inside the retry rejects the call.
   * Default false: the call fails at once.
   */
  readonly retryRejections?: boolean | undefined
  /**
   * Whether a result is worth another attempt. If the attempts run out, the call resolves to the last result. Default: no
   * result is.
   */
  readonly retryResult?: ((result: unknown) => boolean) | undefined
  /**
   * How long one attempt may take, in milliseconds. Then its signal aborts, and the attempt fails with a `TimeoutError`.
   * Default: no limit.
   */
  readonly attemptTimeoutMs?: number | undefined
  /**
   * How long the whole call may take, in milliseconds. The policy cuts an attempt off there with a `TimeoutError`. If the
   * next wait would end later, the call ends at once with the last error. A `deadlineAt` in the context limits the waits
   * in the same way, and the policy that set it cuts the attempts off. Default: no limit.
   */
  readonly deadlineMs?: number | undefined
  /**
   * The longest wait that a server may ask for, in milliseconds. The wait is the longer of backoff and hint. If the hint is
   * longer than this, the call ends at once with the error. Default 60 000.
   */
  readonly maxHintMs?: number | undefined
  /** Limits the retries of all calls and policies that share it; see `createRetryBudget`. Default: no limit. */
  readonly budget?: RetryBudget | undefined
}

/** Options of `createRetry`. Validated at creation. */
export interface RetryOptions extends RetryChanges {
  /** Identifies the policy in events. Default `retry`. */
  readonly name?: string | undefined
  /** Called for every event. What it throws, or rejects with, is ignored. */
  readonly onEvent?: ((event: RetryEvent) => void) | undefined
  /** The source of time, for tests. Default: the globals. */
  readonly clock?: Clock | undefined
  /** A source of numbers in [0, 1), for tests. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** What a retry policy reports to `onEvent`. */
export type RetryEvent =
  | {
      /** The policy exists. Metrics show its counters as 0 from here on. */
      readonly type: 'retry.created'
      readonly name: string
    }
  | {
      /** An attempt failed, and another one follows after the wait. */
      readonly type: 'retry.scheduled'
      readonly name: string
      /** The attempt that failed, from 1. */
      readonly attempt: number
      readonly errorClass: ErrorClass
      readonly waitMs: number
      /** Whether the server asked for this wait, rather than the backoff. */
      readonly hinted: boolean
    }
  | {
      /** The call succeeded after at least one retry. */
      readonly type: 'retry.succeeded'
      readonly name: string
      readonly attempts: number
    }
  | {
      /**
       * The call ends with its last error. `exhausted`: no attempts left. `refused`: an attempt was left, but the server's
       * hint, the deadline, or the budget ruled it out.
       */
      readonly type: 'retry.exhausted' | 'retry.refused'
      readonly name: string
      readonly attempts: number
      readonly errorClass: ErrorClass
      readonly reason: RetryEndReason
      /** The wait that would have come next, in milliseconds. */
      readonly waitMs: number
      /** Whether the server asked for this wait, rather than the backoff. */
      readonly hinted: boolean
    }
  | CallbackFailedEvent

/** Why no further attempt is made. */
export type RetryEndReason = 'retries' | 'hint' | 'deadline' | 'budget'

const CHANGE_RULES: OptionRules<RetryChanges> = {
  retries: { min: 0, integer: true },
  backoff: checkCreated,
  retryable: 'function',
  retryRejections: 'boolean',
  retryResult: 'function',
  attemptTimeoutMs: { min: 0 },
  deadlineMs: { min: 0 },
  maxHintMs: { min: 0, max: MAX_TIMER_MS },
  budget: (option, value) => {
    for (const method of ['withdraw', 'begin', 'succeed'] as const) {
      checkFunction(`${option}.${method}`, (value as RetryBudget | null)?.[method])
    }
  },
}

const RULES: OptionRules<RetryOptions> = {
  ...CHANGE_RULES,
  name: 'string',
  onEvent: 'function',
  clock: checkClock,
  random: 'function',
}

const CALL_RULES: OptionRules<RetryOptions & Context> = {
  ...RULES,
  // Checked with the context of the call.
  signal: 'any',
  deadlineAt: 'any',
}

/** @throws RangeError or TypeError that names the option that is wrong. */
export function checkRetryOptions(options: RetryOptions | undefined): void {
  checkOptions('createRetry', options, RULES)
}

/** As {@link checkRetryOptions}, of a single call. */
export function checkCallOptions(options: RetryOptions & Context): void {
  checkOptions('retry', options, CALL_RULES)
}

/** @throws RangeError or TypeError that names the setting that is wrong. */
export function checkRetryChanges(changes: RetryChanges): void {
  checkOptions('update', changes, CHANGE_RULES)
}
