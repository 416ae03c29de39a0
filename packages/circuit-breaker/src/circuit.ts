import { type Clock, type Outcome, serverHintMs } from '@holdfast/internal'
import type { OpeningStrategy, OutcomeWindow } from './opening-strategy.ts'
import { cooldownMs, type Settings } from './settings.ts'
import { type CircuitBreakerSnapshot, checkSnapshot } from './snapshot.ts'

/** `closed`: calls pass. `open`: calls are rejected. `half-open`: a few probes pass, the rest are rejected. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/**
 * A state with what it must know. A new object is a new generation: the outcome of a call counts only when the
 * state that let the call through is still the current one.
 */
export interface Generation extends Trouble {
  readonly state: CircuitState
  readonly since: number
  /** Of a closed circuit. */
  window: OutcomeWindow
  /** Of a half-open one: the probes that are out, the one that has been so for longest first. */
  readonly probes: Leave[]
  /** Of a half-open one: how many have succeeded. */
  successes: number
  /** Of an open one it follows the settings, see `planMs`. */
  until: number
}

/** What a circuit knows that is not closed. */
interface Trouble {
  /** The failure that opened it, or the reason given by hand. */
  readonly cause?: unknown
  /** How often it has opened since it was last closed, but for the first time. */
  readonly reopenings: number
  /** When its cooldown ends. */
  readonly until: number
  /** How long the cooldown is under such settings. Without it, it is what it is. */
  readonly planMs?: ((settings: Settings) => number) | undefined
}

/** Leave for one call, or for all that one closed circuit lets through. */
export interface Leave {
  readonly origin: Generation
  readonly startedAt: number
}

/** What a circuit is made of. */
export interface CircuitParts {
  readonly clock: Clock
  readonly random: () => number
  readonly openOn: (error: unknown) => boolean
  /** Called after each change, with the time at which it fell due. */
  readonly onChange: (state: CircuitState, at: number) => void
  openWhen: OpeningStrategy
  /** Hears of a callback that failed. */
  readonly report: (callback: string, error: unknown) => void
  settings: Settings
}

/** The states and what leads from one to the next. It has no timers: what fell due is done when someone looks. */
export class Circuit {
  readonly #parts: CircuitParts
  #current: Generation
  /** Shared by all calls of a closed circuit, unless they are timed. */
  #leave: Leave

  constructor(parts: CircuitParts) {
    this.#parts = parts
    this.#current = this.#generation('closed', this.#now())
    this.#leave = { origin: this.#current, startedAt: Number.NaN }
  }

  /** The present state: makes the changes that have fallen due, each as of when it did. */
  look(): Generation {
    // Nothing falls due for a closed circuit: it need not know the time.
    while (this.#current.state !== 'closed') {
      const { state, until, probes, reopenings, cause } = this.#current
      const [oldest] = probes
      const hangsAt = oldest ? oldest.startedAt + this.#parts.settings.halfOpenTimeoutMs : Infinity
      const due = state === 'open' ? until : hangsAt
      if (this.#now() < due) break
      if (state !== 'open') this.#open(due, reopenings + 1, cause)
      else this.#enter(this.#generation('half-open', due, { cause, reopenings, until }))
    }
    return this.#current
  }

  /** Leave for a call now, or the state that gives none. */
  admit(): Leave | Generation {
    const { permits, slowCallMs } = this.#parts.settings
    const origin = this.look()
    const { state, probes } = origin
    if (state === 'closed' && slowCallMs === Infinity) return this.#leave
    if (state === 'open' || probes.length >= permits) return origin
    const timed = { origin, startedAt: this.#now() }
    if (state === 'half-open') probes.push(timed)
    return timed
  }

  /** Takes the outcome of a call. Returns false when an earlier state let the call through: it changes nothing. */
  settle(leave: Leave, outcome: Outcome, slow: boolean, error: unknown): boolean {
    const { origin } = leave
    if (this.look() !== origin) return false
    const { settings, openOn } = this.#parts
    const { state, probes, reopenings, cause, window } = origin
    const good = outcome === 'success' && !slow
    // What a success has brought is no cause, though it was slow.
    const fault = outcome === 'failure' ? error : undefined
    if (state === 'half-open') {
      probes.splice(probes.indexOf(leave), 1)
      if (good && ++origin.successes >= settings.successesToClose) this.close()
      else if (!good && outcome !== 'ignore') {
        this.#open(this.#now(), reopenings + 1, fault ?? cause, serverHintMs(fault))
      }
    } else if (outcome !== 'ignore') {
      if (this.#record(window, outcome, slow) || (outcome === 'failure' && openOn(fault))) {
        this.#open(this.#now(), 0, fault, serverHintMs(fault))
      }
    }
    return true
  }

  open(cause: unknown, forMs: number | undefined): void {
    this.look()
    this.#open(this.#now(), 0, cause, serverHintMs(cause), forMs)
  }

  close(): void {
    this.look()
    this.#enter(this.#generation('closed', this.#now()))
  }

  snapshot(): CircuitBreakerSnapshot {
    const { state, since, reopenings, until, window } = this.look()
    const epoch = Date.now() - this.#now()
    const toEpoch = (time: number) => time + epoch
    const base = { version: 1, state, since: toEpoch(since) } as const
    if (state === 'closed') return { ...base, window: window.save?.(toEpoch) }
    return { ...base, reopenings, until: until === Infinity ? null : toEpoch(until) }
  }

  restore(snapshot: unknown): void {
    const { state, since, until, reopenings = 0, window } = checkSnapshot(snapshot)
    const epoch = Date.now() - this.#now()
    // A clock that runs ahead elsewhere must not keep the circuit open for longer.
    const toClock = (time: number) => Math.min(time - epoch, this.#now())
    const at = toClock(since)
    const trouble = { reopenings, until: at + ((until ?? Infinity) - since) }
    const restored = this.#parts.openWhen.createWindow(window, toClock)
    this.look()
    this.#enter(this.#generation(state, at, trouble, restored), this.#now())
  }

  /** A strategy of the user's that fails at creation of the breaker is a mistake to be told; later it counts nothing. */
  #createWindow(): OutcomeWindow {
    const { openWhen, report } = this.#parts
    try {
      return openWhen.createWindow()
    } catch (error) {
      if (this.#current === undefined) throw error
      report('openWhen.createWindow', error)
      return { record: () => false }
    }
  }

  /** A strategy of the user's that throws does not open the circuit. */
  #record(window: OutcomeWindow, outcome: 'success' | 'failure', slow: boolean): boolean {
    const { clock, report } = this.#parts
    try {
      return window.record(outcome, clock, slow)
    } catch (error) {
      report('openWhen.record', error)
      return false
    }
  }

  #now(): number {
    return this.#parts.clock.now()
  }

  #generation(
    state: CircuitState,
    since: number,
    { cause, reopenings, until, planMs }: Trouble = { reopenings: 0, until: 0 },
    window = this.#createWindow(),
  ): Generation {
    return { state, since, cause, reopenings, until, planMs, window, probes: [], successes: 0 }
  }

  #enter(next: Generation, at = next.since): void {
    this.#current = next
    this.#leave = { origin: next, startedAt: Number.NaN }
    this.#parts.onChange(next.state, at)
  }

  #open(at: number, reopenings: number, cause: unknown, hintMs?: number, forMs?: number): void {
    const { settings, random } = this.#parts
    const part = random()
    const planMs = (given: Settings) => forMs ?? cooldownMs(given, reopenings, part, hintMs)
    const trouble = { cause, reopenings, until: at + planMs(settings), planMs }
    this.#enter(this.#generation('open', at, trouble))
  }
}
