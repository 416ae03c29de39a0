import { countActs, type Trace } from '../../../packages/tool-loop-guard/test/trace.ts'
import type { Judge, Judgement } from './judge.ts'

/** The outcome of a detector on one trace. */
export interface Outcome extends Judgement {
  readonly trace: Trace
  readonly result: 'caught' | 'missed' | 'too early' | 'let run' | 'wrongly stopped'
  /** Calls of the loop that it allowed. */
  readonly wasted: number
}

/** The figures of one detector. */
export interface Score {
  readonly loops: number
  readonly caught: number
  /** Loops that it stopped before they began, which is as wrong as stopping a healthy run. */
  readonly tooEarly: number
  readonly wasted: { readonly median: number; readonly mean: number; readonly total: number }
  readonly healthy: number
  readonly wronglyStopped: number
  /** Healthy runs with a warning but no stop. */
  readonly warned: number
}

export function judgeAll(judge: Judge, traces: readonly Trace[]): readonly Outcome[] {
  return traces.map((trace) => {
    const judgement = judge.judge(trace)
    return { ...judgement, trace, ...classify(trace, judgement) }
  })
}

function classify(trace: Trace, { stop }: Judgement): Pick<Outcome, 'result' | 'wasted'> {
  const { loopStartsAt } = trace
  if (loopStartsAt === undefined) return { result: stop ? 'wrongly stopped' : 'let run', wasted: 0 }
  if (stop === undefined) return { result: 'missed', wasted: countActs(trace) - loopStartsAt }
  const wasted = stop.stoppedAt - loopStartsAt
  return wasted < 0 ? { result: 'too early', wasted: 0 } : { result: 'caught', wasted }
}

export function score(outcomes: readonly Outcome[]): Score {
  const loops = outcomes.filter(({ trace }) => trace.label === 'loop')
  const healthy = outcomes.filter(({ trace }) => trace.label === 'healthy')
  const count = (result: Outcome['result']): number =>
    outcomes.filter((outcome) => outcome.result === result).length
  const wasted = loops.map((loop) => loop.wasted).toSorted((a, b) => a - b)
  const total = wasted.reduce((sum, acts) => sum + acts, 0)
  return {
    loops: loops.length,
    caught: count('caught'),
    tooEarly: count('too early'),
    wasted: { median: median(wasted), mean: total / Math.max(1, loops.length), total },
    healthy: healthy.length,
    wronglyStopped: count('wrongly stopped'),
    warned: healthy.filter(({ stop, warnedAt }) => !stop && warnedAt !== undefined).length,
  }
}

function median(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0
  return (lower + upper) / 2
}
