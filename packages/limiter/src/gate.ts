import {
  type Clock,
  checkNumber,
  emit,
  MAX_TIMER_MS,
  type Operation,
  type Outcome,
  systemClock,
  whenAborted,
  withoutStack,
} from '@holdfast/internal'
import type { MovingLimit } from './adaptive.ts'
import { LimiterClosedError, QueueFullError, QueueTimeoutError } from './errors.ts'
import type { LimiterEventFacts, RejectionReason } from './events.ts'
import { fifo } from './fifo.ts'
import type { LimiterContext, SettleContext } from './limiter-context.ts'
import type { Queue, Terms, Waiter } from './queue-discipline.ts'
import { Rates, type Reservation } from './rates.ts'
import { ServiceRate } from './service-rate.ts'
import {
  checkSettings,
  type LimiterChanges,
  type LimiterOptions,
  type Settings,
} from './settings.ts'
import { WaitingLine } from './waiting-line.ts'

/** What the gate knows of a call besides. */
export interface CallTerms extends Terms {
  readonly gate: Gate
  readonly deadlineAt: number
  readonly reservation: Reservation
}

/** Why a call is not made after all: what it rejects with. */
export interface Refusal {
  readonly reason: unknown
}

/** A call in the queue. There may be a million of them: what most have in common is in their terms, which they share. */
export class WaitingCall implements Waiter {
  previous: WaitingCall | undefined = undefined
  next: WaitingCall | undefined = undefined
  /** Set when it leaves the queue. */
  verdict: Refusal | 'started' | undefined = undefined
  /** Tells whoever waits for the verdict. */
  tell: ((verdict: Refusal | 'started') => void) | undefined = undefined
  readonly terms: CallTerms
  readonly context: LimiterContext
  readonly since: number
  /** Given by whoever has one to run. */
  operation: Operation<unknown, LimiterContext & SettleContext> | undefined = undefined

  constructor(terms: CallTerms, context: LimiterContext, since: number) {
    this.terms = terms
    this.context = context
    this.since = since
  }
}

const PRIORITY = { min: -10, max: 10, integer: true }

/** Where calls come in: decides which of them start, which wait and which are turned away. */
export class Gate {
  readonly name: string
  active = 0
  /** How much may run at once now. */
  limit = 0
  paused = false
  closed = false
  /** How many have been aborted whose work goes on. */
  zombies = 0
  readonly releaseOnAbort: boolean
  /** Told, once, when nothing runs and nothing waits. */
  readonly idleListeners: Set<() => void> = new Set()
  /** All who wait, in the order in which they came. */
  readonly line: WaitingLine<WaitingCall> = new WaitingLine()
  readonly rates: Rates | undefined
  readonly counts = { started: 0, success: 0, failure: 0, ignore: 0 }
  readonly rejected = { full: 0, timeout: 0, deadline: 0, closed: 0, aborted: 0 }

