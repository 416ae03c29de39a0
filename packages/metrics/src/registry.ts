import {
  type Clock,
  checkFunctions,
  checkNumber,
  emit,
  MAX_TIMER_MS,
  refusal,
  systemClock,
} from '@holdfast/internal'
import { callSite } from './call-site.ts'
import { CounterSeries, LabelledCounter } from './counter.ts'
import { type AnyOptions, define } from './definition.ts'
import type { MetricsEvent } from './events.ts'
import { GaugeSeries, LabelledGauge } from './gauge.ts'
import { histogramSeries } from './histogram.ts'
import { checkLabelValue } from './label-value.ts'
import type {
  Counter,
  FamilyFacts,
  Gauge,
  Histogram,
  HistogramOptions,
  InfoOptions,
  LabelValue,
  MetricOptions,
  Registry,
  RegistrySnapshot,
  RenderOptions,
  Summary,
  SummaryOptions,
} from './metrics.ts'
import { checkLabelNames, checkMetricName, takenNames } from './names.ts'
import { LabelledObserver } from './observer.ts'
import type { RegistryOptions } from './registry-options.ts'
import { renderSnapshot } from './render.ts'
import type { LabelledMetric, Series } from './series.ts'
import { type CreateSeries, SeriesTable } from './series-table.ts'
import { summarySeries } from './summary.ts'
import { type Readable, takeSnapshot } from './take-snapshot.ts'
import { mainSuffix } from './types.ts'

/**
 * Makes a registry. It holds nothing global: what is registered here is seen here.
 *
 * Of itself it counts `metrics_series_dropped_total{metric}`, what was written to an overflow series for want of a place,
 * and `metrics_collect_failed_total{metric}`, scrapes that a metric is missing in. Like any metric with labels they show
 * once there is something to tell.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export const createRegistry = (options: RegistryOptions = {}): Registry =>
  new MetricRegistry(options)

/** A metric with what is known of how it was made. */
interface Entry extends Readable {
  /** By which another registration is known to be the same. */
  readonly fingerprint: string
  readonly site: string
  collect: Readable['collect']
}

class MetricRegistry implements Registry {
  readonly #prefix: string
  readonly #labelNames: readonly string[]
  readonly #labelValues: readonly string[]
  readonly #maxSeries: number
  readonly #collectTimeoutMs: number
  readonly #onEvent: ((event: MetricsEvent) => void) | undefined
  readonly #clock: Clock
  readonly #entries = new Set<Entry>()
  /** Which metric has a name, be it its own or that of one of its samples. */
  readonly #names = new Map<string, Entry>()
  readonly #seriesDropped: Counter<'metric'>
  readonly #collectFailed: Counter<'metric'>
  #snapshot: Promise<RegistrySnapshot> | undefined
  /** Those under way, by their options. */
  readonly #renders = new Map<string, Promise<string>>()

