import { readTraces } from '../../../packages/tool-loop-guard/test/read-traces.ts'
import type { Trace } from '../../../packages/tool-loop-guard/test/trace.ts'
import { table } from '../table.ts'
import type { Judge } from './judge.ts'
import { holdfast, holdfastWithoutSteps } from './judges/holdfast.ts'
import { others } from './judges/index.ts'
import { judgeAll, type Outcome, type Score, score } from './score.ts'

/** The sets of traces to evaluate. */
export type Sets = readonly Trace['set'][]

/** Our detectors. The report lists the traces that they get wrong. */
const ours: readonly Judge[] = [holdfast, holdfastWithoutSteps]

/** The outcome of each detector on each trace. */
function judgeTraces(sets: Sets): ReadonlyMap<Judge, readonly Outcome[]> {
  const traces = readTraces().filter(({ set }) => sets.includes(set))
  return new Map([...ours, ...others].map((judge) => [judge, judgeAll(judge, traces)]))
}

/** The scores of each detector and its outcome on each trace, for programs to read. */
export function asJson(sets: Sets): unknown {
  return [...judgeTraces(sets)].map(([{ name }, outcomes]) => ({
    judge: name,
    scores: Object.fromEntries(sets.map((set) => [set, score(inSet(outcomes, set))])),
    traces: outcomes.map(({ trace, result, wasted, stop, warnedAt }) => {
      const { id, shape, set, label } = trace
      return { id, shape, set, label, result, wasted, ...stop, warnedAt }
    }),
  }))
}

/** A table for each set, then the traces that our detectors get wrong, as Markdown. */
export function asText(sets: Sets): string {
  const judged = judgeTraces(sets)
  const tables = sets.map((set) => {
    const rows = [...judged].map(([judge, outcomes]) => row(judge, score(inSet(outcomes, set))))
    return `### ${set} traces\n\n${table(heads, rows)}`
  })
  const findings = ours.map((judge) => {
    const outcomes = judged.get(judge) ?? []
    return `### ${judge.name}\n\n${[...tellFindings(outcomes), ...tellMisses(outcomes)].join('\n')}`
  })
  return [...tables, ...findings].join('\n\n')
}

const inSet = (outcomes: readonly Outcome[], set: Trace['set']): readonly Outcome[] =>
  outcomes.filter(({ trace }) => trace.set === set)

const heads = [
  '',
  'loops caught',
  'stopped before the loop began',
  'calls wasted: median',
  'mean',
  'total',
  'healthy runs stopped',
  'healthy runs warned',
]

function row({ name }: Judge, figures: Score): readonly string[] {
  const { loops, caught, tooEarly, wasted, healthy, wronglyStopped, warned } = figures
  return [
    ours.some((judge) => judge.name === name) ? `**${name}**` : name,
    `${caught}/${loops}`,
    String(tooEarly),
    String(wasted.median),
    wasted.mean.toFixed(1),
    String(wasted.total),
    `${wronglyStopped}/${healthy}`,
    String(warned),
  ]
}

/** The rules that caught the loops, most frequent first. It shows, for instance, how many the step limit caught. */
function tellFindings(outcomes: readonly Outcome[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { result, stop } of outcomes) {
    if (result === 'caught' && stop) counts.set(stop.how, (counts.get(stop.how) ?? 0) + 1)
  }
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a)
  return [`- caught by ${sorted.map(([how, count]) => `${how} (${count})`).join(', ')}`]
}

function tellMisses(outcomes: readonly Outcome[]): readonly string[] {
  const wrong = outcomes.filter(({ result }) => result !== 'caught' && result !== 'let run')
  if (wrong.length === 0) return ['- no loop missed, no healthy run stopped']
  return wrong.map(({ trace, result, stop }) => {
    const by = stop ? ` by ${stop.how} at ${stop.stoppedAt}` : ''
    return `- ${result}${by}: ${trace.shape}/${trace.id} (${trace.set})`
  })
}