  readonly #options: LimiterOptions
  readonly #clock: Clock
  readonly #queue: Queue
  readonly #hasQueue: boolean
  /** Of every call that is like any other. */
  readonly #plain: CallTerms = {
    gate: this,
    cost: 1,
    key: '',
    priority: 0,
    deadlineAt: Infinity,
    reservation: [],
    overtaken: 0,
    place: undefined,
  }
  readonly #pace = new ServiceRate()
  #settings: Settings
  #movingLimit: MovingLimit | undefined
  #timer: unknown
  /** When it rings; `Infinity` when it is not set. */
  #timerAt = Infinity
  /** When the rates will let somebody start, as of the last look. */
  #ratesReadyAt = Infinity

  constructor(options: LimiterOptions) {
    const { name = 'limiter', queue, rates, clock = systemClock } = options
    this.name = name
    this.releaseOnAbort = options.releaseOnAbort ?? false
    this.#options = options
    this.#clock = clock
    this.#settings = checkSettings(options)
    this.rates = rates && new Rates(rates, clock)
    this.#queue = (queue ?? fifo).createQueue(this.line, clock)
    this.#hasQueue = queue !== undefined && queue !== fifo
    this.#useLimit()
    this.limit = this.#limitNow()
  }

  /**
   * Lets a call in. It has started if what comes back are its terms; else it waits.
   * @throws QueueFullError, QueueTimeoutError, LimiterClosedError; RangeError or TypeError for a cost that cannot be met.
   */
  enter(context: LimiterContext): CallTerms | WaitingCall {
    const terms = this.#termsOf(context)
    if (this.closed) {
      this.#count('closed')
      throw this.#rejection('closed')
    }
    if (this.#startsPlain(terms)) return terms
    const call = this.#join(terms, context)
    if (call.verdict === undefined) this.#refuseUnlessMayWait(call)
    if (call.verdict === undefined) return call
    if (call.verdict === 'started') return terms
    throw call.verdict.reason
  }

  /** The terms of the call, if it can start at once. */
  tryEnter(context: LimiterContext): CallTerms | undefined {
    const terms = this.#termsOf(context)
    if (this.closed) return undefined
    if (this.#startsPlain(terms)) return terms
    const call = this.#join(terms, context)
    if (call.verdict === undefined) this.#leave(call)
    this.#setTimer()
    return call.verdict === 'started' ? terms : undefined
  }

  /** Resolves when the call has started, or is refused. */
  wait(call: WaitingCall): Promise<Refusal | 'started'> {
    const { signal } = call.context
    return new Promise((resolve) => {
      call.tell = resolve
      this.#pace.busy(call.since)
      this.#setTimer()
      this.tell({ type: 'limiter.queued' })
      // By now the observer may have brought the verdict about.
      if (signal === undefined || call.verdict !== undefined) return
      const callOff = whenAborted(signal, () => {
        this.#leave(call)
        this.#decide(call, { reason: signal.reason })
        this.#count('aborted')
        this.dispatch()
      })
      call.tell = (verdict) => {
        callOff()
        resolve(verdict)
      }
    })
  }

  /** A call that has started has ended: its slot goes to the next. */
  end(terms: CallTerms, outcome: Outcome, error?: unknown): void {
    const { active } = this
    this.active -= terms.cost
    this.#queue.end?.(terms)
    this.counts[outcome]++
    this.tell({ type: 'limiter.settled', outcome })
    if (this.#movingLimit) {
      this.#movingLimit.settled(outcome, error, active, this.#clock.now())
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
    ;(this.rates ?? new Rates([], this.#clock)).settle(terms.reservation, actual)
    this.dispatch()
  }

  /** Starts those that can start, and looks after the timer and those who wait for the end. */
  dispatch(): void {
    while (this.line.length > 0 && this.active < this.limit) {
      this.#ratesReadyAt = Infinity
      const call = this.#queue.next(this.#fits) as WaitingCall | undefined
      if (call === undefined) break
      const { deadlineAt } = call.terms
      if (deadlineAt < Infinity && deadlineAt <= this.#clock.now()) this.#refuse(call, 'deadline')
      else this.#start(call)
    }
    this.#setTimer()
    if (this.idleListeners.size > 0 && this.active === 0 && this.line.length === 0) {
      for (const listener of this.idleListeners) listener()
      this.tell({ type: 'limiter.drained' })
    }
  }

  update(changes: LimiterChanges): void {
    const settings = checkSettings(changes, this.#settings)
    if (changes.rates) (this.rates ?? new Rates([], this.#clock)).update(changes.rates)
    this.#settings = settings
    if (changes.maxConcurrent !== undefined) this.#useLimit()
    this.#setLimit()
    this.dispatch()
  }

  pause(paused: boolean): void {
    this.paused = paused
    this.#setLimit()
    this.dispatch()
  }

  close(): void {
    this.closed = true
    for (let first = this.line.head; first; first = this.line.head) {
      this.#refuse(first, 'closed')
    }
    this.dispatch()
  }

  /** When a call that came now would start, behind those who wait, in milliseconds, as far as the past can tell. */
  estimate(others: number = this.line.length): number | undefined {
    return this.#pace.waitMs(others, this.#clock.now())
  }

  tell(facts: LimiterEventFacts): void {
    const { onEvent } = this.#options
    if (onEvent === undefined) return
    const { name, active } = this
    emit(onEvent, { ...facts, name, active, queued: this.line.length })
  }

  #termsOf(context: LimiterContext): CallTerms {
    const { cost = 1, key = '', priority = 0, deadlineAt = Infinity } = context
    const isPlain = cost === 1 && deadlineAt === Infinity && !this.#hasQueue && !this.rates
    if (isPlain) return this.#plain
    checkNumber('cost', cost, { min: 1, max: this.#capacity(), integer: true })
    checkNumber('priority', priority, PRIORITY)
    const reservation = this.rates?.costs(context) ?? []
    return { ...this.#plain, cost, key, priority, deadlineAt, reservation }
  }

  /** A call that is like any other, when nobody is in its way, starts without a place in the queue. */
  #startsPlain(terms: CallTerms): boolean {
    if (terms !== this.#plain || this.line.length > 0 || this.active >= this.limit) return false
    this.active++
    this.counts.started++
    this.tell({ type: 'limiter.started', waitMs: 0 })
    return true
  }

  /** Puts a call in the queue, and starts it if it is its turn. */
  #join(terms: CallTerms, context: LimiterContext): WaitingCall {
    const call = new WaitingCall(terms, context, this.#clock.now())
    this.#queue.join?.(call)
    this.line.join(call)
    if (this.active < this.limit) this.dispatch()
    return call
  }

  /** What one call may cost: what the limit may come to be. A paused limiter has no say. */
  #capacity(): number {
    const { maxConcurrent } = this.#settings
    const most = typeof maxConcurrent === 'number' ? maxConcurrent : maxConcurrent.max
    const mostOfOne = this.#options.queue?.maxCost ?? Infinity
    // What is no exact number could not be given back.
    return Math.min(most || Infinity, mostOfOne, Number.MAX_SAFE_INTEGER)
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
    const { terms, tell, since } = call
    this.#queue.start?.(terms)
    this.#leave(call)
    this.active += terms.cost
    this.counts.started++
    this.rates?.take(terms.reservation)
    if (tell) this.#pace.started()
    this.#decide(call, 'started')
    if (this.#options.onEvent) {
      this.tell({ type: 'limiter.started', waitMs: this.#clock.now() - since })
    }
  }

  #leave(call: WaitingCall): void {
    this.#queue.leave?.(call)
    this.line.leave(call)
    if (this.line.length === 0) this.#pace.idle(this.#clock.now())
  }

  /** Before any observer hears of it: what an observer does must find the call decided. */
  #decide(call: WaitingCall, verdict: Refusal | 'started'): void {
    call.verdict = verdict
    call.tell?.(verdict)
  }

  #refuse(call: WaitingCall, reason: RejectionReason): void {
    this.#leave(call)
    this.#decide(call, { reason: this.#rejection(reason, call) })
    this.#count(reason)
  }

  /** Turns away a call that nobody has room for, or that would still wait when its deadline comes. */
  #refuseUnlessMayWait(call: WaitingCall): void {
    const { terms, since } = call
    if (this.line.length > this.#settings.maxQueue || this.#queue.isOverfull?.(terms.key)) {
      this.#refuse(call, 'full')
    } else if (this.#options.rejectUnmeetable) {
      const waitMs = this.estimate(this.line.length - 1) ?? 0
      if (since + waitMs >= terms.deadlineAt) this.#refuse(call, 'deadline')
    }
    this.#setTimer()
  }

  /** What a call rejects with that is turned away. */
  #rejection(reason: RejectionReason, call?: WaitingCall): Error {
    const { name } = this
    const { maxQueue, queueTimeoutMs } = this.#settings
    return withoutStack(() => {
      if (reason === 'closed' || call === undefined) return new LimiterClosedError(name)
      if (reason === 'full') return new QueueFullError(name, maxQueue, this.estimate())
      const ms = reason === 'timeout' ? queueTimeoutMs : call.terms.deadlineAt - call.since
      return new QueueTimeoutError(name, ms, this.estimate())
    })
  }

  #count(reason: RejectionReason): void {
    this.rejected[reason]++
    this.tell({ type: 'limiter.rejected', reason })
  }

  /** One timer, for whatever comes first: the first in line has waited for too long, or the rates let somebody start. */
  #setTimer(): void {
    const first = this.line.head
    const expiresAt = first ? first.since + this.#settings.queueTimeoutMs : Infinity
    // While there is no slot, what the rates would let in is not asked.
    const readyAt = this.active < this.limit ? this.#ratesReadyAt : Infinity
    const at = first ? Math.min(expiresAt, readyAt) : Infinity
    // Set for something earlier, it rings in vain, and is set anew.
    if (at === this.#timerAt || (at > this.#timerAt && at < Infinity)) return
    this.#clock.clearTimeout(this.#timer)
    this.#timerAt = at
    if (at === Infinity) return
    const ms = Math.ceil(at - this.#clock.now())
    this.#timer = this.#clock.setTimeout(this.#ring, Math.min(Math.max(ms, 0), MAX_TIMER_MS))
  }

  readonly #ring = (): void => {
    this.#timerAt = Infinity
    const now = this.#clock.now()
    const isDue = ({ since }: WaitingCall) => since + this.#settings.queueTimeoutMs <= now
    for (let first = this.line.head; first && isDue(first); first = this.line.head) {
      this.#refuse(first, 'timeout')
    }
    this.dispatch()
  }

  #useLimit(): void {
    const { maxConcurrent } = this.#settings
    this.#movingLimit = typeof maxConcurrent === 'object' ? maxConcurrent.createLimit() : undefined
  }

  #limitNow(): number {
    return this.paused
      ? 0
      : (this.#movingLimit?.current ?? (this.#settings.maxConcurrent as number))
  }

  #setLimit(): void {
    const from = this.limit
    const to = this.#limitNow()
    if (from === to) return
    this.limit = to
    this.tell({ type: 'limiter.limit-changed', from, to })
  }
}
