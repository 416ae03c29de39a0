import {
  type Clock,
  checkBooleans,
  checkFunction,
  checkFunctions,
  checkName,
  checkNumber,
  createPermit,
  MAX_TIMER_MS,
  NO_CONTEXT,
  type Operation,
  type Permit,
  systemClock,
  throwIfAborted,
  withMembers,
} from '@holdfast/internal'
import type { RejectionReason } from './events.ts'
import { type CallTerms, Gate, WaitingCall } from './gate.ts'
import type { LimiterContext, Settle, SettleContext } from './limiter-context.ts'
import { perform, performWaiting, settleOf } from './perform.ts'
import type { RateStats } from './rates.ts'
import type { LimiterChanges, LimiterOptions } from './settings.ts'

/** Leave for one call of a limiter. */
export interface LimiterPermit extends Permit {
  readonly settle: Settle
}

/** How a limiter stands, and what it has seen since it was made. */
export interface LimiterStats {
  readonly active: number
  readonly queued: number
  /** How much may run at once now; 0 while it is paused. */
  readonly limit: number
  /** Calls that have been aborted, and whose work goes on. */
  readonly zombies: number
  readonly paused: boolean
  readonly closed: boolean
  readonly started: number
  /** How those that have ended did. */
  readonly successes: number
  readonly failures: number
  readonly ignored: number
  /** Calls that were not made, by reason. */
  readonly rejected: Readonly<Record<RejectionReason, number>>
  /** When a call that came now would start, in milliseconds, from how fast the queue has moved, if it has. */
  readonly estimatedWaitMs: number | undefined
  readonly rates: Readonly<Record<string, RateStats>>
}

/**
 * A policy that runs so many at once, lets so many wait, and rejects the rest.
 *
 * @typeParam C - What the operation's context has besides: `settle`, of a limiter with rates.
 */
export interface Limiter<C = unknown> {
  <T>(operation: Operation<T, LimiterContext & C>, context?: LimiterContext): Promise<T>
  readonly name: string
  /** How much of the limit is in use: the sum of the costs of the calls that run. */
  readonly active: number
  /** How many calls wait for a slot. */
  readonly queued: number
  /**
   * The two-step form: leave for one call, to be settled exactly once. Waits in the queue for it.
   * Rejects with `QueueFullError`, `QueueTimeoutError`, `LimiterClosedError`, or the signal's reason.
   */
  acquire(context?: LimiterContext): Promise<LimiterPermit>
  /** A permit if the call can start at once, else `undefined`. */
  tryAcquire(context?: LimiterContext): LimiterPermit | undefined
  stats(): LimiterStats
  /** Changes settings at once, also for those who wait. What is not named stays. */
  update(changes: LimiterChanges): void
  /** Starts nothing until `resume()`. Calls still join the queue, and leave it when their time is up. */
  pause(): void
  resume(): void
  /**
   * Resolves `true` when nothing runs and nothing waits, or `false` after `timeoutMs` (default: never).
   * New calls are still taken: close the door first, or `close()`.
   */
  drain(options?: { readonly timeoutMs?: number | undefined }): Promise<boolean>
  /** Takes no more calls and rejects those that wait; those that run end as they will. */
  close(): void
}

/**
 * Makes a limiter. A slot that comes free goes straight to the call that is next.
 *
 * In the policy form the slot is held until the operation really settles: an aborted call rejects at once, but
 * work that goes on regardless still counts.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createLimiter(
  options: LimiterOptions & { readonly rates: NonNullable<LimiterOptions['rates']> },
): Limiter<SettleContext>
export function createLimiter(options?: LimiterOptions): Limiter
export function createLimiter(options: LimiterOptions = {}): Limiter<SettleContext> {
  const limiter = new CallLimiter(options)
  return withMembers(
    <T>(operation: Operation<T, LimiterContext & SettleContext>, context?: LimiterContext) =>
      limiter.run(operation, context),
    limiter,
  )
}

/** What stands behind the function that is the policy. */
class CallLimiter {
  readonly name: string
  readonly #gate: Gate
  readonly #clock: Clock

