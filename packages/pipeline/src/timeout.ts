import {
  type CallbackFailedEvent,
  type Clock,
  type Context,
  checkClock,
  checkContext,
  checkFunction,
  checkNumber,
  checkOptions,
  deadlinePassed,
  emit,
  factory,
  failuresOf,
  MAX_TIMER_MS,
  type Operation,
  type OptionRules,
  type Policy,
  runWithTimeout,
  systemClock,
  TimeoutError,
  throwIfAborted,
  withFailures,
  withMembers,
} from '@holdfast/internal'

/** What `update` of a timeout takes. */
export interface TimeoutChanges {
  /** How long the operation may take, in milliseconds, from 0 to 2³¹−1. */
  readonly ms?: number | undefined
}

/** Options of {@link timeout}. Validated at creation. */
export interface TimeoutOptions {
  /** How long the operation may take, in milliseconds, from 0 to 2³¹−1. Required. */
  readonly ms: number
  /** Identifies the policy in events. Default `timeout`. */
  readonly name?: string | undefined
  /** Called for every event. What it throws, or rejects with, is ignored. */
  readonly onEvent?: ((event: TimeoutEvent) => void) | undefined
  /** The source of time, for tests. Default: the globals. */
  readonly clock?: Clock | undefined
}

/** What an operation under a timeout receives. */
export interface TimeoutContext extends Context {
  /** Aborts when the time is up, or when the caller aborts. */
  readonly signal: AbortSignal
}

/** What a timeout reports to `onEvent`. */
export type TimeoutEvent =
  | {
      /** The policy exists. Metrics show its counter as 0 from here on. */
      readonly type: 'timeout.created'
      readonly name: string
    }
  | {
      /** The time was up before the operation ended. */
      readonly type: 'timeout.expired'
      readonly name: string
      readonly timeoutMs: number
    }
  | CallbackFailedEvent

/** A policy that limits how long an operation may take. */
export interface TimeoutPolicy extends Policy<TimeoutContext> {
  readonly name: string
  /**
   * Changes the limit for the calls that start from now on.
   * @throws RangeError or TypeError that names what is wrong; nothing changes then.
   */
  update(changes: TimeoutChanges): void
}

const MILLISECONDS = { min: 0, max: MAX_TIMER_MS }
const RULES: OptionRules<TimeoutOptions> = {
  ms: MILLISECONDS,
  name: 'string',
  onEvent: 'function',
  clock: checkClock,
}

/**
 * Gives the operation a signal that aborts after `ms`, and rejects on time with {@link TimeoutError} even if the operation
 * ignores it. The error's `cause` is what last failed in the call before, for example the last attempt of a retry inside.
 *
 * @throws RangeError or TypeError that names the option that is wrong.
 *
 * @example
 * const answer = await timeout({ ms: 5_000 })(({ signal }) => fetch(url, { signal }))
 */
export const timeout: (options: TimeoutOptions) => TimeoutPolicy = /* @__PURE__ */ factory(
  'timeout',
  createTimeout,
)

function createTimeout(options: TimeoutOptions = {} as TimeoutOptions): TimeoutPolicy {
  checkOptions('timeout', options, RULES)
  const limit = new TimeLimit(options)
  emit(options.onEvent, { type: 'timeout.created', name: limit.name })
  return withMembers(
    <T>(operation: Operation<T, TimeoutContext>, context?: Context) =>
      limit.run(operation, context),
    limit,
  )
}

class TimeLimit {
  readonly name: string
  #ms: number
  readonly #options: TimeoutOptions

  constructor(options: TimeoutOptions) {
    this.name = options.name ?? 'timeout'
    this.#ms = checkNumber('ms', options.ms, MILLISECONDS)
    this.#options = options
  }

  update(changes: TimeoutChanges): void {
    checkOptions('update', changes, { ms: MILLISECONDS })
    this.#ms = changes.ms ?? this.#ms
  }

  async run<T>(operation: Operation<T, TimeoutContext>, given?: Context): Promise<T> {
    const context = checkContext(given)
    throwIfAborted(context.signal)
    checkFunction('operation', operation)
    const { onEvent, clock = systemClock } = this.#options
    const ms = this.#ms
    const now = clock.now()
    const failures = failuresOf(context) ?? []
    const { deadlineAt = Infinity } = context
    if (deadlineAt <= now) throw deadlinePassed(deadlineAt, now, failures)
    const inner = { deadlineAt, ...withFailures(context, failures) }
    inner.deadlineAt = Math.min(now + ms, deadlineAt)
    return runWithTimeout(operation, inner, ms, clock, () => {
      emit(onEvent, { type: 'timeout.expired', name: this.name, timeoutMs: ms })
      return new TimeoutError(ms, failures)
    })
  }
}
