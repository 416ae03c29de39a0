import {
  addFailure,
  type Context,
  callOperation,
  checkContext,
  checkFunction,
  classifyError,
  deadlinePassed,
  type ErrorClass,
  emit,
  factory,
  failuresOf,
  MAX_TIMER_MS,
  type Operation,
  type Policy,
  raceAbort,
  runWithTimeout,
  serverHintMs,
  sleep,
  systemClock,
  TimeoutError,
  throwIfAborted,
  withFailures,
  withMembers,
} from '@holdfast/internal'
import {
  checkCallOptions,
  checkRetryChanges,
  checkRetryOptions,
  type RetryChanges,
  type RetryEndReason,
  type RetryOptions,
} from './options.ts'
import { type RetryInfo, setRetryInfo } from './retry-info.ts'
import { resolveSettings, type Settings } from './settings.ts'

/** What an operation under retry receives. */
export interface RetryContext extends Context {
  /** Which attempt this is, from 1. */
  readonly attempt: number
}

/** Runs an operation, and runs it again when it fails in a way that may pass. */
export interface RetryPolicy extends Policy<RetryContext> {
  readonly name: string
  /**
   * Changes settings for the calls that start from now on. Settings that are not named stay.
   * @throws RangeError or TypeError that names the setting that is wrong; nothing changes then.
   */
  update(changes: RetryChanges): void
}

/**
 * Creates a retry policy, which any number of calls can share.
 *
 * The error that ends a call is the operation's own, the same object; `getRetryInfo(error)` says how the call went.
 *
 * @throws RangeError or TypeError that names the option that is wrong.
 *
 * @example
 * const policy = createRetry({ retries: 2 })
 * const answer = await policy(({ signal }) => fetch(url, { signal }))
 */
export const createRetry: (options?: RetryOptions) => RetryPolicy = /* @__PURE__ */ factory(
  'createRetry',
  (options) => {
    checkRetryOptions(options)
    const retrier = new Retrier(options ?? {})
    emit(options?.onEvent, { type: 'retry.created', name: retrier.name })
    return withMembers(
      <T>(operation: Operation<T, RetryContext>, context?: Context) =>
        retrier.run(operation, context),
      retrier,
    )
  },
)

/**
 * Runs `operation` until it succeeds or no further attempt is worth making: {@link createRetry} for a single call.
 *
 * @example
 * const answer = await retry(({ signal }) => fetch(url, { signal }), { retries: 2, signal })
 */
export function retry<T>(
  operation: Operation<T, RetryContext>,
  options?: RetryOptions & Context,
): Promise<T> {
  return options === undefined ? defaultRetry.run(operation) : retryWith(options, operation)
}

/** A mistake in the options rejects, like everything else that goes wrong in a call. */
async function retryWith<T>(
  options: RetryOptions & Context,
  operation: Operation<T, RetryContext>,
): Promise<T> {
  checkCallOptions(options)
  const { signal, deadlineAt } = options
  return new Retrier(options).run(operation, { signal, deadlineAt })
}

/** What is behind the function that is the policy. */
class Retrier {
  readonly name: string
  #options: RetryOptions
  #settings: Settings

  constructor(options: RetryOptions) {
    this.name = options.name ?? 'retry'
    this.#options = options
    this.#settings = resolveSettings(this.name, options)
  }

  update(changes: RetryChanges): void {
    checkRetryChanges(changes)
    const given = Object.entries(changes).filter(([, value]) => value !== undefined)
    this.#options = { ...this.#options, ...Object.fromEntries(given) }
    this.#settings = resolveSettings(this.name, this.#options)
  }

