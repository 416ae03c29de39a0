import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Check } from '../check.ts'
import { inOrderOf, median } from '../compare.ts'
import { versionOf } from '../machine.ts'
import { verdict } from '../report.ts'
import { table } from '../table.ts'
import type { RenderAsked, RenderJob } from './metrics-render-process.ts'
import { countSame, readSamples } from './metrics-samples.ts'

const LINES = 38_000
/** Odd, so that the median is a measured value. */
const ROUNDS = 15
const WARM_UP_ROUNDS = 5
const MAX_OF_PEER = 0.4
const MAX_BLOCK_MS = 10

/** In the order of `renderers`. */
const subjects = [
  { name: '**render**' },
  named('prom-client', 'metrics'),
  named('@prometheus-io/client', 'metrics'),
  named('@opentelemetry/exporter-prometheus', 'collect, serialize'),
]

function named(peer: string, name: string) {
  return { name: `${peer} ${versionOf(peer)}: ${name}`, peer }
}

const randoms = Array.from({ length: 99_991 }, Math.random)

/** The contents of the registries. */
interface Load {
  readonly title: string
  readonly target?: number
  /** One process per library, so that none collects the garbage of another. */
  readonly processes: readonly ChildProcess[]
}

const loads: readonly Load[] = [
  {
    title: '38 000 lines: whole numbers, durations in milliseconds',
    target: MAX_OF_PEER,
    processes: start(true),
  },
  { title: '38 000 lines: fractions of 16 digits', processes: start(false) },
]

function start(isWhole: boolean): ChildProcess[] {
  return subjects.map((_, renderer) => {
    const child = fork(new URL('./metrics-render-process.ts', import.meta.url))
    child.send({ renderer, randoms, isWhole } satisfies RenderJob)
    return child
  })
}

async function ask<T>(child: ChildProcess, asked: RenderAsked): Promise<T> {
  child.send(asked)
  const [answer] = await once(child, 'message')
  return answer as T
}

/** Measures each process in rounds. Returns the medians. */
async function measure({ processes }: Load, asked: 'ms' | 'blockMs'): Promise<number[]> {
  const runs = processes.map((child) => ({ child, figures: [] as number[] }))
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const { child, figures } of inOrderOf(round, runs)) {
      const figure = await ask<number>(child, asked)
      if (round >= WARM_UP_ROUNDS) figures.push(figure)
    }
  }
  return runs.map(({ figures }) => median(figures))
}

/** Measures the time to render all series after each has changed. */
export const metricsRendering: readonly (() => Promise<string>)[] = loads.map(
  (load) => async () => {
    const { title, target } = load
    const medians = await measure(load, 'ms')
    const fastest = Math.min(...medians.slice(1))
    const rows = subjects.map(({ name }, at) => {
      const ms = medians[at] ?? Number.NaN
      const isJudged = target !== undefined && at === 0
      return [
        name,
        ms.toFixed(1),
        (ms / fastest).toFixed(2),
        isJudged ? verdict(ms / fastest, target) : '',
      ]
    })
    const heads = ['', 'ms', '× the fastest peer', ...(target === undefined ? [] : ['target'])]
    return `### Rendering ${title}\n\n${table(heads, rows)}`
  },
)

/** Checks that all libraries render the same samples. */
export async function metricsLines(): Promise<Check> {
  const findings: Check['findings'][number][] = []
  for (const { title, processes } of loads) {
    const texts = await Promise.all(processes.map((child) => ask<string>(child, 'text')))
    const [expected = new Map(), ...others] = texts.map(readSamples)
    findings.push({ text: `${title}: ${expected.size}`, holds: expected.size === LINES })
    others.forEach((samples, at) => {
      const same = countSame(samples, expected)
      const text = `${subjects[at + 1]?.name}: ${same} of its ${samples.size} samples equal ours`
      findings.push({ text, holds: same === LINES && samples.size === LINES })
    })
  }
  return { title: 'All libraries render the same samples', findings }
}

/** Measures how long rendering blocks the rest of the process. */
export async function metricsBlocks(): Promise<Check> {
  const [, fractions] = loads as [Load, Load]
  const [ours = Number.NaN, ...others] = await measure(fractions, 'blockMs')
  const beside = others.map((ms, at) => `${subjects[at + 1]?.name} ${ms.toFixed(1)}`)
  const text = `${ours.toFixed(1)} ms, at most ${MAX_BLOCK_MS} allowed (${beside.join('; ')})`
  return {
    title: `The longest time that rendering blocks the event loop, median of ${ROUNDS} scrapes`,
    findings: [{ text, holds: ours <= MAX_BLOCK_MS }],
  }
}

export async function stopRendering(): Promise<void> {
  for (const { processes } of loads) for (const child of processes) child.kill()
}
