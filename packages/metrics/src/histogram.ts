import type { Clock } from '@holdfast/internal'
import type { ExemplarSnapshot } from './metrics.ts'
import { ObserverSeries } from './observer.ts'
import type { CreateSeries } from './series-table.ts'

class HistogramSeries extends ObserverSeries {
  readonly #bounds: Float64Array
  /** The count of each bucket, `+Inf` last, and the sum. */
  readonly #values: Float64Array

  constructor(bounds: Float64Array, ...series: ConstructorParameters<typeof ObserverSeries>) {
    super(...series)
    this.#bounds = bounds
    this.#values = new Float64Array(bounds.length + 2)
  }

  protected add(value: number, exemplar: ExemplarSnapshot | undefined): void {
    const bounds = this.#bounds
    const values = this.#values
    let bucket = 0
    let end = bounds.length
    while (bucket < end) {
      const middle = (bucket + end) >>> 1
      if (value <= (bounds[middle] as number)) end = middle
      else bucket = middle + 1
    }
    values[bucket] = (values[bucket] as number) + 1
    values[values.length - 1] = (values[values.length - 1] as number) + value
    if (exemplar) {
      this.exemplars ??= []
      this.exemplars[bucket] = { ...exemplar, at: bucket }
    }
  }

  values(): number[] {
    return [...this.#values]
  }
}

/** @param buckets - Ascending, without `+Inf`. */
export function histogramSeries(
  buckets: readonly number[],
  clock: Clock,
): CreateSeries<ObserverSeries> {
  const bounds = Float64Array.from(buckets)
  return (...series) => new HistogramSeries(bounds, clock, ...series)
}
