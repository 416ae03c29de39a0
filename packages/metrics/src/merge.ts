import type {
  ExemplarSnapshot,
  FamilyFacts,
  FamilySnapshot,
  Merge,
  RegistrySnapshot,
  SeriesSnapshot,
} from './metrics.ts'
import { checkSnapshot } from './render.ts'

/** What of a metric must be the same everywhere, for its values to be one. Its help need not: the first counts. */
const SAME: readonly (keyof FamilyFacts)[] = [
  'type',
  'unit',
  'merge',
  'labelNames',
  'buckets',
  'quantiles',
]

/**
 * Makes the snapshots of several registries one: of the processes of a cluster, of worker threads.
 *
 * Series with the same labels become one. By its metric's `merge` its values are added up, or the greatest, the least or
 * the last is taken. A histogram's buckets and sum are added up each by itself. So are a summary's sum and count; its
 * quantiles cannot be, and the greatest of several is at least the quantile of all.
 *
 * Give them in the same order each time: the last digit of a sum of fractions depends on it, and a counter must not go down.
 *
 * @throws RangeError when a metric is not the same everywhere, or a snapshot has an unknown version; TypeError when
 * something is no snapshot.
 */
export function mergeSnapshots(snapshots: readonly RegistrySnapshot[]): RegistrySnapshot {
  const families = new Map<string, { facts: FamilyFacts; series: Map<string, SeriesSnapshot> }>()
  for (const snapshot of snapshots) {
    checkSnapshot(snapshot)
    for (const { series, ...facts } of snapshot.families) {
      const merged = families.get(facts.name) ?? { facts, series: new Map() }
      families.set(facts.name, merged)
      checkSame(merged.facts, facts)
      for (const one of series) {
        const key = JSON.stringify([one.labels, one.overflow])
        const other = merged.series.get(key)
        merged.series.set(key, other ? mergeSeries(facts, other, one) : one)
      }
    }
  }
  return {
    version: 1,
    families: Array.from(
      families.values(),
      ({ facts, series }): FamilySnapshot => ({ ...facts, series: [...series.values()] }),
    ),
  }
}

function checkSame(ours: FamilyFacts, theirs: FamilyFacts): void {
  for (const fact of SAME) {
    const [a, b] = [JSON.stringify(ours[fact]), JSON.stringify(theirs[fact])]
    if (a !== b) {
      const what = `its \`${fact}\` is ${a} in one snapshot and ${b} in another`
      throw new RangeError(`\`${ours.name}\` cannot be merged: ${what}`)
    }
  }
}

function mergeSeries(
  { merge, quantiles }: FamilyFacts,
  ours: SeriesSnapshot,
  theirs: SeriesSnapshot,
): SeriesSnapshot {
  const { created, exemplars } = ours
  return {
    ...ours,
    values: ours.values.map((value, at) =>
      combine(
        quantiles && at >= quantiles.length ? 'sum' : merge,
        value,
        theirs.values[at] ?? null,
      ),
    ),
    // What is added up began with the first.
    ...(created && { created: Math.min(created, theirs.created ?? created) }),
    exemplars: latest([...(exemplars ?? []), ...(theirs.exemplars ?? [])]),
  }
}

function combine(merge: Merge, ours: number | null, theirs: number | null): number | null {
  if (ours === null || theirs === null) return theirs ?? ours
  if (merge === 'sum') return ours + theirs
  return merge === 'last' ? theirs : Math[merge](ours, theirs)
}

/** Of each place, the latest. */
const latest = (exemplars: ExemplarSnapshot[]): ExemplarSnapshot[] => [
  ...new Map(
    exemplars.sort((a, b) => a.timestamp - b.timestamp).map((one) => [one.at, one]),
  ).values(),
]
