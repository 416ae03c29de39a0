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
  errorOutcome,
  NO_CONTEXT,
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
import { outcomeOf } from './classify.ts'
import { COUNTER, NO_COUNTS } from './counts.ts'
import type { CircuitBreakerEvent } from './events.ts'
import { failureCount } from './failure-count.ts'
import { checkStrategy } from './opening-strategy.ts'
import type { CircuitBreakerChanges, CircuitBreakerOptions } from './options.ts'
import { checkSettings } from './settings.ts'
import type { CircuitBreakerSnapshot } from './snapshot.ts'

const systemRandom = () => Math.random()

interface IsolationReason {
  readonly cause: unknown
}

/** What stands behind the function that is the policy: a circuit, and what callers meet of it. */
export class Breaker {
  readonly name: string
  readonly #options: CircuitBreakerOptions
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
    const { classify = errorOutcome, classifyResult } = this.#options
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
    const { name } = this
    this.#emit({ type: 'circuit-breaker.state-changed', name, from, to, at: this.#since })
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
