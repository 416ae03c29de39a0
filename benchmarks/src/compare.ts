/** One of the things that are compared: a call, made over and over. */
export interface Subject {
  readonly name: string
  call(): Promise<unknown>
}

/** A group of subjects; the first is the floor that the others stand on. */
export interface Comparison {
  readonly title: string
  readonly callsPerRound: number
  readonly subjects: readonly Subject[]
}

/** What a call of a subject takes: the median over the rounds. */
export interface Measurement {
  readonly name: string
  readonly microseconds: number
  /** Less the floor's. */
  readonly above: number
}

/**
 * Measures all subjects in one process, in rounds, each round in another order, so that what else the machine does
 * hits all alike.
 */
export async function measure(
  { subjects, callsPerRound }: Comparison,
  rounds: number,
): Promise<Measurement[]> {
  const times = new Map(subjects.map((subject) => [subject, [] as number[]]))
  for (const subject of subjects) await time(subject, callsPerRound)
  for (let round = 0; round < rounds; round++) {
    const first = round % subjects.length
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      times.get(subject)?.push(await time(subject, callsPerRound))
    }
  }
  const medians = subjects.map((subject) => median(times.get(subject) ?? []))
  return subjects.map(({ name }, index) => {
    const microseconds = medians[index] ?? Number.NaN
    return { name, microseconds, above: microseconds - (medians[0] ?? Number.NaN) }
  })
}

async function time({ call }: Subject, calls: number): Promise<number> {
  const start = performance.now()
  for (let made = 0; made < calls; made++) await call()
  return ((performance.now() - start) * 1_000) / calls
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
