import { callOperation, type Operation, type Outcome, whenAborted } from '@holdfast/internal'
import type { CallTerms } from './call-terms.ts'
import type { LimiterContext, Settle, SettleContext } from './limiter-context.ts'
import type { Verdict, WaitingCall } from './waiting-call.ts'

type LimitedOperation<T> = Operation<T, LimiterContext & SettleContext>

/** Runs the operation of a call that has its slot, and gives the slot back when the work has really ended. */
export function perform<T>(
  terms: CallTerms,
  operation: LimitedOperation<T>,
  context: LimiterContext,
): Promise<T> {
  const { owner } = terms
  let signal: AbortSignal | undefined
  let inner: LimiterContext & Partial<SettleContext>
  try {
    signal = context.signal
    if (signal?.aborted) throw signal.reason
    inner = owner.rates ? { ...context, settle: settleOf(terms) } : context
  } catch (error) {
    // An aborted call, or a context that throws when it is read: the slot goes back.
    owner.cancel(terms)
    return Promise.reject(error)
  }
  const work = callOperation(operation, inner as LimiterContext & SettleContext)
  if (signal !== undefined) return endUnder(signal, terms, work)
  return work.then(
    (result) => {
      owner.end(terms, 'success')
      return result
    },
    (error) => {
      owner.end(terms, 'failure', error)
      throw error
    },
  )
}

/** The same for a call that has waited. Bound to it: a closure would keep more than it needs, for each that waits. */
export function performWaiting(this: WaitingCall, verdict: Verdict): Promise<unknown> {
  if (verdict !== 'started') throw verdict.reason
  return perform(this.terms, this.operation as LimitedOperation<unknown>, this.context)
}

/** How a call corrects its reservation. */
export function settleOf(terms: CallTerms): Settle {
  return (actual) => terms.owner.settle(terms, actual)
}

/** An aborted call rejects at once; its work may go on, and then holds its slot. */
function endUnder<T>(signal: AbortSignal, terms: CallTerms, work: Promise<T>): Promise<T> {
  const { owner } = terms
  return new Promise((resolve, reject) => {
    let aborted = false
    const callOff = whenAborted(signal, () => {
      aborted = true
      owner.zombies++
      if (owner.releaseOnAbort) owner.end(terms, 'ignore')
      reject(signal.reason)
    })
    const end = (outcome: Outcome, error?: unknown) => {
      callOff()
      if (aborted) owner.zombies--
      if (!aborted) owner.end(terms, outcome, error)
      else if (!owner.releaseOnAbort) owner.end(terms, 'ignore')
    }
    work.then(
      (result) => {
        end('success')
        resolve(result)
      },
      (error) => {
        end('failure', error)
        reject(error)
      },
    )
  })
}
