import { createToolLoopGuard, type ToolLoopGuard } from '@holdfast/tool-loop-guard'
import type { Check } from '../check.ts'
import { inOrderOf, median } from '../compare.ts'
import type { Part } from '../part.ts'
import { table } from '../table.ts'

/** Odd, so that the median is a measured value. */
const ROUNDS = 31
/** More calls than a guard remembers. */
const FILLING = 1_000
const FAR = 100_000
const MAX_GROWTH = 1.2

/** A guard with its own run, in which every call has a new input and a new result. */
interface Run {
  readonly name: string
  readonly guard: ToolLoopGuard
  readonly inputs: readonly unknown[]
  readonly outputs: readonly unknown[]
  /** The number of calls in a round. */
  readonly calls: number
  /** The largest allowed time of a call, in microseconds. */
  readonly target?: number
  made: number
  readonly microseconds: number[]
}

/** Parses the text, as the input of a real call is parsed JSON with flat strings. */
function parsed<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}

const text = (length: number, n: number): string =>
  `${n} `.padEnd(length, 'What keeps kelp on its rock, while the sea tears at it. ')

function start(name: string, bytes: number, calls: number, target?: number): Run {
  const numbers = Array.from({ length: 200 }, (_, n) => n)
  return {
    name,
    guard: createToolLoopGuard({ limits: { steps: { warn: Infinity, block: Infinity } } }),
    inputs: numbers.map((n) =>
      parsed({ path: `src/${n}.ts`, recursive: true, limit: 50, query: text(bytes - 60, n) }),
    ),
    outputs: numbers.map((n) => parsed(text(bytes, n + 7))),
    calls,
    ...(target !== undefined && { target }),
    made: 0,
    microseconds: [],
  }
}

function makeCalls(run: Run, calls: number): void {
  const { guard, inputs, outputs } = run
  for (const end = run.made + calls; run.made < end; run.made++) {
    const id = `call-${run.made}`
    const at = run.made % inputs.length
    const { action } = guard.before({ id, tool: `tool-${run.made % 5}`, input: inputs[at] })
    if (action !== 'allow') throw new Error(`A call of a healthy run: ${action}`)
    guard.after(id, { output: outputs[at] })
  }
}

function measure(runs: readonly Run[]): void {
  for (let round = 0; round < ROUNDS; round++) {
    for (const run of inOrderOf(round, runs)) {
      const begin = performance.now()
      makeCalls(run, run.calls)
      run.microseconds.push(((performance.now() - begin) * 1_000) / run.calls)
    }
  }
}

const small = start('1 kB in, 1 kB out', 1_000, 300, 10)
const large = start('100 kB in, 100 kB out', 100_000, 20, 200)
const off = start('1 kB, switched off', 1_000, 300)
const early = start(`from call ${FILLING} on`, 1_000, 100)
const late = start(`from call ${FAR} on`, 1_000, 100)

/** Checks the time of a call. It can fail on a busy machine. */
async function guardCosts(): Promise<Check> {
  const runs = [small, large]
  for (const run of runs) makeCalls(run, FILLING)
  measure(runs)
  return {
    title: '`before` and `after` of one call, with a full window',
    findings: runs.map(({ name, microseconds, target = 0 }) => {
      const found = median(microseconds)
      return {
        text: `${name}: ${found.toFixed(1)} µs, at most ${target} allowed`,
        holds: found <= target,
      }
    }),
  }
}

async function guardGrowth(): Promise<Check> {
  makeCalls(late, FAR)
  makeCalls(early, FILLING)
  measure([early, late])
  const ratio = median(late.microseconds) / median(early.microseconds)
  const text = `call ${FAR} takes ${ratio.toFixed(2)} × call ${FILLING}, at most ${MAX_GROWTH} allowed`
  const sizes = [early, late].map(({ guard }) => JSON.stringify(guard.snapshot()).length)
  const [first = 0, last = 0] = sizes
  return {
    title: 'Cost late in a long run, compared with early',
    findings: [
      { text, holds: ratio <= MAX_GROWTH },
      { text: `snapshots: ${first} and ${last} characters`, holds: last <= first * MAX_GROWTH },
    ],
  }
}

/** Measures the other methods of a guard. */
async function guardParts(): Promise<string> {
  off.guard.mode = 'off'
  for (const run of [off, small]) makeCalls(run, FILLING)
  measure([off])
  const snapshot = timed(() => small.guard.snapshot())
  const rows = [
    [off.name, median(off.microseconds).toFixed(1)],
    ['`snapshot()`, full', snapshot.toFixed(1)],
  ]
  return `### Other methods of a guard\n\n${table(['', 'µs'], rows)}`
}

function timed(act: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now()
    act()
    return (performance.now() - begin) * 1_000
  })
  return median(times)
}

export const toolLoopGuardPart: Part = {
  comparisons: [],
  checks: [guardCosts, guardGrowth],
  tables: [guardParts],
}
