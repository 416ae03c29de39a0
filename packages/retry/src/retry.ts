import {
  addFailure,
  type Context,
  callbackReporter,
  checkContext,
  checkFunction,
  classifyError,
  type ErrorClass,
  emit,
  failuresOf,
  guardCallback,
  isRetryable,
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
import { exponential } from './backoff.ts'
import {
  checkRetryChanges,
  checkRetryOptions,
  type RetryChanges,
  type RetryEndReason,
  type RetryOptions,
} from './options.ts'
import { setRetryInfo } from './retry-info.ts'

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
export function createRetry(options?: RetryOptions): RetryPolicy {
  checkRetryOptions(options)
  const retrier = new Retrier(options ?? {})
  emit(options?.onEvent, { type: 'retry.created', name: retrier.name })
  return withMembers(
    <T>(operation: Operation<T, RetryContext>, context?: Context) =>
      retrier.run(operation, context),
    retrier,
  )
}

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
  return options === undefined ? defaultRetry(operation) : retryWith(options, operation)
}

/** A mistake in the options rejects, like everything else that goes wrong in a call. */
async function retryWith<T>(
  options: RetryOptions & Context,
  operation: Operation<T, RetryContext>,
): Promise<T> {
  const { signal, deadlineAt, ...own } = Object(options)
  checkRetryOptions(Object(options) === options ? own : options)
  return new Retrier(own).run(operation, { signal, deadlineAt })
}

const defaultBackoff = /* @__PURE__ */ exponential()

type Settings = ReturnType<typeof resolveSettings>

/** The settings with their defaults, and callbacks that cannot throw. */
function resolveSettings(options: RetryOptions, report: ReturnType<typeof callbackReporter>) {
  const { budget } = options
  const { begin, withdraw, succeed } = budget ?? {}
  return {
    retries: options.retries ?? 3,
    attemptTimeoutMs: options.attemptTimeoutMs ?? Infinity,
    deadlineMs: options.deadlineMs ?? Infinity,
    maxHintMs: options.maxHintMs ?? 60_000,
    backoff: guardCallback('backoff', options.backoff, defaultBackoff, report),
    retryable: guardCallback('retryable', options.retryable, isRetryable, report),
    retryResult:
      options.retryResult && guardCallback('retryResult', options.retryResult, no, report),
    begin: begin && guardCallback('budget.begin', begin.bind(budget), nothing, report),
    withdraw: withdraw && guardCallback('budget.withdraw', withdraw.bind(budget), yes, report),
    succeed: succeed && guardCallback('budget.succeed', succeed.bind(budget), nothing, report),
  }
}

const yes = () => true
const no = () => false
const nothing = () => {}
/** The global, looked up at each call, as the clock's functions are. */
const systemRandom = () => Math.random()

class Retrier {
  readonly name: string
  #options: RetryOptions
  #settings: Settings
  readonly #random: () => number

  constructor(options: RetryOptions) {
    this.name = options.name ?? 'retry'
    this.#options = options
    this.#settings = resolveSettings(options, this.#report())
    this.#random = guardCallback('random', options.random, systemRandom, this.#report())
  }

  update(changes: RetryChanges): void {
    checkRetryChanges(changes)
    const given = Object.entries(changes).filter(([, value]) => value !== undefined)
    this.#options = { ...this.#options, ...Object.fromEntries(given) }
    this.#settings = resolveSettings(this.#options, this.#report())
  }

  #report() {
    return callbackReporter(this.name, this.#options.onEvent)
  }

  async run<T>(operation: Operation<T, RetryContext>, given?: Context): Promise<T> {
    const settings = this.#settings
    const { name } = this
    const { onEvent, clock = systemClock } = this.#options
    const context = checkContext(given)
    checkFunction('operation', operation)
    const { signal } = context
    throwIfAborted(signal)
    const { deadlineMs } = settings
    const ownDeadlineAt = deadlineMs === Infinity ? Infinity : clock.now() + deadlineMs
    const deadlineAt = Math.min(ownDeadlineAt, context.deadlineAt ?? Infinity)
    let passedOn = deadlineAt === Infinity ? context : { ...context, deadlineAt }
    let failures = failuresOf(context)
    let waitsMs: readonly number[] = []
    let lastClass: ErrorClass = 'timeout'
    let giveUp = (): T => {
      throw new TimeoutError(0, failures)
    }
    settings.begin?.()

    for (let attempt = 1; ; attempt++) {
      throwIfAborted(signal)
      // Before the first attempt, or because a timer fired late.
      if (deadlineAt !== Infinity && clock.now() >= deadlineAt) {
        const ended = { attempts: attempt - 1, errorClass: lastClass, reason: 'deadline' } as const
        emit(onEvent, { type: 'retry.refused', name, ...ended })
        return giveUp()
      }
      let fault: unknown
      try {
        const inner = { ...passedOn, attempt }
        const value = await attemptOnce(settings, operation, inner, ownDeadlineAt, clock, failures)
        if (!settings.retryResult?.(value)) {
          settings.succeed?.(attempt > 1 ? lastClass : undefined)
          if (attempt > 1) emit(onEvent, { type: 'retry.succeeded', name, attempts: attempt })
          return value
        }
        fault = value
        giveUp = () => value
      } catch (error) {
        throwIfAborted(signal)
        failures = addFailure(failures, error)
        setRetryInfo(error, { attempts: attempt, waitsMs })
        if (!settings.retryable(error)) throw error
        fault = error
        giveUp = () => {
          throw error
        }
      }

      const errorClass = classifyError(fault)
      const previousMs = waitsMs.at(-1) ?? 0
      const backoffMs = clampWait(settings.backoff(attempt, fault, previousMs, this.#random))
      const hintMs = serverHintMs(fault) ?? 0
      const waitMs = Math.max(backoffMs, hintMs)
      const tooLate = clock.now() + waitMs >= deadlineAt
      const reason = endReason(settings, attempt, errorClass, hintMs, tooLate)
      if (reason !== undefined) {
        const type = reason === 'retries' ? 'retry.exhausted' : 'retry.refused'
        emit(onEvent, { type, name, attempts: attempt, errorClass, reason })
        return giveUp()
      }
      const hinted = hintMs > backoffMs
      emit(onEvent, { type: 'retry.scheduled', name, attempt, errorClass, waitMs, hinted })
      lastClass = errorClass
      waitsMs = [...waitsMs, waitMs]
      if (failures && failuresOf(passedOn) === undefined)
        passedOn = withFailures(passedOn, failures)
      await sleep(waitMs, signal, clock)
    }
  }
}

/** One attempt, within its own limit and the time left to the call. An outer deadline is enforced by whoever set it. */
function attemptOnce<T>(
  { attemptTimeoutMs }: Settings,
  operation: Operation<T, RetryContext>,
  context: RetryContext,
  ownDeadlineAt: number,
  clock: NonNullable<RetryOptions['clock']>,
  failures: readonly unknown[] | undefined,
): T | PromiseLike<T> {
  if (attemptTimeoutMs === Infinity && ownDeadlineAt === Infinity) {
    return raceAbort(operation(context), context.signal)
  }
  // Rounded up: a timer drops fractions, and would fire before the deadline.
  const leftMs = Math.ceil(ownDeadlineAt - clock.now())
  const limitMs = Math.min(attemptTimeoutMs, leftMs, MAX_TIMER_MS)
  const expired = () => new TimeoutError(limitMs, failures)
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

const defaultRetry = /* @__PURE__ */ createRetry()
