import { refusal } from '@holdfast/internal'
import { type Dialect, metricNames } from './dialect.ts'
import type { Escaping, RegistrySnapshot, RenderOptions } from './metrics.ts'
import { openMetrics } from './openmetrics.ts'
import { seriesWriter } from './samples.ts'
import { Slices } from './slices.ts'
import { text } from './text.ts'

const DIALECTS: ReadonlyMap<unknown, Dialect> = new Map([
  ['text', text],
  ['openmetrics', openMetrics],
])
export const ESCAPINGS: readonly Escaping[] = ['allow-utf-8', 'underscores', 'dots', 'values']

/** So many are joined at a time: strings that are put together without it are so in one go, when all of it is read. */
const PIECES = 32

/**
 * The exposition of a snapshot, such as `mergeSnapshots` returns, rendered in slices between which other work runs.
 *
 * @throws RangeError when the snapshot is of a version that this package does not know, or there is no such format or
 * escaping; TypeError when it is no snapshot.
 */
export async function renderSnapshot(
  snapshot: RegistrySnapshot,
  { format = 'text', escaping = 'underscores', created = false }: RenderOptions = {},
): Promise<string> {
  checkSnapshot(snapshot)
  const dialect = DIALECTS.get(format)
  if (!dialect) throw refusal('format', format, 'text or openmetrics', RangeError)
  if (!ESCAPINGS.includes(escaping)) {
    throw refusal('escaping', escaping, `one of ${ESCAPINGS.join(', ')}`, RangeError)
  }
  const slices = new Slices()
  const done: string[] = []
  let pieces: string[] = []
  for (const { series, ...facts } of snapshot.families) {
    // As in Go's client, a metric is not told of before it has a series.
    if (series.length > 0) pieces.push(dialect.head(facts, metricNames(facts, escaping)))
    const write = seriesWriter(facts, dialect, escaping, created)
    for (const one of series) {
      pieces.push(write(one))
      if (pieces.length > PIECES) {
        done.push(pieces.join(''))
        pieces = []
      }
      if (slices.over()) await slices.next()
    }
  }
  return [...done, ...pieces, dialect.end].join('')
}

/** It may come from another process, and so from another version of this package. */
export function checkSnapshot(snapshot: unknown): asserts snapshot is RegistrySnapshot {
  const { version, families } = Object(snapshot) as Partial<RegistrySnapshot>
  if (!Array.isArray(families)) throw refusal('snapshot', snapshot, 'what a registry gives')
  if (version !== 1) throw refusal('snapshot.version', version, '1', RangeError)
}
