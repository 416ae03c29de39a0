import type { Escaping, ExemplarSnapshot, FamilyFacts } from './metrics.ts'
import { escapeMetric } from './names.ts'
import { mainSuffix } from './types.ts'

/** What one format has that another has not. Another version of one is another dialect. */
export interface Dialect {
  /** What stands before a metric's samples. */
  head(facts: FamilyFacts, names: MetricNames): string
  /** Absent where there are none. */
  exemplar?(exemplar: ExemplarSnapshot): string
  /** Whether a histogram's sum and count are left out. */
  sumless?(facts: FamilyFacts): boolean
  /** Whether there is `_created`. */
  readonly created?: true
  readonly end: string
}

/** A metric's names, escaped. */
export interface MetricNames {
  /** The metric's own, as OpenMetrics has it. */
  readonly family: string
  /** Of its samples, less what tells them apart: a counter's and an info's ends as its only sample does. */
  readonly sample: string
}

export function metricNames({ name, type }: FamilyFacts, escaping: Escaping): MetricNames {
  const suffix = mainSuffix(type)
  // All of it, as in Go's client: its `_` is doubled by `dots`. What is left is then what OpenMetrics calls the metric.
  const sample = escapeMetric(name + suffix, escaping)
  return { family: suffix ? sample.slice(0, -suffix.length) : sample, sample }
}
