import {
  type Clock,
  type Context,
  checkFunction,
  checkFunctions,
  checkNumber,
  createPermit,
  emit,
  type Operation,
  type Outcome,
  type Permit,
  type Policy,
  raceAbort,
  systemClock,
  throwIfAborted,
  withMembers,
} from '@holdfast/internal'
import { CircuitOpenError } from './circuit-open-error.ts'
import { failureCount } from './failure-count.ts'
import { isHealthSignal } from './health-signal.ts'
import type { OpeningStrategy, OutcomeWindow } from './opening-strategy.ts'

/** `closed`: calls pass. `open`: calls are rejected. `half-open`: a few probes pass, the rest are rejected. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** What can be changed on a running breaker with `update`. */
export interface CircuitBreakerSettings {
  /** How long an open circuit rejects every call before it lets a probe through. Default 30 000. */
  readonly openForMs?: number | undefined
  /** How many probes a half-open circuit lets through at a time. Default 1. */
  readonly permits?: number | undefined
  /** A circuit that is half-open for longer opens again: its probes hang. Default 60 000. */
  readonly halfOpenTimeoutMs?: number | undefined
}

/** Options of {@link createCircuitBreaker}. Validated at creation. */
export interface CircuitBreakerOptions extends CircuitBreakerSettings {
  /** When a closed circuit opens. Default `failureCount()`: 5 failures within 60 s. */
  readonly openWhen?: OpeningStrategy | undefined
  /**
   * What an error means. The default ignores aborts and 4xx answers other than 408 and 429, and counts all else.
   * A caller's own abort is ignored whatever this says.
   */
  readonly classify?: ((error: unknown) => Outcome) | undefined
  /** Goes into every event and error. Default `circuit-breaker`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: CircuitBreakerEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** What a circuit breaker tells its observer. */
export type CircuitBreakerEvent =
  | {
      readonly type: 'circuit-breaker.state-changed'
      readonly name: string
      readonly from: CircuitState
      readonly to: CircuitState
      /** When the change fell due on the breaker's clock: before now when nobody looked. */
      readonly at: number
    }
  | {
      readonly type: 'circuit-breaker.rejected'
      readonly name: string
      readonly state: CircuitState
    }
  | { readonly type: 'circuit-breaker.settled'; readonly name: string; readonly outcome: Outcome }

/** A policy that stops calling what keeps failing. */
export interface CircuitBreaker extends Policy {
  readonly name: string
  /** Right for the time at which it is read. */
  readonly state: CircuitState
  /**
   * The two-step form: leave for one call, to be settled exactly once.
   * @throws CircuitOpenError
   */
  acquire(): Permit
  /** Changes settings at once, also of a circuit that is open. What is not named stays. */
  update(settings: CircuitBreakerSettings): void
  /** Opens the circuit now, for one cooldown. */
  open(reason?: unknown): void
  /** Closes the circuit now and forgets what it has counted. */
  close(): void
}

/**
 * Each state with what it must know. A new object is a new generation: the outcome of a call counts only when
 * the state that let the call through is still the current one.
 */
type Internal =
  | { readonly state: 'closed'; readonly window: OutcomeWindow }
  | { readonly state: 'open'; readonly since: number; readonly cause: unknown }
  /** `since` is when the first of the probes that are out was let through. */
  | { readonly state: 'half-open'; since: number; readonly cause: unknown; probes: number }

/**
 * Makes a circuit breaker. It has no timers: a change that fell due is made when someone next looks.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const {
    openWhen = failureCount(),
    name = 'circuit-breaker',
    onEvent,
    clock = systemClock,
  } = options
  checkFunctions(options, 'classify', 'onEvent')
  checkFunction('openWhen.createWindow', openWhen.createWindow)
  const classify = options.classify ?? ((error) => (isHealthSignal(error) ? 'failure' : 'ignore'))
  let settings = checkSettings(options, {
    openForMs: 30_000,
    permits: 1,
    halfOpenTimeoutMs: 60_000,
  })
  let current: Internal = { state: 'closed', window: openWhen.createWindow() }

  function become(next: Internal, at: number): void {
    const from = current.state
    current = next
    if (from === next.state) return
    emit(onEvent, { type: 'circuit-breaker.state-changed', name, from, to: next.state, at })
  }

  /** The state at this time: makes the changes that have fallen due, each as of when it did. */
  function refresh(now: number): Internal {
    while (true) {
      if (current.state === 'open' && now >= current.since + settings.openForMs) {
        const { since, cause } = current
        become({ state: 'half-open', since: now, cause, probes: 0 }, since + settings.openForMs)
      } else if (
        current.state === 'half-open' &&
        current.probes > 0 &&
        now >= current.since + settings.halfOpenTimeoutMs
      ) {
        const due = current.since + settings.halfOpenTimeoutMs
        become({ state: 'open', since: due, cause: current.cause }, due)
      } else return current
    }
  }

