import type { Check } from './check.ts'
import type { Comparison, Measurement, Measurements, Subject } from './compare.ts'
import { versionOf } from './machine.ts'
import { table } from './table.ts'

/** Formats a comparison as a section of Markdown. */
export function reportComparison(comparison: Comparison, measurements: Measurements): string {
  const { title, baseline, ours, target } = comparison
  const peers = measurements.filter(({ subject }) => subject.peer)
  const fastest = Math.min(...peers.map(({ above }) => above))
  const columns: Column[] = [
    ['', ({ subject }) => nameOf(subject, ours.includes(subject))],
    ['µs per call', ({ microseconds }) => microseconds.toFixed(3)],
    ['above the baseline', ({ subject, above }) => (subject === baseline ? '' : above.toFixed(3))],
  ]
  if (peers.length > 0) {
    columns.push([
      '× the fastest peer',
      ({ subject, above }) => (subject === baseline ? '' : (above / fastest).toFixed(2)),
    ])
  }
  if (target !== undefined) {
    columns.push([
      'target',
      ({ subject, above }) => (ours.includes(subject) ? verdict(above / fastest, target) : ''),
    ])
  }
  const rows = measurements.map((measurement) => columns.map(([, cell]) => cell(measurement)))
  return `### ${title}\n\n${table(
    columns.map(([head]) => head),
    rows,
  )}`
}

type Column = readonly [head: string, cell: (measurement: Measurement) => string]

/** Formats the findings of a check as a section of Markdown. */
export function reportCheck({ title, findings }: Check): string {
  const lines = findings.map(({ text, holds }) => `- ${holds ? 'passed' : '**FAILED**'}: ${text}`)
  return `### ${title}\n\n${lines.join('\n')}`
}

function nameOf({ name, peer }: Subject, isOurs: boolean): string {
  if (peer !== undefined) return `${peer} ${versionOf(peer)}: ${name}`
  return isOurs ? `**${name}**` : name
}

/** Says whether a target is met. */
export function verdict(ratio: number, target: number): string {
  const allowed = `≤ ${target.toFixed(2)}`
  const missedBy = ratio - target
  return missedBy <= 0 ? `${allowed}: met` : `${allowed}: **missed by ${missedBy.toFixed(2)}**`
}
