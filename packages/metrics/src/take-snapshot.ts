import type { Clock } from '@holdfast/internal'
import { type Collected, type CollectFailure, collectAll } from './collect.ts'
import type { FamilyFacts, RegistrySnapshot } from './metrics.ts'
import type { SeriesTable } from './series-table.ts'
import { Slices } from './slices.ts'

/** What a snapshot is taken of. */
export interface Readable extends Collected {
  readonly facts: FamilyFacts
  readonly table: SeriesTable
}

/**
 * Runs the collectors and takes down all values. Metrics whose collector failed are left out: what they were at some
 * earlier scrape is not what they are.
 *
 * @param onFailure - Is told of each of them before the values are taken, so that what it counts is in the snapshot.
 */
export async function takeSnapshot<R extends Readable>(
  metrics: ReadonlySet<R>,
  timeoutMs: number,
  clock: Clock,
  onFailure: (metric: R, failure: CollectFailure) => void,
): Promise<RegistrySnapshot> {
  const failures = await collectAll([...metrics], timeoutMs, clock)
  const slices = new Slices()
  for (const { table } of metrics) {
    for (const series of table.series) {
      if (!series.prepare) break
      series.prepare()
      if (slices.over()) await slices.next()
    }
  }
  // From here on nothing else runs until all values are taken.
  const failed = new Map(failures)
  for (const [metric, failure] of failed) onFailure(metric, failure)
  const families = [...metrics]
    .filter((metric) => !failed.has(metric))
    .map(({ facts, table }) => ({
      ...facts,
      series: table.series.map((series) => series.snapshot()),
    }))
  // What is done with it has slices of its own.
  if (slices.over()) await slices.next()
  return { version: 1, families }
}