  function acquire(): Permit {
    const now = clock.now()
    const origin = refresh(now)
    if (origin.state === 'half-open' && origin.probes < settings.permits) {
      if (origin.probes++ === 0) origin.since = now
    } else if (origin.state !== 'closed') throw reject(origin, now)
    return createPermit((outcome, error) => settle(origin, outcome, error))
  }

  function reject(origin: Exclude<Internal, { state: 'closed' }>, now: number): CircuitOpenError {
    emit(onEvent, { type: 'circuit-breaker.rejected', name, state: origin.state })
    const retryAfterMs =
      origin.state === 'open' ? origin.since + settings.openForMs - now : undefined
    return new CircuitOpenError(name, retryAfterMs, origin.cause)
  }

  function settle(origin: Internal, outcome: Outcome, error: unknown): void {
    if (onEvent) emit(onEvent, { type: 'circuit-breaker.settled', name, outcome })
    const now = clock.now()
    // A call of an earlier state says nothing on this one.
    if (refresh(now) !== origin) return
    if (origin.state === 'half-open') {
      if (outcome === 'success') become({ state: 'closed', window: openWhen.createWindow() }, now)
      else if (outcome === 'failure') become({ state: 'open', since: now, cause: error }, now)
      else origin.probes--
    } else if (origin.state === 'closed' && outcome !== 'ignore') {
      if (origin.window.record(outcome, now))
        become({ state: 'open', since: now, cause: error }, now)
    }
  }

  /** A classifier that throws must not cost a permit, nor hide the operation's own error. */
  function outcomeOf(error: unknown): Outcome {
    try {
      return classify(error)
    } catch {
      return 'failure'
    }
  }

  async function run<T>(operation: Operation<T>, context: Context = {}): Promise<T> {
    throwIfAborted(context.signal)
    const permit = acquire()
    try {
      const value = await raceAbort(operation(context), context.signal)
      permit.succeed()
      return value
    } catch (error) {
      if (context.signal?.aborted) {
        permit.ignore()
        throw context.signal.reason
      }
      const outcome = outcomeOf(error)
      if (outcome === 'failure') permit.fail(error)
      else if (outcome === 'success') permit.succeed()
      else permit.ignore()
      throw error
    }
  }

  return withMembers(run, {
    name,
    get state() {
      return refresh(clock.now()).state
    },
    acquire,
    update(changes: CircuitBreakerSettings) {
      refresh(clock.now())
      settings = checkSettings(changes, settings)
    },
    open(reason?: unknown) {
      const now = clock.now()
      refresh(now)
      become({ state: 'open', since: now, cause: reason }, now)
    },
    close() {
      const now = clock.now()
      refresh(now)
      become({ state: 'closed', window: openWhen.createWindow() }, now)
    },
  })
}

function checkSettings(
  given: CircuitBreakerSettings,
  present: { openForMs: number; permits: number; halfOpenTimeoutMs: number },
): typeof present {
  const { openForMs = present.openForMs, permits = present.permits } = given
  const { halfOpenTimeoutMs = present.halfOpenTimeoutMs } = given
  checkNumber('openForMs', openForMs, { min: 0 })
  checkNumber('permits', permits, { min: 1, integer: true })
  checkNumber('halfOpenTimeoutMs', halfOpenTimeoutMs, { min: 1 })
  return { openForMs, permits, halfOpenTimeoutMs }
}
