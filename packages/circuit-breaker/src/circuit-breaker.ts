import {
  type Clock,
  type Context,
  callOperation,
  checkFunction,
  checkFunctions,
  checkName,
  checkNumber,
  createPermit,
  emit,
  NO_CONTEXT,
  type Operation,
  type Outcome,
  type Permit,
  type Policy,
  raceAbort,
  systemClock,
  throwIfAborted,
  withMembers,
  withoutStack,
} from '@holdfast/internal'
import {
  Circuit,
  type CircuitParts,
  type CircuitState,
  type Generation,
  type Leave,
} from './circuit.ts'
import { CircuitOpenError } from './circuit-open-error.ts'
import type { CircuitBreakerEvent } from './events.ts'
import { failureCount } from './failure-count.ts'
import { isHealthSignal } from './health-signal.ts'
import type { OpeningStrategy } from './opening-strategy.ts'
import { type CircuitBreakerSettings, checkSettings } from './settings.ts'
import type { CircuitBreakerSnapshot } from './snapshot.ts'

/** What `update` takes. */
export interface CircuitBreakerChanges extends CircuitBreakerSettings {
  /** When a closed circuit opens. Default `failureCount()`: 5 failures within 60 s. A new one begins to count anew. */
  readonly openWhen?: OpeningStrategy | undefined
}

/** Options of {@link createCircuitBreaker}. Validated at creation. */
export interface CircuitBreakerOptions extends CircuitBreakerChanges {
  /**
   * What an error means. The default ignores aborts and 4xx answers other than 408 and 429, and counts all else.
   * A caller's own abort is ignored whatever this says.
   */
  readonly classify?: ((error: unknown) => Outcome) | undefined
  /** What a result means. Default: all are successes. */
  readonly classifyResult?: ((result: unknown) => Outcome) | undefined
  /** Whether a failure opens a closed circuit at once, however few there were. Default: none does. */
  readonly openOn?: ((error: unknown) => boolean) | undefined
  /** Goes into every event and error. Default `circuit-breaker`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: CircuitBreakerEvent) => void) | undefined
  readonly clock?: Clock | undefined
  /** A source of numbers in [0, 1), for `openJitter`. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** A policy that stops calling what keeps failing. */
export interface CircuitBreaker extends Policy {
  readonly name: string
  /** Right for the time at which it is read. Of an isolated circuit `open`. */
  readonly state: CircuitState
  /**
   * The two-step form: leave for one call, to be settled exactly once.
   * @throws CircuitOpenError
   */
  acquire(): Permit
  stats(): CircuitBreakerStats
  /** Changes settings at once, also of a circuit that is open. What is not named stays. */
  update(changes: CircuitBreakerChanges): void
  /** Opens the circuit now, for one cooldown or for `forMs`. The reason becomes the `cause` of the rejections. */
  open(reason?: unknown, options?: { readonly forMs?: number | undefined }): void
  /** Closes the circuit now and forgets what it has counted. */
  close(): void
  /** Rejects every call until each handle that was taken is released; the circuit is then in the state it has come to. */
  isolate(reason?: unknown): Isolation
  /** Lets every call pass that no isolation holds. The circuit goes on measuring and changing state, and so shows what it would do. */
  disable(): void
  /** Lets the state decide again. */
  enable(): void
  /** The circuit as JSON. Isolations are handles of this process, and not in it. */
  snapshot(): CircuitBreakerSnapshot
  /**
   * Takes the place of the present state. In-flight calls then mean nothing to it.
   * @throws TypeError or RangeError naming the field that is wrong; the circuit is left as it was.
   */
  restore(snapshot: CircuitBreakerSnapshot): void
}

/** Holds a circuit open until it is released. */
export interface Isolation {
  /** A second time does nothing. */
  release(): void
  [Symbol.dispose](): void
}

/** What a breaker has seen since it was made, and how it stands. */
export interface CircuitBreakerStats {
  readonly state: CircuitState
  /** When it came to this state, on the breaker's clock. */
  readonly since: number
  /** Of an open circuit, milliseconds until a probe may go. */
  readonly retryAfterMs: number | undefined
  /** How many probes are out. */
  readonly probes: number
  readonly isolated: boolean
  readonly enabled: boolean
  /** Completed calls, whichever state let them through. */
  readonly successes: number
  readonly failures: number
  readonly ignored: number
  /** How many of them took `slowCallMs` or longer. */
  readonly slow: number
  /** How many of them an earlier state had let through, so that they changed nothing. */
  readonly stale: number
  readonly rejected: number
  /** How often it has opened. */
  readonly openings: number
}

/**
 * Makes a circuit breaker. It has no timers: a change that fell due is made when someone next looks.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const breaker = new Breaker(options)
  return withMembers(
    <T>(operation: Operation<T>, context?: Context) => breaker.run(operation, context),
    breaker,
  )
}

/** The default of the option `classify`. */
const byHealth = (error: unknown): Outcome => (isHealthSignal(error) ? 'failure' : 'ignore')
const systemRandom = () => Math.random()

interface IsolationReason {
  readonly cause: unknown
}

/** What stands behind the function that is the policy. */
class Breaker {
  readonly name: string
  readonly #options: CircuitBreakerOptions
  readonly #clock: Clock
  readonly #parts: CircuitParts
  readonly #circuit: Circuit
  readonly #counts = {
    successes: 0,
    failures: 0,
    ignored: 0,
    slow: 0,
    stale: 0,
    rejected: 0,
    openings: 0,
  }
  #isolations: readonly IsolationReason[] = []
  #enabled = true
  // What callers meet: an isolation stands before whatever the circuit does behind it.
  #state: CircuitState = 'closed'
  #since: number

