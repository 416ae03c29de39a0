import type { Operation } from '@holdfast/internal'
import type { CallTerms } from './call-terms.ts'
import type { LimiterContext, SettleContext } from './limiter-context.ts'
import type { Waiter } from './queue-discipline.ts'

/** Why a call is not made after all: what it rejects with. */
export interface Refusal {
  readonly reason: unknown
}

/** What becomes of a call that has waited. */
export type Verdict = Refusal | 'started'

/** A call in the queue. There may be a million of them: what most have in common is in their terms, which they share. */
export class WaitingCall implements Waiter {
  previous: WaitingCall | undefined = undefined
  next: WaitingCall | undefined = undefined
  /** Set when it leaves the queue. */
  verdict: Verdict | undefined = undefined
  /** Tells whoever waits for the verdict. */
  tell: ((verdict: Verdict) => void) | undefined = undefined
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

  /** Before any observer hears of it: what an observer does must find the call decided. */
  decide(verdict: Verdict): void {
    this.verdict = verdict
    this.tell?.(verdict)
  }
}
