import { checkAmount } from './amount.ts'
import { keepExemplar } from './exemplar.ts'
import type { CounterHandle, Exemplar } from './metrics.ts'
import { LabelledMetric, Series } from './series.ts'
import type { GivenLabels } from './series-table.ts'

export class CounterSeries extends Series implements CounterHandle {
  #value = 0

  inc(by = 1, exemplar?: Exemplar): void {
    checkAmount(this.table.name, 'increased by', by, 0)
    // Of what was added, as Go's client has it, not of what that comes to.
    const kept = exemplar && keepExemplar(exemplar, by, 0)
    const series = this.live()
    series.#value += by
    if (kept) series.exemplars = [kept]
  }

  values(): number[] {
    return [this.#value]
  }
}

export class LabelledCounter extends LabelledMetric<CounterSeries> {
  inc(labels: GivenLabels, by?: number, exemplar?: Exemplar): void {
    this.table.of(labels).inc(by, exemplar)
  }
}