  run<T>(operation: Operation<T, RetryContext>, given?: Context): Promise<T> {
    const settings = this.#settings
    let context: Context
    try {
      context = checkContext(given)
      checkFunction('operation', operation)
      throwIfAborted(context.signal)
    } catch (error) {
      return Promise.reject(error)
    }
    const { signal, deadlineAt } = context
    if (!settings.isPlain || deadlineAt !== undefined) {
      return this.#attempt(settings, operation, context)
    }
    // Most calls need no more than this.
    const first = callOperation(operation, withAttempt(context, 1))
    return raceAbort(first, signal, () => this.#attempt(settings, operation, context, first))
  }

  /** @param first - The first attempt, if it has been made. */
  async #attempt<T>(
    settings: Settings,
    operation: Operation<T, RetryContext>,
    given: Context,
    first?: Promise<T>,
  ): Promise<T> {
    const { name } = this
    const { onEvent, clock = systemClock } = this.#options
    const { deadlineMs } = settings
    const { signal } = given
    const ownDeadlineAt = deadlineMs === Infinity ? Infinity : clock.now() + deadlineMs
    const deadlineAt = Math.min(ownDeadlineAt, given.deadlineAt ?? Infinity)
    const failures = failuresOf(given) ?? []
    const context = withFailures(
      deadlineAt === Infinity ? given : { ...given, deadlineAt },
      failures,
    )
    let waitsMs: readonly number[] = []
    let lastClass: ErrorClass = 'timeout'
    let giveUp = (): T => {
      throw deadlinePassed(deadlineAt, clock.now(), failures)
    }
    settings.begin?.()

    for (let attempt = 1; ; attempt++) {
      throwIfAborted(signal)
      // Before the first attempt, or because a timer fired late.
      if (deadlineAt !== Infinity && clock.now() >= deadlineAt) {
        const end = { attempts: attempt - 1, errorClass: lastClass, reason: 'deadline' } as const
        emit(onEvent, { type: 'retry.refused', name, ...end, waitMs: 0, hinted: false })
        return giveUp()
      }
      let fault: unknown
      let info: RetryInfo = { attempts: attempt, waitsMs }
      try {
        const value = await (attempt === 1 && first
          ? first
          : attemptOnce(
              settings,
              operation,
              withAttempt(context, attempt),
              ownDeadlineAt,
              clock,
              failures,
            ))
        if (!settings.retryResult?.(value)) {
          settings.succeed?.(attempt > 1 ? lastClass : undefined)
          if (attempt > 1) emit(onEvent, { type: 'retry.succeeded', name, attempts: attempt })
          return value
        }
        fault = value
        giveUp = () => value
      } catch (error) {
        throwIfAborted(signal)
        addFailure(failures, error)
        setRetryInfo(error, info)
        if (!settings.retryable(error)) throw error
        fault = error
        giveUp = () => {
          setRetryInfo(error, info)
          throw error
        }
      }

      const errorClass = classifyError(fault)
      const previousMs = waitsMs.at(-1) ?? 0
      const backoffMs = clampWait(settings.backoff(attempt, fault, previousMs, settings.random))
      const hintMs = serverHintMs(fault) ?? 0
      const waitMs = Math.max(backoffMs, hintMs)
      const hinted = hintMs > backoffMs
      const tooLate = clock.now() + waitMs >= deadlineAt
      const reason = endReason(settings, attempt, errorClass, hintMs, tooLate)
      if (reason !== undefined) {
        const type = reason === 'retries' ? 'retry.exhausted' : 'retry.refused'
        const end = { attempts: attempt, errorClass, reason, waitMs, hinted }
        emit(onEvent, { type, name, ...end })
        info = { ...info, reason }
        return giveUp()
      }
      emit(onEvent, { type: 'retry.scheduled', name, attempt, errorClass, waitMs, hinted })
      lastClass = errorClass
      waitsMs = [...waitsMs, waitMs]
      await sleep(waitMs, signal, clock)
    }
  }
}

/** The field comes first, since V8 takes twenty times as long to add one to an object that it has just copied. */
function withAttempt(context: Context, attempt: number): RetryContext {
  const inner = { attempt, ...context }
  inner.attempt = attempt
  return inner
}

/** One attempt, within its own limit and the time left to the call. An outer deadline is enforced by whoever set it. */
function attemptOnce<T>(
  { attemptTimeoutMs, deadlineMs }: Settings,
  operation: Operation<T, RetryContext>,
  context: RetryContext,
  ownDeadlineAt: number,
  clock: NonNullable<RetryOptions['clock']>,
  failures: readonly unknown[],
): T | PromiseLike<T> {
  if (attemptTimeoutMs === Infinity && ownDeadlineAt === Infinity) {
    return raceAbort(operation(context), context.signal)
  }
  // Rounded up: a timer drops fractions, and would fire before the deadline.
  const leftMs = Math.ceil(ownDeadlineAt - clock.now())
  const limitMs = Math.min(attemptTimeoutMs, leftMs, MAX_TIMER_MS)
  const namedMs = limitMs === leftMs ? deadlineMs : limitMs
  const expired = () => new TimeoutError(namedMs, failures)
  return runWithTimeout(operation, context, limitMs, clock, expired)
}

/** Why there is no retry, if there is none. The budget comes last: a retry that it pays for is made. */
function endReason(
  { retries, maxHintMs, withdraw }: Settings,
  attempt: number,
  errorClass: ErrorClass,
  hintMs: number,
  tooLate: boolean,
): RetryEndReason | undefined {
  if (attempt > retries) return 'retries'
  if (hintMs > maxHintMs) return 'hint'
  if (tooLate) return 'deadline'
  return withdraw === undefined || withdraw(errorClass) ? undefined : 'budget'
}

/** Clamps a custom backoff to the range that timers accept: 0 to 2³¹−1 ms. */
function clampWait(ms: number): number {
  return ms > 0 ? Math.min(ms, MAX_TIMER_MS) : 0
}

const defaultRetry = /* @__PURE__ */ new Retrier({})
