import { callsThatTake, timeCalls } from './time-calls.ts'

/** Something to measure: a function that makes one call, and is called repeatedly. */
export interface Subject {
  readonly name: string
  /** The npm package, if it is not one of this repository. */
  readonly peer?: string
  call(): Promise<unknown>
}

/** Subjects that do the same work. The baseline does the work without any library. */
export interface Comparison {
  readonly title: string
  readonly baseline: Subject
  readonly ours: readonly Subject[]
  readonly peers?: readonly Subject[]
  /** The largest allowed ratio of our time above the baseline to the fastest peer's. Default: no target. */
  readonly target?: number
}

/** The time of one call. */
export interface Measurement {
  readonly subject: Subject
  /** The median over all rounds. */
  readonly microseconds: number
  /** The median minus that of the baseline. */
  readonly above: number
}

/** In the order baseline, ours, peers. */
export type Measurements = readonly Measurement[]

/**
 * Measures all subjects in one process, in rounds with a different order each, so that other work on the machine affects
 * all of them equally.
 */
export async function measure(comparison: Comparison, rounds: number): Promise<Measurements> {
  const { baseline, ours, peers = [] } = comparison
  const runs: { subject: Subject; calls: number; times: number[] }[] = []
  for (const subject of [baseline, ...ours, ...peers]) {
    const calls = await callsThatTake(ROUND_MS, (calls) => timeCalls(subject.call, calls))
    runs.push({ subject, calls, times: [] })
  }
  for (let round = 0; round < rounds; round++) {
    for (const run of inOrderOf(round, runs)) {
      run.times.push(await timeCalls(run.subject.call, run.calls))
    }
  }
  const baselineMicroseconds = median(runs[0]?.times ?? [])
  return runs.map(({ subject, times }) => {
    const microseconds = median(times)
    return { subject, microseconds, above: microseconds - baselineMicroseconds }
  })
}

/** The approximate time that one subject runs in a round: much longer than the clock's resolution and a garbage collection pause. */
const ROUND_MS = 30

/** Rotates the order each round and reverses every second one, so that each subject follows different ones. */
export function inOrderOf<T>(round: number, members: readonly T[]): T[] {
  const first = round % members.length
  const order = [...members.slice(first), ...members.slice(0, first)]
  return round % 2 === 0 ? order : order.reverse()
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
