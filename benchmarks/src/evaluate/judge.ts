import { actsOf, type Trace, type TraceCall } from '../../../packages/tool-loop-guard/test/trace.ts'

/** Says of a trace where it would have been stopped. */
export interface Judge {
  readonly name: string
  judge(trace: Trace): Judgement
}

export interface Judgement {
  readonly stop?: Stop | undefined
  /** The first act of which it warned, before any stop. */
  readonly warnedAt?: number | undefined
}

export interface Stop {
  /** The act that was not run, from 0; that after the last, when it comes at the end. */
  readonly stoppedAt: number
  readonly how: string
}

/** What a rule set says; nothing when all is well. */
export type Finding = { readonly action: 'warn' | 'stop'; readonly how: string } | undefined

/** A rule set at work on one run. What it does not look at, it leaves out. */
export interface Watch {
  /** A new message of the user. */
  userSays?(): void
  /** An answer has come; its calls, if any, have not run. */
  answers?(text: string | undefined): Finding
  /** A call is about to run. */
  asks?(call: TraceCall, act: number, step: number): Finding
  /** A call has run. Those of a step run at once: all are asked for first. */
  settles?(call: TraceCall, act: number, step: number): Finding
  /** A step is over. */
  ends?(text: string | undefined, calls: readonly TraceCall[]): Finding
}

/** Leads a rule set through a trace, as an agent would, up to the first stop. */
export function createJudge(name: string, watch: (trace: Trace) => Watch): Judge {
  return { name, judge: (trace) => run(trace, watch(trace)) }
}

function run(trace: Trace, watch: Watch): Judgement {
  let warnedAt: number | undefined
  let stop: Stop | undefined
  const hear = (finding: Finding, at: number): void => {
    if (finding === undefined || stop !== undefined) return
    if (finding.action === 'stop') stop = { stoppedAt: at, how: finding.how }
    else warnedAt ??= at
  }

  let first = 0
  for (const [step, { user, text, calls }] of trace.steps.entries()) {
    const next = first + actsOf({ calls })
    if (user !== undefined) watch.userSays?.()
    // An answer without calls has been made when it is judged: only what follows is saved.
    hear(watch.answers?.(text), calls.length > 0 ? first : next)
    for (const [n, call] of calls.entries()) {
      if (stop === undefined) hear(watch.asks?.(call, first + n, step), first + n)
    }
    for (const [n, call] of calls.entries()) {
      if (stop === undefined) hear(watch.settles?.(call, first + n, step), next)
    }
    if (stop === undefined) hear(watch.ends?.(text, calls), next)
    if (stop !== undefined) break
    first = next
  }
  return { stop, warnedAt }
}
