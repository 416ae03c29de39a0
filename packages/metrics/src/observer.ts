import type { Clock } from '@holdfast/internal'
import { checkAmount } from './amount.ts'
import { keepExemplar } from './exemplar.ts'
import type { Exemplar, ExemplarSnapshot, ObserverHandle } from './metrics.ts'
import { LabelledMetric, Series } from './series.ts'
import type { GivenLabels, SeriesTable } from './series-table.ts'

/** One series of a histogram or a summary. */
export abstract class ObserverSeries extends Series implements ObserverHandle {
  protected readonly clock: Clock

  constructor(
    clock: Clock,
    ...series: [table: SeriesTable, labelValues: readonly string[], overflow: boolean]
  ) {
    super(...series)
    this.clock = clock
  }

  observe(value: number, exemplar?: Exemplar): void {
    checkAmount(this.table.name, 'given', value)
    const kept = exemplar && keepExemplar(exemplar, value)
    this.live().add(value, kept)
  }

  startTimer(): () => number {
    const startedAt = this.clock.now()
    let seconds: number | undefined
    return () => {
      if (seconds === undefined) {
        seconds = (this.clock.now() - startedAt) / 1000
        this.observe(seconds)
      }
      return seconds
    }
  }

  protected abstract add(value: number, exemplar: ExemplarSnapshot | undefined): void
}

/** A histogram or a summary with labels. */
export class LabelledObserver extends LabelledMetric<ObserverSeries> {
  observe(labels: GivenLabels, value: number, exemplar?: Exemplar): void {
    this.table.of(labels).observe(value, exemplar)
  }

  startTimer(labels: GivenLabels): () => number {
    return this.table.of(labels).startTimer()
  }
}