  constructor(options: RegistryOptions) {
    const { prefix = '', defaultLabels = {}, clock = systemClock } = options
    const { maxSeriesPerMetric = 2000, collectTimeoutMs = 1000 } = options
    if (prefix !== '') checkMetricName('prefix', prefix)
    const labels = checkLabels('defaultLabels', defaultLabels, ['le', 'quantile'])
    this.#prefix = prefix
    this.#labelNames = Object.keys(labels)
    this.#labelValues = Object.values(labels)
    checkNumber('collectTimeoutMs', collectTimeoutMs, { min: 0, max: MAX_TIMER_MS })
    this.#collectTimeoutMs = collectTimeoutMs
    checkFunctions(options, 'onEvent')
    this.#onEvent = options.onEvent
    this.#clock = clock
    // Of these there are as many series as metrics, which is not for the limit to bound.
    this.#maxSeries = Infinity
    this.#seriesDropped = this.counter({
      name: 'metrics_series_dropped_total',
      help: 'Writes to the overflow series of a metric that has as many as it may.',
      labels: ['metric'],
    })
    this.#collectFailed = this.counter({
      name: 'metrics_collect_failed_total',
      help: 'Scrapes without the metric, as its collector failed or took too long.',
      labels: ['metric'],
    })
    this.#maxSeries = checkNumber('maxSeriesPerMetric', maxSeriesPerMetric, {
      min: 1,
      integer: true,
    })
  }

  counter<const L extends string = never>(options: MetricOptions<L, Counter<L>>): Counter<L> {
    const create = () => newCounter
    return this.#register('counter', options, this.counter, LabelledCounter, create)
  }

  gauge<const L extends string = never>(options: MetricOptions<L, Gauge<L>>): Gauge<L> {
    return this.#register('gauge', options, this.gauge, LabelledGauge, () => newGauge)
  }

  histogram<const L extends string = never>(options: HistogramOptions<L>): Histogram<L> {
    const create = ({ buckets = [] }: FamilyFacts) => histogramSeries(buckets, this.#clock)
    return this.#register('histogram', options, this.histogram, LabelledObserver, create)
  }

  summary<const L extends string = never>(options: SummaryOptions<L>): Summary<L> {
    const { windowMs = 600_000 } = options
    checkNumber('windowMs', windowMs, { min: 1 })
    const create = ({ quantiles = [] }: FamilyFacts) =>
      summarySeries(quantiles, windowMs, this.#clock)
    return this.#register('summary', options, this.summary, LabelledObserver, create, windowMs)
  }

  info({ name, help }: InfoOptions, labels: Readonly<Record<string, LabelValue>>): void {
    const checked = checkLabels('labels', labels, this.#labelNames)
    const options = { name, help, labels: Object.keys(checked) }
    const create = () => newGauge
    const gauge: Gauge<string> = this.#register(
      'info',
      options,
      this.info,
      LabelledGauge,
      create,
      checked,
    )
    gauge.labels(checked).set(1)
  }

  unregister(name: string): boolean {
    const entry = [...this.#entries].find(({ table }) => table.name === name)
    if (!entry) return false
    for (const taken of takenNames(entry.facts)) this.#names.delete(taken)
    return this.#entries.delete(entry)
  }

  snapshot(): Promise<RegistrySnapshot> {
    // Not at once, so that a collector that asks for a snapshot gets this one.
    this.#snapshot ??= Promise.resolve()
      .then(() => this.#take())
      .finally(() => {
        this.#snapshot = undefined
      })
    return this.#snapshot
  }

  render(options: RenderOptions = {}): Promise<string> {
    const { format, escaping, created } = options
    const key = `${[format, escaping, created]}`
    const render =
      this.#renders.get(key) ??
      this.snapshot()
        .then((snapshot) => renderSnapshot(snapshot, options))
        .finally(() => this.#renders.delete(key))
    this.#renders.set(key, render)
    return render
  }

  #take(): Promise<RegistrySnapshot> {
    return takeSnapshot(
      this.#entries,
      this.#collectTimeoutMs,
      this.#clock,
      ({ table: { name } }, failure) => {
        this.#collectFailed.inc({ metric: name })
        emit(this.#onEvent, { type: 'metrics.collect-failed', name, ...failure })
      },
    )
  }

  /** @param content - What else the metric is known by. */
  #register<M, S extends Series>(
    type: FamilyFacts['type'],
    options: AnyOptions,
    caller: (...args: never[]) => unknown,
    Labelled: new (table: SeriesTable<S>) => LabelledMetric<S>,
    create: (facts: FamilyFacts) => CreateSeries<S>,
    content?: unknown,
  ): M {
    const facts = define(type, options, this.#prefix, this.#labelNames)
    const { collect } = options
    const fingerprint = JSON.stringify([facts, content])
    const site = callSite(caller)
    const names = takenNames(facts)
    const other = names.map((name) => this.#names.get(name)).find((entry) => entry)
    if (other) {
      if (other.fingerprint !== fingerprint) throw clash(facts, site, other)
      if (collect) other.collect = collect
      return other.metric as M
    }
    const name = facts.name + mainSuffix(type)
    const table = new SeriesTable(
      {
        name,
        labelNames: facts.labelNames.slice(this.#labelNames.length),
        defaults: this.#labelValues,
        max: this.#maxSeries,
        onOverflow: this.#onOverflow(name),
        counts: type !== 'gauge' && type !== 'info',
      },
      create(facts),
    )
    const hasLabels = facts.labelNames.length > this.#labelNames.length
    const metric: unknown = hasLabels ? new Labelled(table) : table.of({}).live()
    const entry = {
      table: table as unknown as SeriesTable,
      metric,
      facts,
      fingerprint,
      site,
      collect,
    }
    this.#entries.add(entry)
    for (const taken of names) this.#names.set(taken, entry)
    return metric as M
  }

  /** Counts each, and tells of the first. */
  #onOverflow(name: string): () => void {
    const maxSeries = this.#maxSeries
    let told = false
    return () => {
      this.#seriesDropped.inc({ metric: name })
      if (!told) emit(this.#onEvent, { type: 'metrics.series-dropped', name, maxSeries })
      told = true
    }
  }
}

const newCounter: CreateSeries<CounterSeries> = (...series) => new CounterSeries(...series)
const newGauge: CreateSeries<GaugeSeries> = (...series) => new GaugeSeries(...series)

function checkLabels(
  option: string,
  labels: Readonly<Record<string, LabelValue>>,
  reserved: readonly string[],
): Readonly<Record<string, string>> {
  if (Object(labels) !== labels) throw refusal(option, labels, 'an object')
  checkLabelNames(option, Object.keys(labels), reserved)
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [name, checkLabelValue(option, name, value)]),
  )
}

function clash(ours: FamilyFacts, site: string, { facts: theirs, site: theirSite }: Entry): Error {
  const what = ours.name === theirs.name ? ', with other options' : ''
  return new RangeError(
    `The ${ours.type} \`${ours.name}\` (${site}) and the ${theirs.type} \`${theirs.name}\` (${theirSite}) would share a name${what}`,
  )
}
