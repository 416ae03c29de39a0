import {
  type Clock,
  type Context,
  checkFunctions,
  checkNumber,
  createPermit,
  emit,
  MAX_TIMER_MS,
  type Operation,
  type Outcome,
  type Permit,
  type Policy,
  raceAbort,
  systemClock,
  throwIfAborted,
  whenAborted,
  withMembers,
} from '@holdfast/internal'
import { LimiterClosedError, QueueFullError, QueueTimeoutError } from './errors.ts'
import { createWaitingLine } from './waiting-line.ts'

/** What can be changed on a running limiter with `update`. */
export interface LimiterSettings {
  /** How many calls may run at once. Default 5; 0 pauses. */
  readonly maxConcurrent?: number | undefined
  /** How many calls may wait for a permit. Default 20; 0 rejects at once what cannot run at once. */
  readonly maxQueue?: number | undefined
  /** How long a call may wait for a permit, in milliseconds. Default 30 000. */
  readonly queueTimeoutMs?: number | undefined
}

/** Options of {@link createLimiter}. Validated at creation. */
export interface LimiterOptions extends LimiterSettings {
  /** Goes into every event and error. Default `limiter`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: LimiterEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** What a limiter tells its observer. */
export type LimiterEvent =
  | { readonly type: 'limiter.queued'; readonly name: string; readonly queued: number }
  | { readonly type: 'limiter.started'; readonly name: string; readonly waitMs: number }
  | {
      readonly type: 'limiter.rejected'
      readonly name: string
      readonly reason: 'full' | 'timeout' | 'closed' | 'aborted'
    }
  | { readonly type: 'limiter.settled'; readonly name: string; readonly outcome: Outcome }

/** A policy that runs so many at once, lets so many wait, and rejects the rest. */
export interface Limiter extends Policy {
  readonly name: string
  /** How many permits are out. */
  readonly active: number
  /** How many calls wait for one. */
  readonly queued: number
  /**
   * The two-step form: leave for one call, to be settled exactly once. Waits in the queue for it.
   * Rejects with {@link QueueFullError}, {@link QueueTimeoutError}, {@link LimiterClosedError}, or the signal's reason.
   */
  acquire(context?: Context): Promise<Permit>
  /** A permit if one is free and nobody waits for it, else `undefined`. */
  tryAcquire(): Permit | undefined
  /** Changes settings at once, also for those who wait. What is not named stays. */
  update(settings: LimiterSettings): void
  /**
   * Resolves `true` when nothing runs and nothing waits, or `false` after `timeoutMs` (default: never).
   * New calls are still taken: close the door first, or `close()`.
   */
  drain(options?: { readonly timeoutMs?: number | undefined }): Promise<boolean>
  /** Takes no more calls and rejects those that wait; those that run end as they will. */
  close(): void
}

interface Waiter {
  readonly since: number
  readonly grant: (permit: Permit) => void
  readonly refuse: (error: unknown) => void
}

/**
 * Makes a limiter. A permit that comes free goes straight to the call that has waited longest.
 *
 * In the policy form the permit is held until the operation really settles: an aborted call rejects at once, but
 * work that goes on regardless still counts.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createLimiter(options: LimiterOptions = {}): Limiter {
  checkFunctions(options, 'onEvent')
  const { name = 'limiter', onEvent, clock = systemClock } = options
  let settings = checkSettings(options, { maxConcurrent: 5, maxQueue: 20, queueTimeoutMs: 30_000 })
  const line = createWaitingLine<Waiter>()
  const idleListeners = new Set<() => void>()
  let active = 0
  let closed = false
  // All wait equally long, so that the first in line is the first to time out: one timer is enough.
  let timer: unknown

  function reject(reason: 'full' | 'timeout' | 'closed' | 'aborted', error: unknown): unknown {
    emit(onEvent, { type: 'limiter.rejected', name, reason })
    return error
  }

  /** Counts one more call as active. */
  function start(waitMs: number): Permit {
    active++
    if (onEvent) emit(onEvent, { type: 'limiter.started', name, waitMs })
    return createPermit((outcome) => {
      active--
      if (onEvent) emit(onEvent, { type: 'limiter.settled', name, outcome })
      admit()
    })
  }

  /** Hands free permits to those who wait, and looks after the timer and those who wait for the end. */
  function admit(): void {
    while (active < settings.maxConcurrent) {
      const waiter = line.shift()
      if (waiter === undefined) break
      waiter.grant(start(clock.now() - waiter.since))
    }
    armTimer()
    if (active === 0 && line.length === 0) for (const tell of idleListeners) tell()
  }

