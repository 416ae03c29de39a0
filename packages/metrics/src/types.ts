import type { FamilyFacts, Merge } from './metrics.ts'

/** What is fixed for all metrics of a type. */
interface MetricType {
  /** What its samples are called after the metric's own name. */
  readonly suffixes: readonly string[]
  /** Whether one of these is what the user's name may end in, and text 0.0.4's does: the first. */
  readonly named?: true
  /** The label that its samples have besides the metric's own. */
  readonly label?: string
  /**
   * How its values may become one, the default first: the greatest of each of a histogram's buckets are no histogram, and
   * quantiles that are added up no quantiles.
   */
  readonly merges: readonly [Merge, ...Merge[]]
}

export const TYPES: Readonly<Record<FamilyFacts['type'], MetricType>> = {
  counter: { suffixes: ['_total', '_created'], named: true, merges: ['sum', 'max', 'min', 'last'] },
  gauge: { suffixes: [], merges: ['sum', 'max', 'min', 'last'] },
  histogram: {
    suffixes: ['_bucket', '_sum', '_count', '_created'],
    label: 'le',
    merges: ['sum', 'last'],
  },
  summary: {
    suffixes: ['_sum', '_count', '_created'],
    label: 'quantile',
    merges: ['max', 'min', 'last'],
  },
  info: { suffixes: ['_info'], named: true, merges: ['max'] },
}

/** What the name of a type's only sample ends in, after the metric's own. */
export function mainSuffix(type: FamilyFacts['type']): string {
  const { named, suffixes } = TYPES[type]
  return (named && suffixes[0]) ?? ''
}
