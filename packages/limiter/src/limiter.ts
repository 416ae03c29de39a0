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
import type { CallTerms } from './call-terms.ts'
import { Gate } from './gate.ts'
import type { LimiterContext, Settle, SettleContext } from './limiter-context.ts'
import type { LimiterStats } from './limiter-stats.ts'
import { perform, performWaiting, settleOf } from './perform.ts'
import type { LimiterChanges, LimiterOptions } from './settings.ts'
import { WaitingCall } from './waiting-call.ts'

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
    return this.#gate.room.line.length
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
    return gate.room.wait(entry).then(performWaiting.bind(entry)) as Promise<T>
  }

  async acquire(context: LimiterContext = NO_CONTEXT): Promise<LimiterPermit> {
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

  tryAcquire(context: LimiterContext = NO_CONTEXT): LimiterPermit | undefined {
    const terms = this.#gate.tryEnter(context)
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

  drain({
    timeoutMs = Infinity,
  }: {
    readonly timeoutMs?: number | undefined
  } = {}): Promise<boolean> {
    checkNumber('timeoutMs', timeoutMs, { min: 0 })
    const { idleListeners } = this.#gate
    if (this.active === 0 && this.queued === 0) return Promise.resolve(true)
    return new Promise((resolve) => {
      const end = (drained: boolean) => {
        idleListeners.delete(onIdle)
        this.#clock.clearTimeout(deadline)
        resolve(drained)
      }
      const onIdle = () => end(true)
      const deadline =
        timeoutMs > MAX_TIMER_MS ? undefined : this.#clock.setTimeout(() => end(false), timeoutMs)
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
