import { readTraces } from '../../../packages/tool-loop-guard/test/read-traces.ts'
import type { Trace } from '../../../packages/tool-loop-guard/test/trace.ts'
import { table } from '../table.ts'
import type { Judge } from './judge.ts'
import { holdfast, holdfastWithoutSteps } from './judges/holdfast.ts'
import { others } from './judges/index.ts'
import { judgeAll, type Outcome, type Score, score } from './score.ts'

/** Which traces are judged. */
export type Sets = readonly Trace['set'][]

/** Ours come first; their misses are told by name. */
const ours: readonly Judge[] = [holdfast, holdfastWithoutSteps]

/** What each judge made of each trace. */
function judgeTraces(sets: Sets): ReadonlyMap<Judge, readonly Outcome[]> {
  const traces = readTraces().filter(({ set }) => sets.includes(set))
  return new Map([...ours, ...others].map((judge) => [judge, judgeAll(judge, traces)]))
}

/** For programs: the figures of each judge, and each of its judgements. */
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

/** For people: a table for each set, then what ours got wrong. */
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
  'before they began',
  'wasted: median',
  'mean',
  'total',
  'healthy stopped',
  'healthy warned',
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

/** What caught the loops, the most frequent first: a limit of steps, say, would catch any. */
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
  if (wrong.length === 0) return ['- nothing missed, nothing wrongly stopped']
  return wrong.map(({ trace, result, stop }) => {
    const by = stop ? ` by ${stop.how} at ${stop.stoppedAt}` : ''
    return `- ${result}${by}: ${trace.shape}/${trace.id} (${trace.set})`
  })
}
