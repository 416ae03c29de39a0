import type { ExemplarSnapshot, SeriesSnapshot } from './metrics.ts'
import type { GivenLabels, SeriesTable } from './series-table.ts'

/**
 * One series: what a handle is. A metric without labels is its only series.
 *
 * It joins its metric's table when it is first written, so that a call that is refused leaves nothing behind; and again
 * when it is written after its removal.
 */
export abstract class Series {
  /** By the metric's `labelNames`. */
  readonly labelValues: readonly string[]
  readonly overflow: boolean
  /** Whether it is in its table. */
  attached = false
  exemplars: (ExemplarSnapshot | undefined)[] | undefined = undefined
  protected readonly table: SeriesTable
  /** In seconds since 1970. */
  readonly #created: number = Date.now() / 1000

  constructor(table: SeriesTable, labelValues: readonly string[], overflow: boolean) {
    this.table = table
    this.labelValues = labelValues
    this.overflow = overflow
  }

  get name(): string {
    return this.table.name
  }

  labels(labels: GivenLabels): Series {
    return this.table.of(labels).live()
  }

  /** Where to write: itself, or the series that has its labels now. */
  live(): this {
    return this.attached ? this : (this.table.attach(this) as this)
  }

  /** Brings up to date what takes long to work out. Absent where nothing does. */
  prepare?(): void

  /** As `SeriesSnapshot.values`. */
  abstract values(): (number | null)[]

  snapshot(): SeriesSnapshot {
    return {
      labels: this.labelValues,
      overflow: this.overflow || undefined,
      values: this.values(),
      created: this.table.counts ? this.#created : undefined,
      exemplars: this.exemplars?.filter((one) => one !== undefined),
    }
  }
}

/** A metric with labels. */
export class LabelledMetric<S extends Series> {
  readonly name: string
  protected readonly table: SeriesTable<S>

  constructor(table: SeriesTable<S>) {
    this.name = table.name
    this.table = table
  }

  labels(labels: GivenLabels): S {
    return this.table.of(labels).live()
  }
}
