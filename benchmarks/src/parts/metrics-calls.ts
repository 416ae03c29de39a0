import type { Check } from '../check.ts'
import { type AnswerSubject, compareAnswers } from '../compare-answers.ts'
import { versionOf } from '../machine.ts'
import {
  type Call,
  type Caller,
  createOpenTelemetry,
  createOurs,
  createPromClient,
  createPrometheusIo,
} from './metrics-callers.ts'
import { countSame, growth, readSamples, type Samples } from './metrics-samples.ts'

const ours = createOurs()
const peers = [createPromClient(), createPrometheusIo(), createOpenTelemetry()]

const tables: readonly { title: string; call: Call; target?: number }[] = [
  { title: 'Counting, without labels', call: 'count' },
  { title: 'Counting by a handle', call: 'countHeld', target: 0.5 },
  { title: 'Counting, with three labels', call: 'countLabelled', target: 0.5 },
  { title: 'Observing by a handle', call: 'observeHeld', target: 0.5 },
  { title: 'Observing, with three labels', call: 'observeLabelled', target: 0.5 },
]

/** The measured calls and their targets. */
export const metricsCalls: readonly (() => Promise<string>)[] = tables.map(
  ({ title, call, target }) =>
    () =>
      compareAnswers({
        title,
        yes: 1,
        ours: oraclesOf([ours], call),
        peers: oraclesOf(peers, call),
        target: target === undefined ? undefined : { ratio: target, first: 1 },
      }),
)

function oraclesOf(callers: readonly Caller[], call: Call): AnswerSubject[] {
  return callers.flatMap(({ peer, calls }) => {
    const subject = calls[call]
    return subject ? [peer === undefined ? subject : { ...subject, peer }] : []
  })
}

const CALLS = 1000

/** Checks that the measured calls took effect, with the same result in every library. */
export async function metricsTotals(): Promise<Check> {
  const expected = await growthOf(ours)
  const calls = Object.keys(ours.calls).length
  const told = [...expected].filter(([name]) => /_(total|count)\{/.test(name))
  const total = told.reduce((sum, [, value]) => sum + value, 0)
  const findings = [
    { text: `ours: ${total} calls, of ${calls * CALLS}`, holds: total === calls * CALLS },
  ]
  for (const caller of peers) {
    const samples = await growthOf(caller)
    const same = countSame(samples, expected)
    findings.push({
      text: `${caller.peer} ${versionOf(caller.peer ?? '')}: ${same} of its ${samples.size} samples equal ours`,
      holds: same === samples.size && samples.size > 0,
    })
  }
  return { title: `The samples after ${CALLS} calls of each kind`, findings }
}

/** The growth of each sample when each call is made `CALLS` times. */
async function growthOf({ calls, render }: Caller): Promise<Samples> {
  const before = readSamples(await render())
  for (const { ask } of Object.values(calls)) for (let at = 0; at < CALLS; at++) ask(at)
  return growth(before, readSamples(await render()))
}
