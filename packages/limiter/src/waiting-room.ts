import {
  type Clock,
  MAX_TIMER_MS,
  systemClock,
  whenAborted,
  withoutStack,
} from '@holdfast/internal'
import type { CallTerms } from './call-terms.ts'
import { LimiterClosedError, QueueFullError, QueueTimeoutError } from './errors.ts'
import type { LimiterEventFacts, RejectionReason } from './events.ts'
import { fifo } from './fifo.ts'
import { guardQueue } from './guard-queue.ts'
import type { Queue, Waiter } from './queue-discipline.ts'
import { ServiceRate } from './service-rate.ts'
import type { LimiterOptions, Settings } from './settings.ts'
import type { Verdict, WaitingCall } from './waiting-call.ts'
import { WaitingLine } from './waiting-line.ts'

/** How many rejections of a limiter have a stack trace: enough to find the caller, and cheap under overload. */
const TRACED_REJECTIONS = 10

/** What the waiting room needs of the gate that it belongs to. */
interface Host {
  readonly name: string
  /** When somebody who waits may start though nobody ends; `Infinity` for never. */
  readonly readyAt: number
  /** Until when the rates let none of such calls start, in milliseconds from now. */
  rateWaitMs(terms: CallTerms): number | undefined
  /** Hears of a callback that failed. */
  report(callback: string, error: unknown): void
  /** Somebody has left: others may be able to start. */
  dispatch(): void
  tell(facts: LimiterEventFacts): void
}

/** Where calls wait: in which order, how many and for how long, and what those are told who wait in vain. */
export class WaitingRoom {
  /** All who wait, in the order in which they came. */
  readonly line: WaitingLine<WaitingCall> = new WaitingLine()
  readonly rejected = { full: 0, timeout: 0, deadline: 0, closed: 0, aborted: 0 }
  /** Those of the limiter, as they are now. */
  settings: Settings
  readonly #rejectUnmeetable: boolean | undefined
  readonly #host: Host
  readonly #clock: Clock
  /** Who is next, which need not be the first that came. */
  readonly #order: Queue
  readonly #pace = new ServiceRate()
  #rejections = 0
  #timer: unknown
  /** When it rings; `Infinity` when it is not set. */
  #timerAt = Infinity

  constructor(
    host: Host,
    { queue = fifo, rejectUnmeetable, clock = systemClock }: LimiterOptions,
    settings: Settings,
  ) {
    this.settings = settings
    this.#rejectUnmeetable = rejectUnmeetable
    this.#host = host
    this.#clock = clock
    this.#order = guardQueue(queue, this.line, clock, host.report)
  }

  join(call: WaitingCall): void {
    this.#order.join?.(call)
    this.line.join(call)
  }

  /** The one to start now, of those that fit. It stays until it leaves. */
  next(fits: (waiter: Waiter) => boolean): WaitingCall | undefined {
    return this.#order.next(fits) as WaitingCall | undefined
  }

  /** It leaves to start. */
  start(call: WaitingCall): void {
    this.#order.start?.(call.terms)
    this.leave(call)
    if (call.tell) this.#pace.started()
  }

  /** One that started has ended. */
  end(terms: CallTerms): void {
    this.#order.end?.(terms)
  }

  leave(call: WaitingCall): void {
    this.#order.leave?.(call)
    this.line.leave(call)
    if (this.line.length === 0) this.#pace.idle(this.#clock.now())
  }

  /** Resolves when the call has started, or is refused. */
  wait(call: WaitingCall): Promise<Verdict> {
    return new Promise((resolve) => {
      // Checked before, a context may still throw when it is read again.
      let signal: AbortSignal | undefined
      try {
        signal = call.context.signal
      } catch (error) {
        this.leave(call)
        throw error
      }
      call.tell = resolve
      this.#pace.busy(call.since)
      this.setTimer()
      this.#host.tell({ type: 'limiter.queued' })
      // By now the observer may have brought the verdict about.
      if (signal === undefined || call.verdict !== undefined) return
      const callOff = whenAborted(signal, () => {
        this.refuse('aborted', call)
        this.#host.dispatch()
      })
      call.tell = (verdict) => {
        callOff()
        resolve(verdict)
      }
    })
  }

  /** Turns a call away, out of the queue if it has come so far. Returns what it rejects with. */
  refuse(reason: RejectionReason, call?: WaitingCall): unknown {
    if (call) this.leave(call)
    const error = this.#rejection(reason, call)
    call?.decide({ reason: error })
    this.rejected[reason]++
    this.#host.tell({ type: 'limiter.rejected', reason })
    return error
  }

  #rejection(reason: RejectionReason, call?: WaitingCall): unknown {
    if (reason === 'aborted') return call?.context.signal?.reason
    const { name } = this.#host
    const { maxQueue, queueTimeoutMs } = this.settings
    const create = () => {
      if (reason === 'closed' || call === undefined) return new LimiterClosedError(name)
      const retryAfterMs = this.#retryAfterMs(call)
      if (reason === 'full') return new QueueFullError(name, maxQueue, retryAfterMs)
      const ms = reason === 'timeout' ? queueTimeoutMs : call.terms.deadlineAt - call.since
      return new QueueTimeoutError(name, ms, retryAfterMs)
    }
    return ++this.#rejections > TRACED_REJECTIONS ? withoutStack(create) : create()
  }

  /** When such a call could start: as fast as the queue has moved, and not before the rates let it. */
  #retryAfterMs(call: WaitingCall): number | undefined {
    const [queueMs, ratesMs] = [this.estimate(), this.#host.rateWaitMs(call.terms)]
    return ratesMs === undefined ? queueMs : Math.max(ratesMs, queueMs ?? 0)
  }

  /** Turns away a call that nobody has room for, or that would still wait when its deadline comes. */
  refuseUnlessMayWait(call: WaitingCall): void {
    const { terms, since } = call
    if (this.line.length > this.settings.maxQueue || this.#order.isOverfull?.(terms.key)) {
      this.refuse('full', call)
    } else if (this.#rejectUnmeetable) {
      const waitMs = this.estimate(this.line.length - 1) ?? 0
      if (since + waitMs >= terms.deadlineAt) this.refuse('deadline', call)
    }
    this.setTimer()
  }

  /** When a call that came now would start, behind so many, in milliseconds, as far as the past can tell. */
  estimate(others: number = this.line.length): number | undefined {
    return this.#pace.waitMs(others, this.#clock.now())
  }

  /** One timer, for whatever comes first: the first in line has waited for too long, or the rates let somebody start. */
  setTimer(): void {
    const first = this.line.head
    const at = first ? Math.min(this.#expiresAt(first), this.#host.readyAt) : Infinity
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
    const isDue = (call: WaitingCall) => this.#expiresAt(call) <= now
    for (let first = this.line.head; first && isDue(first); first = this.line.head) {
      this.refuse('timeout', first)
    }
    this.#host.dispatch()
  }

  #expiresAt({ since }: WaitingCall): number {
    return since + this.settings.queueTimeoutMs
  }
}
