/** The value of each sample, by its name and normalized labels. */
export type Samples = ReadonlyMap<string, number>

// Comments do not match. No label value of the benchmark contains a quote or a comma.
const SAMPLE = /^(\w+)(?:\{(.*)\})? (\S+)$/

/** Reads the samples from text in the Prometheus format. */
export function readSamples(text: string): Samples {
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
    if (name === undefined) continue
    samples.set(`${name}{${labels.split(',').map(spelled).sort()}}`, Number(value))
  }
  return samples
}

/** Normalizes bucket bounds, which libraries write as `1` or as `1.0`. */
function spelled(label: string): string {
  return label.replace(/^le="(.*)"$/, (_, bound) => `le=${Number(bound)}`)
}

/** Counts the samples that the others contain with the same value, up to rounding. */
export function countSame(samples: Samples, others: Samples): number {
  const isSame = ([name, value]: [string, number]) => {
    const other = others.get(name) ?? Number.NaN
    return Math.abs(value - other) <= 1e-9 * Math.abs(value)
  }
  return [...samples].filter(isSame).length
}

/** The growth of each sample. */
export function growth(before: Samples, after: Samples): Samples {
  return new Map([...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)]))
}
