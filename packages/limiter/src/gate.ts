import { type Clock, callbackReporter, emit, type Outcome, systemClock } from '@holdfast/internal'
import { type CallTerms, type SlotOwner, termsOf } from './call-terms.ts'
import type { LimiterEventFacts } from './events.ts'
import { fifo } from './fifo.ts'
import { type Limit, limitOf } from './limit.ts'
import type { LimiterContext } from './limiter-context.ts'
import type { QueueDiscipline, Waiter } from './queue-discipline.ts'
import { Rates } from './rates.ts'
import {
  checkLimiterChanges,
  type LimiterChanges,
  type LimiterOptions,
  resolveSettings,
} from './settings.ts'
import { WaitingCall } from './waiting-call.ts'
import { WaitingRoom } from './waiting-room.ts'

/** Numbers the limiters of this process. */
let instances = 0

/** Where calls come in and go out: decides which of them start, and when, within the limit and the rates. */
export class Gate implements SlotOwner {
  readonly name: string
  /** Tells limiters of the same name apart. */
  readonly instance: number = ++instances
  active = 0
  /** How much may run at once now. */
  limit = 0
  paused = false
  closed = false
  /** How many have been aborted whose work goes on. */
  zombies = 0
  readonly releaseOnAbort: boolean
  /** Called once, when nothing runs and nothing waits any more. */
  readonly idleListeners: Set<() => void> = new Set()
  readonly room: WaitingRoom
  readonly rates: Rates | undefined
  readonly counts = { started: 0, success: 0, failure: 0, ignore: 0 }

