/** The value of each sample, by its name and labels in one spelling. */
export type Samples = ReadonlyMap<string, number>

// Comments have no match. No label that is used here holds a quote or a comma.
const SAMPLE = /^(\w+)(?:\{(.*)\})? (\S+)$/

/** The samples of a text in Prometheus's format. */
export function readSamples(text: string): Samples {
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
    if (name === undefined) continue
    samples.set(`${name}{${labels.split(',').map(spelled).sort()}}`, Number(value))
  }
  return samples
}

/** Bounds are written as `1` or as `1.0`. */
function spelled(label: string): string {
  return label.replace(/^le="(.*)"$/, (_, bound) => `le=${Number(bound)}`)
}

/** How many of the samples the others have too, with the same value, but for the rounding of sums. */
export function countSame(samples: Samples, others: Samples): number {
  const isSame = ([name, value]: [string, number]) => {
    const other = others.get(name) ?? Number.NaN
    return Math.abs(value - other) <= 1e-9 * Math.abs(value)
  }
  return [...samples].filter(isSame).length
}

/** What each sample has grown by. */
export function growth(before: Samples, after: Samples): Samples {
  return new Map([...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)]))
}