  constructor(options: CircuitBreakerOptions) {
    const { name = 'circuit-breaker', clock = systemClock, random = systemRandom } = options
    checkName(options.name)
    checkFunctions(options, 'classify', 'classifyResult', 'openOn', 'onEvent', 'random')
    this.name = name
    this.#options = options
    this.#clock = clock
    this.#parts = {
      clock,
      random,
      openOn: options.openOn,
      onChange: (state, at) => this.#tell(state, at),
      openWhen: checkStrategy(options.openWhen ?? failureCount()),
      settings: checkSettings(options),
    }
    this.#circuit = new Circuit(this.#parts)
    this.#since = this.#circuit.look().since
  }

  get state(): CircuitState {
    this.#circuit.look()
    return this.#state
  }

  run<T>(operation: Operation<T>, context: Context = NO_CONTEXT): Promise<T> {
    const { classify = byHealth, classifyResult } = this.#options
    const { signal } = context
    let leave: Leave | undefined
    try {
      throwIfAborted(signal)
      checkFunction('operation', operation)
      leave = this.#admit()
    } catch (error) {
      return Promise.reject(error)
    }
    return raceAbort(callOperation(operation, context), signal).then(
      (result) => {
        const outcome = classifyResult ? outcomeOf(classifyResult, result) : 'success'
        this.#settle(leave, outcome, result)
        return result
      },
      (error) => {
        this.#settle(leave, signal?.aborted ? 'ignore' : outcomeOf(classify, error), error)
        throw error
      },
    )
  }

  acquire(): Permit {
    const leave = this.#admit()
    return createPermit((outcome, error) => this.#settle(leave, outcome, error))
  }

  stats(): CircuitBreakerStats {
    const present = this.#circuit.look()
    return {
      state: this.#state,
      since: this.#since,
      retryAfterMs: this.#retryAfterMs(present),
      probes: present.probes.length,
      isolated: this.#isolations.length > 0,
      enabled: this.#enabled,
      ...this.#counts,
    }
  }

  update(changes: CircuitBreakerChanges): void {
    const { openWhen = this.#parts.openWhen } = changes
    const settings = checkSettings(changes, this.#parts.settings)
    checkStrategy(openWhen)
    // What fell due under the old settings has happened.
    const present = this.#circuit.look()
    if (openWhen !== this.#parts.openWhen) present.window = openWhen.createWindow()
    this.#parts.openWhen = openWhen
    this.#parts.settings = settings
    if (present.planMs) present.until = present.since + present.planMs(settings)
  }

  open(reason?: unknown, { forMs }: { readonly forMs?: number | undefined } = {}): void {
    if (forMs !== undefined) checkNumber('forMs', forMs, { min: 0 })
    this.#circuit.open(reason, forMs)
  }

  close(): void {
    this.#circuit.close()
  }

  isolate(reason?: unknown): Isolation {
    const isolation = { cause: reason }
    this.#isolate([...this.#isolations, isolation])
    const release = () => this.#isolate(this.#isolations.filter((other) => other !== isolation))
    return { release, [Symbol.dispose]: release }
  }

  disable(): void {
    this.#enabled = false
  }

  enable(): void {
    this.#enabled = true
  }

  snapshot(): CircuitBreakerSnapshot {
    return this.#circuit.snapshot()
  }

  restore(snapshot: CircuitBreakerSnapshot): void {
    this.#circuit.restore(snapshot)
  }

  #isolate(isolations: readonly IsolationReason[]): void {
    const { state } = this.#circuit.look()
    this.#isolations = isolations
    this.#tell(state, this.#clock.now())
  }

  /** Reports what callers meet, when that has changed. */
  #tell(behind: CircuitState, at: number): void {
    const from = this.#state
    const to = this.#isolations.length > 0 ? 'open' : behind
    if (from === to) return
    this.#state = to
    // Restored, a circuit may have changes due from before.
    this.#since = Math.max(at, this.#since)
    if (to === 'open') this.#counts.openings++
    this.#emit({
      type: 'circuit-breaker.state-changed',
      name: this.name,
      from,
      to,
      at: this.#since,
    })
  }

  /** Leave for a call; none, when the breaker is disabled, for one that the circuit would reject. */
  #admit(): Leave | undefined {
    const [isolation] = this.#isolations
    const answer = isolation ? this.#circuit.look() : this.#circuit.admit()
    if ('origin' in answer) return answer
    if (!this.#enabled && !isolation) return undefined
    const { name } = this
    const { cause } = isolation ?? answer
    const state = this.#state
    this.#counts.rejected++
    this.#emit({ type: 'circuit-breaker.rejected', name, state })
    const facts = { state, since: this.#since, retryAfterMs: this.#retryAfterMs(answer), cause }
    throw withoutStack(() => new CircuitOpenError(name, facts))
  }

  #retryAfterMs({ state, until }: Generation): number | undefined {
    const known = this.#isolations.length === 0 && state === 'open'
    return known ? Math.max(0, until - this.#clock.now()) : undefined
  }

  #settle(leave: Leave | undefined, outcome: Outcome, error?: unknown): void {
    const { slowCallMs } = this.#parts.settings
    // The clock is read only for calls that are timed.
    const timed = slowCallMs !== Infinity && leave !== undefined
    const slow = timed && this.#clock.now() - leave.startedAt >= slowCallMs
    this.#counts[COUNTER[outcome]]++
    if (slow) this.#counts.slow++
    if (this.#options.onEvent) {
      this.#emit({ type: 'circuit-breaker.settled', name: this.name, outcome, slow })
    }
    if (leave && !this.#circuit.settle(leave, outcome, slow, error)) this.#counts.stale++
  }

  #emit(event: CircuitBreakerEvent): void {
    emit(this.#options.onEvent, event)
  }
}

const COUNTER = { success: 'successes', failure: 'failures', ignore: 'ignored' } as const

/** A classifier that throws must neither cost a permit nor hide the operation's own error. */
function outcomeOf<V>(classify: (value: V) => Outcome, value: V): Outcome {
  try {
    const outcome = classify(value)
    return outcome === 'success' || outcome === 'failure' ? outcome : 'ignore'
  } catch {
    return 'failure'
  }
}

function checkStrategy(openWhen: OpeningStrategy): OpeningStrategy {
  checkFunction('openWhen.createWindow', openWhen?.createWindow)
  return openWhen
}