  readonly report: (callback: string, error: unknown) => void
  readonly #onEvent: LimiterOptions['onEvent']
  readonly #clock: Clock
  readonly #queue: QueueDiscipline
  /** Of every call that is like any other. */
  readonly #plain: CallTerms = {
    owner: this,
    cost: 1,
    key: '',
    priority: 0,
    deadlineAt: Infinity,
    reservation: [],
    overtaken: 0,
    place: undefined,
  }
  #maxConcurrent: Limit
  #idleTurn: unknown
  /** When the rates will let somebody start, as of the last look. */
  #ratesReadyAt = Infinity

  constructor(options: LimiterOptions) {
    const { name = 'limiter', queue = fifo, rates, clock = systemClock } = options
    this.name = name
    this.releaseOnAbort = options.releaseOnAbort ?? false
    this.#onEvent = options.onEvent
    this.report = callbackReporter(name, options.onEvent)
    this.#clock = clock
    const settings = resolveSettings(options)
    this.rates = rates && new Rates(rates, clock, this.report)
    this.#queue = queue
    this.room = new WaitingRoom(this, options, settings)
    this.#maxConcurrent = limitOf(settings)
    this.limit = this.#maxConcurrent.current
    this.tell({ type: 'limiter.created', limit: this.limit })
  }

  /**
   * Lets a call in. It has started if what comes back are its terms; else it waits.
   * @throws QueueFullError, QueueTimeoutError, LimiterClosedError; RangeError or TypeError for a cost that cannot be met.
   */
  enter(context: LimiterContext): CallTerms | WaitingCall {
    const terms = termsOf(context, this.#plain, this.#queue, this.room.settings)
    if (this.closed) throw this.room.refuse('closed')
    if (this.#startsPlain(terms)) return terms
    const call = this.#join(terms, context)
    if (call.verdict === undefined) this.room.refuseUnlessMayWait(call)
    if (call.verdict === undefined) return call
    if (call.verdict === 'started') return terms
    throw call.verdict.reason
  }

  /** The terms of the call, if it can start at once. */
  tryEnter(context: LimiterContext): CallTerms | undefined {
    const terms = termsOf(context, this.#plain, this.#queue, this.room.settings)
    if (this.closed) return undefined
    if (this.#startsPlain(terms)) return terms
    const call = this.#join(terms, context)
    if (call.verdict === undefined) this.room.leave(call)
    this.room.setTimer()
    return call.verdict === 'started' ? terms : undefined
  }

  /** A call that has started has ended: its slot goes to the next. */
  end(terms: CallTerms, outcome: Outcome, error?: unknown): void {
    const { active } = this
    this.active -= terms.cost
    this.room.end(terms)
    this.counts[outcome]++
    this.tell({ type: 'limiter.settled', outcome })
    if (this.#maxConcurrent.settled) {
      try {
        this.#maxConcurrent.settled(outcome, error, active, this.#clock.now())
      } catch (fault) {
        this.report('maxConcurrent.settled', fault)
      }
      this.#setLimit()
    }
    this.dispatch()
  }

  /** A call that has started, and will not be made after all. */
  cancel(terms: CallTerms): void {
    this.rates?.giveBack(terms.reservation)
    this.end(terms, 'ignore')
  }

  /** Corrects what a call has reserved of the rates. */
  settle(terms: CallTerms, actual: Readonly<Record<string, number>>): void {
    this.#ratesOrNone().settle(terms.reservation, actual)
    this.dispatch()
  }

  /** Starts those that can start, and looks after the timer and those who wait for the end. */
  dispatch(): void {
    while (this.room.line.length > 0 && this.active < this.limit) {
      this.#ratesReadyAt = Infinity
      const call = this.room.next(this.#fits)
      if (call === undefined) break
      const { deadlineAt } = call.terms
      const isLate = deadlineAt < Infinity && deadlineAt <= this.#clock.now()
      if (isLate) this.room.refuse('deadline', call)
      else this.#start(call)
    }
    this.room.setTimer()
    if (this.idleListeners.size > 0 && this.isIdle) {
      this.#idleTurn ??= this.#clock.setTimeout(this.#onIdleTurn, 0)
    }
  }

  /** A turn of the event loop after the last call ended: its caller has gone on, and may have started another. */
  readonly #onIdleTurn = (): void => {
    this.#idleTurn = undefined
    if (!this.isIdle) return
    const listeners = [...this.idleListeners]
    this.idleListeners.clear()
    for (const listener of listeners) listener()
    if (listeners.length > 0) this.tell({ type: 'limiter.drained' })
  }

  /** Whether nothing runs and nothing waits. */
  get isIdle(): boolean {
    return this.active === 0 && this.room.line.length === 0
  }

  /** How long the rates keep such a call from starting, in milliseconds, if they do. */
  rateWaitMs({ reservation }: CallTerms): number | undefined {
    return this.rates?.waitMs(reservation) || undefined
  }

  /** When the rates will let somebody start. */
  get readyAt(): number {
    // While there is no slot, what the rates would let in is not asked.
    return this.active < this.limit ? this.#ratesReadyAt : Infinity
  }

  update(changes: LimiterChanges): void {
    checkLimiterChanges(changes)
    const settings = resolveSettings(changes, this.room.settings)
    if (changes.rates) this.#ratesOrNone().update(changes.rates)
    this.room.settings = settings
    if (changes.maxConcurrent !== undefined) this.#maxConcurrent = limitOf(settings)
    this.#setLimit()
    this.dispatch()
  }

  pause(paused: boolean): void {
    this.paused = paused
    this.#setLimit()
    this.dispatch()
  }

  /** Takes no more calls. Those that wait still get their turn. */
  stopTaking(): void {
    this.closed = true
  }

  close(): void {
    this.stopTaking()
    for (let first = this.room.line.head; first; first = this.room.line.head) {
      this.room.refuse('closed', first)
    }
    this.dispatch()
  }

  tell(facts: LimiterEventFacts): void {
    if (this.#onEvent === undefined) return
    const { name, instance, active } = this
    emit(this.#onEvent, { ...facts, name, instance, active, queued: this.room.line.length })
  }

  /** A call that is like any other, when nobody is in its way, starts without a place in the queue. */
  #startsPlain(terms: CallTerms): boolean {
    const isFree = this.active < this.limit && this.room.line.length === 0
    if (terms !== this.#plain || !isFree) return false
    this.active++
    this.counts.started++
    this.tell({ type: 'limiter.started', waitMs: 0 })
    return true
  }

  /** Puts a call in the queue, and starts it if it is its turn. */
  #join(terms: CallTerms, context: LimiterContext): WaitingCall {
    const call = new WaitingCall(terms, context, this.#clock.now())
    this.room.join(call)
    if (this.active < this.limit) this.dispatch()
    return call
  }

  /** One that costs more than the limit has become runs alone, rather than never. */
  readonly #fits = (waiter: Waiter): boolean => {
    if (this.active > 0 && this.active + waiter.terms.cost > this.limit) return false
    const waitMs = this.rates?.waitMs((waiter as WaitingCall).terms.reservation)
    if (!waitMs) return true
    this.#ratesReadyAt = Math.min(this.#ratesReadyAt, this.#clock.now() + waitMs)
    return false
  }

  #start(call: WaitingCall): void {
    const { terms, since } = call
    this.room.start(call)
    this.active += terms.cost
    this.counts.started++
    this.rates?.take(terms.reservation)
    call.decide('started')
    if (this.#onEvent) {
      this.tell({ type: 'limiter.started', waitMs: this.#clock.now() - since })
    }
  }

  #ratesOrNone(): Rates {
    return this.rates ?? new Rates([], this.#clock, this.report)
  }

  #setLimit(): void {
    const from = this.limit
    const to = this.paused ? 0 : this.#maxConcurrent.current
    if (from === to) return
    this.limit = to
    this.tell({ type: 'limiter.limit-changed', from, to })
  }
}
