import { actsOf, type Trace, type TraceCall } from '../../../packages/tool-loop-guard/test/trace.ts'

/** A loop detector: says where it would stop a trace. */
export interface Judge {
  readonly name: string
  judge(trace: Trace): Judgement
}

export interface Judgement {
  readonly stop?: Stop | undefined
  /** The index of the first call that it warned about, before any stop. */
  readonly warnedAt?: number | undefined
}

export interface Stop {
  /** The index of the call that did not run, counted from 0; the number of calls, if it stopped after the last one. */
  readonly stoppedAt: number
  readonly how: string
}

/** A warning or stop from a rule set; `undefined` if it found nothing. */
export type Finding = { readonly action: 'warn' | 'stop'; readonly how: string } | undefined

/** A rule set that observes one run. It implements only the methods that it needs. */
export interface Watch {
  /** The user has sent a new message. */
  onUserMessage?(): void
  /** The model has answered. The calls of the answer have not run yet. */
  onAnswer?(text: string | undefined): Finding
  /** A call is about to run. */
  beforeCall?(call: TraceCall, act: number, step: number): Finding
  /** A call has run. All calls of a step start before the first one ends. */
  afterCall?(call: TraceCall, act: number, step: number): Finding
  /** A step is over. */
  onStepEnd?(text: string | undefined, calls: readonly TraceCall[]): Finding
}

/** Replays a trace to a rule set, up to the first stop. */
export function createJudge(name: string, watch: (trace: Trace) => Watch): Judge {
  return { name, judge: (trace) => run(trace, watch(trace)) }
}

function run(trace: Trace, watch: Watch): Judgement {
  let warnedAt: number | undefined
  let stop: Stop | undefined
  const record = (finding: Finding, at: number): void => {
    if (finding === undefined || stop !== undefined) return
    if (finding.action === 'stop') stop = { stoppedAt: at, how: finding.how }
    else warnedAt ??= at
  }

  let first = 0
  for (const [step, { user, text, calls }] of trace.steps.entries()) {
    const next = first + actsOf({ calls })
    if (user !== undefined) watch.onUserMessage?.()
    // An answer without calls is complete when it is evaluated, so a stop can save only what follows it.
    record(watch.onAnswer?.(text), calls.length > 0 ? first : next)
    for (const [n, call] of calls.entries()) {
      if (stop === undefined) record(watch.beforeCall?.(call, first + n, step), first + n)
    }
    for (const [n, call] of calls.entries()) {
      if (stop === undefined) record(watch.afterCall?.(call, first + n, step), next)
    }
    if (stop === undefined) record(watch.onStepEnd?.(text, calls), next)
    if (stop !== undefined) break
    first = next
  }
  return { stop, warnedAt }
}