  /** A timer that is set already may be for a place that has moved up since: `expire` then sets the next. */
  function armTimer(): void {
    const first = line.head
    if (first === undefined) disarmTimer()
    else if (timer === undefined && settings.queueTimeoutMs !== Number.POSITIVE_INFINITY) {
      const dueInMs = first.since + settings.queueTimeoutMs - clock.now()
      timer = clock.setTimeout(expire, Math.min(Math.max(dueInMs, 0), MAX_TIMER_MS))
    }
  }

  function disarmTimer(): void {
    if (timer !== undefined) clock.clearTimeout(timer)
    timer = undefined
  }

  function expire(): void {
    timer = undefined
    const { queueTimeoutMs } = settings
    // A timer may fire early, by less than a millisecond.
    const now = clock.now() + 1
    while (line.head !== undefined && now > line.head.since + queueTimeoutMs) {
      line.shift()?.refuse(reject('timeout', new QueueTimeoutError(name, queueTimeoutMs)))
    }
    admit()
  }

  function tryAcquire(): Permit | undefined {
    const free = !closed && active < settings.maxConcurrent && line.length === 0
    return free ? start(0) : undefined
  }

  async function acquire(context: Context = {}): Promise<Permit> {
    const { signal } = context
    throwIfAborted(signal)
    if (closed) throw reject('closed', new LimiterClosedError(name))
    const permit = tryAcquire()
    if (permit) return permit
    if (line.length >= settings.maxQueue) {
      throw reject('full', new QueueFullError(name, settings.maxQueue))
    }
    return wait(signal)
  }

  function wait(signal: AbortSignal | undefined): Promise<Permit> {
    return new Promise<Permit>((resolve, refuse) => {
      const place = line.join({
        since: clock.now(),
        grant(permit) {
          callOff()
          resolve(permit)
        },
        refuse(error) {
          callOff()
          refuse(error)
        },
      })
      const callOff = whenAborted(signal, () => {
        line.leave(place)
        refuse(reject('aborted', signal?.reason))
        admit()
      })
      armTimer()
      emit(onEvent, { type: 'limiter.queued', name, queued: line.length })
    })
  }

  async function run<T>(operation: Operation<T>, context: Context = {}): Promise<T> {
    throwIfAborted(context.signal)
    const permit = tryAcquire() ?? (await acquire(context))
    if (context.signal?.aborted) {
      permit.ignore()
      throw context.signal.reason
    }
    return raceAbort(underPermit(permit, operation, context), context.signal)
  }

  return withMembers(run, {
    name,
    get active() {
      return active
    },
    get queued() {
      return line.length
    },
    acquire,
    tryAcquire,
    update(changes: LimiterSettings) {
      settings = checkSettings(changes, settings)
      disarmTimer()
      admit()
    },
    drain({ timeoutMs }: { readonly timeoutMs?: number | undefined } = {}): Promise<boolean> {
      if (timeoutMs !== undefined) checkNumber('timeoutMs', timeoutMs, { min: 0 })
      if (active === 0 && line.length === 0) return Promise.resolve(true)
      return new Promise((resolve) => {
        const end = (drained: boolean) => {
          idleListeners.delete(onIdle)
          clock.clearTimeout(deadline)
          resolve(drained)
        }
        const onIdle = () => end(true)
        const deadline =
          timeoutMs === undefined || timeoutMs > MAX_TIMER_MS
            ? undefined
            : clock.setTimeout(() => end(false), timeoutMs)
        idleListeners.add(onIdle)
      })
    },
    close() {
      closed = true
      for (let waiter = line.shift(); waiter !== undefined; waiter = line.shift()) {
        waiter.refuse(reject('closed', new LimiterClosedError(name)))
      }
      admit()
    },
  })
}

async function underPermit<T>(
  permit: Permit,
  operation: Operation<T>,
  context: Context,
): Promise<T> {
  try {
    const value = await operation(context)
    permit.succeed()
    return value
  } catch (error) {
    if (context.signal?.aborted) permit.ignore()
    else permit.fail(error)
    throw error
  }
}

function checkSettings(
  given: LimiterSettings,
  present: { maxConcurrent: number; maxQueue: number; queueTimeoutMs: number },
): typeof present {
  const { maxConcurrent = present.maxConcurrent, maxQueue = present.maxQueue } = given
  const { queueTimeoutMs = present.queueTimeoutMs } = given
  checkNumber('maxConcurrent', maxConcurrent, { min: 0, integer: true })
  checkNumber('maxQueue', maxQueue, { min: 0, integer: true })
  checkNumber('queueTimeoutMs', queueTimeoutMs, { min: 0 })
  return { maxConcurrent, maxQueue, queueTimeoutMs }
}
