import {
  type Clock,
  type Context,
  callbackReporter,
  callOperation,
  checkContext,
  checkFunction,
  checkNumber,
  createPermit,
  emit,
  errorOutcome,
  guardCallback,
  type Operation,
  type Outcome,
  type Permit,
  raceAbort,
  systemClock,
  throwIfAborted,
  withoutStack,
} from '@holdfast/internal'
import {
  Circuit,
  type CircuitParts,
  type CircuitState,
  type Generation,
  type Leave,
} from './circuit.ts'
import type { CircuitBreakerStats, Isolation } from './circuit-breaker.ts'
import { CircuitOpenError } from './circuit-open-error.ts'
import { guardClassifier } from './classify.ts'
import { COUNTER, NO_COUNTS } from './counts.ts'
import type { CircuitBreakerEventFacts } from './events.ts'
import { failureCount } from './failure-count.ts'
import { type CircuitBreakerChanges, type CircuitBreakerOptions, checkChanges } from './options.ts'
import { resolveSettings } from './settings.ts'
import type { CircuitBreakerSnapshot } from './snapshot.ts'

const systemRandom = () => Math.random()
const isSuccess = (): Outcome => 'success'
const no = () => false

/** How many rejections of a breaker have a stack trace: enough to find the caller, and cheap under overload. */
const TRACED_REJECTIONS = 10

/** Numbers the breakers of this process. */
let instances = 0

interface IsolationReason {
  readonly cause: unknown
}

/** What stands behind the function that is the policy: a circuit, and what callers meet of it. */
export class Breaker {
  readonly name: string
  /** Tells breakers of the same name apart. */
  readonly #instance = ++instances
  readonly #onEvent: CircuitBreakerOptions['onEvent']
  readonly #classify: (error: unknown) => Outcome
  readonly #classifyResult: ((result: unknown) => Outcome) | undefined
  readonly #clock: Clock
  readonly #parts: CircuitParts
  readonly #circuit: Circuit
  readonly #counts = { ...NO_COUNTS }
  #isolations: readonly IsolationReason[] = []
  #enabled = true
  // What callers meet: an isolation stands before whatever the circuit does behind it.
  #state: CircuitState = 'closed'
  #since: number

  constructor(options: CircuitBreakerOptions) {
    const { name = 'circuit-breaker', clock = systemClock, onEvent } = options
    const report = callbackReporter(name, onEvent)
    this.name = name
    this.#onEvent = onEvent
    this.#clock = clock
    this.#classify = guardClassifier('classify', options.classify, errorOutcome, report)
    this.#classifyResult =
      options.classifyResult &&
      guardClassifier('classifyResult', options.classifyResult, isSuccess, report)
    this.#parts = {
      clock,
      random: guardCallback('random', options.random, systemRandom, report),
      openOn: guardCallback('openOn', options.openOn, no, report),
      onChange: (state, at) => this.#tell(state, at),
      openWhen: options.openWhen ?? failureCount(),
      report,
      settings: resolveSettings(options),
    }
    this.#circuit = new Circuit(this.#parts)
    this.#since = this.#circuit.look().since
    this.#emit({ type: 'circuit-breaker.created', state: this.#state })
  }

  get state(): CircuitState {
    this.#circuit.look()
    return this.#state
  }

  run<T>(operation: Operation<T>, given?: Context): Promise<T> {
    let context: Context
    let leave: Leave | undefined
    try {
      context = checkContext(given)
      throwIfAborted(context.signal)
      checkFunction('operation', operation)
      leave = this.#admit()
    } catch (error) {
      return Promise.reject(error)
    }
    const { signal } = context
    return raceAbort(callOperation(operation, context), signal).then(
      (result) => {
        this.#settle(leave, this.#classifyResult ? this.#classifyResult(result) : 'success', result)
        return result
      },
      (error) => {
        this.#settle(leave, signal?.aborted ? 'ignore' : this.#classify(error), error)
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
      instance: this.#instance,
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
    checkChanges(changes)
    const { openWhen = this.#parts.openWhen } = changes
    const settings = resolveSettings(changes, this.#parts.settings)
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
    this.#emit({ type: 'circuit-breaker.state-changed', from, to, at: this.#since })
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
    this.#emit({ type: 'circuit-breaker.rejected', state })
    const facts = { state, since: this.#since, retryAfterMs: this.#retryAfterMs(answer), cause }
    const create = () => new CircuitOpenError(name, facts)
    throw this.#counts.rejected > TRACED_REJECTIONS ? withoutStack(create) : create()
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
    // The circuit first: an observer must find the probe given back.
    if (leave && !this.#circuit.settle(leave, outcome, slow, error)) this.#counts.stale++
    if (this.#onEvent) this.#emit({ type: 'circuit-breaker.settled', outcome, slow })
  }

  #emit(facts: CircuitBreakerEventFacts): void {
    if (this.#onEvent === undefined) return
    emit(this.#onEvent, { ...facts, name: this.name, instance: this.#instance })
  }
}