  constructor(options: LimiterOptions) {
    checkName(options.name)
    checkFunctions(options, 'onEvent')
    checkBooleans(options, 'rejectUnmeetable', 'releaseOnAbort')
    if (options.queue !== undefined) checkFunction('queue.createQueue', options.queue?.createQueue)
    this.#gate = new Gate(options)
    this.name = this.#gate.name
    this.#clock = options.clock ?? systemClock
  }

  get active(): number {
    return this.#gate.active
  }

  get queued(): number {
    return this.#gate.line.length
  }

  run<T>(
    operation: Operation<T, LimiterContext & SettleContext>,
    context: LimiterContext = NO_CONTEXT,
  ): Promise<T> {
    const gate = this.#gate
    let entry: CallTerms | WaitingCall
    try {
      throwIfAborted(context.signal)
      checkFunction('operation', operation)
      entry = gate.enter(context)
    } catch (error) {
      return Promise.reject(error)
    }
    if (!(entry instanceof WaitingCall)) return perform(entry, operation, context)
    entry.operation = operation
    // The promise keeps the caller's async context, which the call that makes way does not have.
    return gate.wait(entry).then(performWaiting.bind(entry)) as Promise<T>
  }

  async acquire(context: LimiterContext = NO_CONTEXT): Promise<LimiterPermit> {
    throwIfAborted(context.signal)
    const entry = this.#gate.enter(context)
    if (!(entry instanceof WaitingCall)) return this.#permit(entry)
    const verdict = await this.#gate.wait(entry)
    if (verdict !== 'started') throw verdict.reason
    if (context.signal?.aborted) {
      this.#gate.cancel(entry.terms)
      throw context.signal.reason
    }
    return this.#permit(entry.terms)
  }

  tryAcquire(context: LimiterContext = NO_CONTEXT): LimiterPermit | undefined {
    const terms = this.#gate.tryEnter(context)
    return terms && this.#permit(terms)
  }

  stats(): LimiterStats {
    const { active, line, limit, paused, closed, zombies, counts, rejected, rates } = this.#gate
    return {
      active,
      queued: line.length,
      limit,
      zombies,
      paused,
      closed,
      started: counts.started,
      successes: counts.success,
      failures: counts.failure,
      ignored: counts.ignore,
      rejected: { ...rejected },
      estimatedWaitMs: this.#gate.estimate(),
      rates: rates?.stats() ?? {},
    }
  }

  update(changes: LimiterChanges): void {
    this.#gate.update(changes)
  }

  pause(): void {
    this.#gate.pause(true)
  }

  resume(): void {
    this.#gate.pause(false)
  }

  drain({ timeoutMs }: { readonly timeoutMs?: number | undefined } = {}): Promise<boolean> {
    if (timeoutMs !== undefined) checkNumber('timeoutMs', timeoutMs, { min: 0 })
    const { active, line, idleListeners } = this.#gate
    if (active === 0 && line.length === 0) return Promise.resolve(true)
    return new Promise((resolve) => {
      const end = (drained: boolean) => {
        idleListeners.delete(onIdle)
        this.#clock.clearTimeout(deadline)
        resolve(drained)
      }
      const onIdle = () => end(true)
      const deadline =
        timeoutMs === undefined || timeoutMs > MAX_TIMER_MS
          ? undefined
          : this.#clock.setTimeout(() => end(false), timeoutMs)
      idleListeners.add(onIdle)
    })
  }

  close(): void {
    this.#gate.close()
  }

  #permit(terms: CallTerms): LimiterPermit {
    const permit = createPermit((outcome, error) => this.#gate.end(terms, outcome, error))
    return Object.assign(permit, { settle: settleOf(terms) })
  }
}
