import { checkAmount } from './amount.ts'
import type { GaugeHandle } from './metrics.ts'
import { LabelledMetric, Series } from './series.ts'
import type { GivenLabels } from './series-table.ts'

export class GaugeSeries extends Series implements GaugeHandle {
  #value = 0

  set(value: number): void {
    checkAmount(this.table.name, 'set to', value)
    this.live().#value = value
  }

  inc(by = 1): void {
    checkAmount(this.table.name, 'changed by', by)
    this.live().#value += by
  }

  dec(by = 1): void {
    checkAmount(this.table.name, 'changed by', by)
    this.live().#value -= by
  }

  remove(): boolean {
    // What stands for many is no one's to remove.
    if (!this.attached || this.overflow) return false
    this.#value = 0
    this.table.delete(this)
    return true
  }

  values(): number[] {
    return [this.#value]
  }
}

export class LabelledGauge extends LabelledMetric<GaugeSeries> {
  set(labels: GivenLabels, value: number): void {
    this.table.of(labels).set(value)
  }

  inc(labels: GivenLabels, by?: number): void {
    this.table.of(labels).inc(by)
  }

  dec(labels: GivenLabels, by?: number): void {
    this.table.of(labels).dec(by)
  }

  remove(labels: GivenLabels): boolean {
    return this.table.of(labels).remove()
  }
}
