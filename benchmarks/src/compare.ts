import { callsThatTake, timeCalls } from './time-calls.ts'

/** A way of making one call, made over and over. */
export interface Subject {
  readonly name: string
  /** The npm package measured, when it is not one of this repository. */
  readonly peer?: string
  call(): Promise<unknown>
}

/** Subjects that do the same, standing on one floor: what the work costs without any of them. */
export interface Comparison {
  readonly title: string
  readonly floor: Subject
  readonly ours: readonly Subject[]
  readonly peers?: readonly Subject[]
  /** How much of the fastest peer's time above the floor ours may take. Without it there is no target. */
  readonly target?: number
}

/** What a call of a subject takes. */
export interface Measurement {
  readonly subject: Subject
  /** The median over the rounds. */
  readonly microseconds: number
  /** Less the floor's. */
  readonly above: number
}

/** In the order floor, ours, peers. */
export type Measurements = readonly Measurement[]

/**
 * Measures all subjects in one process, in rounds, each round in another order, so that what else the machine does
 * hits all alike.
 */
export async function measure(comparison: Comparison, rounds: number): Promise<Measurements> {
  const { floor, ours, peers = [] } = comparison
  const runs: { subject: Subject; calls: number; times: number[] }[] = []
  for (const subject of [floor, ...ours, ...peers]) {
    const calls = await callsThatTake(ROUND_MS, (calls) => timeCalls(subject.call, calls))
    runs.push({ subject, calls, times: [] })
  }
  for (let round = 0; round < rounds; round++) {
    for (const run of inOrderOf(round, runs)) {
      run.times.push(await timeCalls(run.subject.call, run.calls))
    }
  }
  const floorMicroseconds = median(runs[0]?.times ?? [])
  return runs.map(({ subject, times }) => {
    const microseconds = median(times)
    return { subject, microseconds, above: microseconds - floorMicroseconds }
  })
}

/** How long a subject's share of a round takes, about: long beside the clock's grain and a pause of the collector. */
const ROUND_MS = 30

/** Each starts a round in turn, and every other round runs backwards, so that each follows different neighbours. */
export function inOrderOf<T>(round: number, members: readonly T[]): T[] {
  const first = round % members.length
  const order = [...members.slice(first), ...members.slice(0, first)]
  return round % 2 === 0 ? order : order.reverse()
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
