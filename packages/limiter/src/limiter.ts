import {
  type Clock,
  checkContext,
  checkFunction,
  checkOptions,
  createPermit,
  factory,
  MAX_TIMER_MS,
  type Operation,
  type Permit,
  systemClock,
  throwIfAborted,
  withMembers,
} from '@holdfast/internal'
import type { CallTerms } from './call-terms.ts'
import { Gate } from './gate.ts'
import type { LimiterContext, Settle, SettleContext } from './limiter-context.ts'
import type { LimiterStats } from './limiter-stats.ts'
import { perform, performWaiting, settleOf } from './perform.ts'
import { checkLimiterOptions, type LimiterChanges, type LimiterOptions } from './settings.ts'
import { WaitingCall } from './waiting-call.ts'

/** Options of `drain` and `shutdown`. */
export interface DrainOptions {
  /** How long to wait at most, in milliseconds. Default: without end. */
  readonly timeoutMs?: number | undefined
}

/** Leave for one call of a limiter. */
export interface LimiterPermit extends Permit {
  readonly settle: Settle
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
   * Waits until nothing runs and nothing waits, and until the callers have seen the results of the last calls. Resolves to
   * `true` then, or to `false` after `timeoutMs` (default: never). New calls are still accepted meanwhile: to stop, use
   * `shutdown`.
   */
  drain(options?: DrainOptions): Promise<boolean>
  /** Stops gracefully: accepts no more calls, lets those that wait and run finish, and resolves as `drain` does. */
  shutdown(options?: DrainOptions): Promise<boolean>
  /** Accepts no more calls and rejects those that wait. Calls that run go on. */
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
export const createLimiter: {
  (
    options: LimiterOptions & { readonly rates: NonNullable<LimiterOptions['rates']> },
  ): Limiter<SettleContext>
  (options?: LimiterOptions): Limiter
} = /* @__PURE__ */ factory('createLimiter', create)

function create(options?: LimiterOptions): Limiter<SettleContext> {
  checkLimiterOptions(options)
  const limiter = new CallLimiter(options ?? {})
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
    this.#gate = new Gate(options)
    this.name = this.#gate.name
    this.#clock = options.clock ?? systemClock
  }

  get active(): number {
    return this.#gate.active
  }

  get queued(): number {
    return this.#gate.room.line.length
  }

  run<T>(
    operation: Operation<T, LimiterContext & SettleContext>,
    given?: LimiterContext,
  ): Promise<T> {
    const gate = this.#gate
    let context: LimiterContext
    let entry: CallTerms | WaitingCall
    try {
      context = checkContext(given)
      throwIfAborted(context.signal)
      checkFunction('operation', operation)
      entry = gate.enter(context)
    } catch (error) {
      return Promise.reject(error)
    }
    if (!(entry instanceof WaitingCall)) return perform(entry, operation, context)
    entry.operation = operation
    // The promise keeps the caller's async context, which the call that makes way does not have.
    return gate.room.wait(entry).then(performWaiting.bind(entry)) as Promise<T>
  }

  async acquire(given?: LimiterContext): Promise<LimiterPermit> {
    const context = checkContext(given)
    throwIfAborted(context.signal)
    const entry = this.#gate.enter(context)
    if (!(entry instanceof WaitingCall)) return this.#permit(entry)
    const verdict = await this.#gate.room.wait(entry)
    if (verdict !== 'started') throw verdict.reason
    if (context.signal?.aborted) {
      this.#gate.cancel(entry.terms)
      throw context.signal.reason
    }
    return this.#permit(entry.terms)
  }

  tryAcquire(context?: LimiterContext): LimiterPermit | undefined {
    const terms = this.#gate.tryEnter(checkContext(context))
    return terms && this.#permit(terms)
  }

  stats(): LimiterStats {
    const { active, limit, paused, closed, zombies, counts, room, rates } = this.#gate
    return {
      active,
      queued: room.line.length,
      limit,
      zombies,
      paused,
      closed,
      started: counts.started,
      successes: counts.success,
      failures: counts.failure,
      ignored: counts.ignore,
      rejected: { ...room.rejected },
      estimatedWaitMs: room.estimate(),
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

  drain(options: DrainOptions = {}): Promise<boolean> {
    checkOptions('drain', options, { timeoutMs: { min: 0 } })
    const { timeoutMs = Infinity } = options
    const gate = this.#gate
    const clock = this.#clock
    return new Promise((resolve) => {
      // Its callers may not have seen their results yet.
      if (gate.isIdle) {
        clock.setTimeout(() => resolve(true), 0)
        return
      }
      const end = (drained: boolean) => {
        gate.idleListeners.delete(onIdle)
        clock.clearTimeout(deadline)
        resolve(drained)
      }
      const onIdle = () => end(true)
      const deadline =
        timeoutMs > MAX_TIMER_MS ? undefined : clock.setTimeout(() => end(false), timeoutMs)
      gate.idleListeners.add(onIdle)
    })
  }

  shutdown(options?: DrainOptions): Promise<boolean> {
    this.#gate.stopTaking()
    return this.drain(options)
  }

  close(): void {
    this.#gate.close()
  }

  #permit(terms: CallTerms): LimiterPermit {
    const permit = createPermit((outcome, error) => this.#gate.end(terms, outcome, error))
    return Object.assign(permit, { settle: settleOf(terms) })
  }
}
