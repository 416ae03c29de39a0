/** A label's value; what is no string is written as one. An empty string is the same as no label at all. */
export type LabelValue = string | number | boolean

/** The values of a metric's labels: all of its names, and no other. */
export type Labels<L extends string> = { readonly [K in L]: LabelValue }

/** Of a metric that has labels, every call names them first. One that has none takes what its handles do. */
export type Call<L extends string, A extends readonly unknown[]> = [L] extends [never]
  ? A
  : [labels: Labels<L>, ...A]

/** What ties a sample to a trace: a few labels, 128 code points in all, names and values together. */
export interface Exemplar {
  readonly labels: Readonly<Record<string, string>>
  /** Wall time, in seconds since 1970. Default: that of the call. */
  readonly timestamp?: number | undefined
}

/** What every metric has. `M` is the metric that they make. */
export interface MetricOptions<L extends string, M = unknown> {
  /**
   * Without the registry's prefix. A counter's ends in `_total`, with or without one's writing it.
   *
   * Begins with a letter, `_` or `:`, and holds no white space and no control character. Prometheus before 3.0 reads
   * `[a-zA-Z_:][a-zA-Z0-9_:]*` alone: for it, and for whoever does not ask for more, other characters are escaped.
   */
  readonly name: string
  readonly help: string
  /**
   * Names as above, but none that begins with `__`, nor `overflow`, nor a histogram's `le`, nor a summary's `quantile`.
   * Default: none.
   */
  readonly labels?: readonly L[] | undefined
  /** The base unit, which the name ends in: `seconds`, `bytes`. Default: none is told. */
  readonly unit?: string | undefined
  /**
   * Called with the metric before each scrape, to set it. May be asynchronous. One that fails, or takes longer than the
   * registry's `collectTimeoutMs`, costs this metric alone, and is counted.
   */
  readonly collect?: ((metric: M) => void | Promise<void>) | undefined
  /**
   * How the values of several processes become one: see `mergeSnapshots`. Default `sum`; of a summary, whose quantiles
   * cannot be added up, `max`. A histogram takes `sum` and `last` alone.
   */
  readonly merge?: Merge | undefined
}

/** How the values of several processes become one. `last`: that of the snapshot that is given last. */
export type Merge = 'sum' | 'max' | 'min' | 'last'

/** One series of a counter. Holds its place: to count costs no look-up and allocates nothing. */
export interface CounterHandle {
  /** @throws RangeError when `by` is negative or no finite number. */
  inc(by?: number, exemplar?: Exemplar): void
}

/** Only ever goes up. */
export interface Counter<L extends string = never> {
  /** As it is scraped, with the prefix and `_total`. */
  readonly name: string
  /**
   * @throws RangeError or TypeError when `by` is negative or no finite number, or when the labels are not the metric's.
   * Nothing is changed then; the same holds for every metric.
   */
  inc(...call: Call<L, [by?: number, exemplar?: Exemplar]>): void
  labels(labels: Labels<L>): CounterHandle
}

/** One series of a gauge. */
export interface GaugeHandle {
  /** @throws RangeError or TypeError when the value is no finite number, as `inc` and `dec` do. */
  set(value: number): void
  inc(by?: number): void
  dec(by?: number): void
  /**
   * Forgets the series, until it is used again. Only gauges can: what counts must not go back. Returns whether it was
   * there; the overflow series stays.
   */
  remove(): boolean
}

/** Goes up and down. */
export interface Gauge<L extends string = never> {
  readonly name: string
  set(...call: Call<L, [value: number]>): void
  inc(...call: Call<L, [by?: number]>): void
  dec(...call: Call<L, [by?: number]>): void
  labels(labels: Labels<L>): GaugeHandle
  remove(...call: Call<L, []>): boolean
}

/** One series of a histogram or summary. */
export interface ObserverHandle {
  /**
   * A histogram keeps the last exemplar of each bucket; a summary keeps none, as neither format has a place for it.
   *
   * @throws RangeError when the value is NaN or infinite, TypeError when it is no number.
   */
  observe(value: number, exemplar?: Exemplar): void
  /**
   * Observes, in seconds, how long it is until the function that it returns is called; that returns the seconds.
   * The first call observes; further ones return the same.
   */
  startTimer(): () => number
}

/** How many values fell into each of its buckets. */
export interface Histogram<L extends string = never> {
  readonly name: string
  observe(...call: Call<L, [value: number, exemplar?: Exemplar]>): void
  startTimer(...call: Call<L, []>): () => number
  labels(labels: Labels<L>): ObserverHandle
}

/**
 * Quantiles over a sliding window; the sum and the count go back to the start. A quantile is within 0.6 % of a value
 * observed as long as the greatest is no more than 32 times the least; the error grows with that range, in bounded
 * memory: 1.1 % for 3 decades, 2.2 % for 6.
 */
export interface Summary<L extends string = never> extends Histogram<L> {}

export interface HistogramOptions<L extends string> extends MetricOptions<L, Histogram<L>> {
  /** Upper bounds, inclusive, in any order, none twice; `+Inf` is always there. Default 0.005 to 10, as Prometheus's clients have. */
  readonly buckets?: readonly number[] | undefined
}

export interface SummaryOptions<L extends string> extends MetricOptions<L, Summary<L>> {
  /** From 0 to 1, in any order, none twice. Default 0.5, 0.9, 0.99. */
  readonly quantiles?: readonly number[] | undefined
  /** How far back the quantiles reach, in milliseconds: to between four fifths of it and all. Default 600 000. */
  readonly windowMs?: number | undefined
}

/** A format of the exposition. */
export type Format = 'text' | 'openmetrics'
/** How a name that is no legacy Prometheus name is written. */
export type Escaping = 'allow-utf-8' | 'underscores' | 'dots' | 'values'

export interface RenderOptions {
  /** Default `text`: Prometheus text 0.0.4. */
  readonly format?: Format | undefined
  /** Default `underscores`. */
  readonly escaping?: Escaping | undefined
  /** Whether `_created` is written, in OpenMetrics. Default false: Prometheus takes it for a series of its own. */
  readonly created?: boolean | undefined
}

/** Metrics by name. */
export interface Registry {
  /**
   * Makes a metric, or returns the one that is there already and was made with the same options. A `collect` that is
   * given then takes the place of the one before.
   *
   * @throws RangeError or TypeError naming the option that is wrong. RangeError when another metric has the name, or a
   * name that a sample of it would have, saying where both were registered.
   */
  counter<const L extends string = never>(options: MetricOptions<L, Counter<L>>): Counter<L>
  gauge<const L extends string = never>(options: MetricOptions<L, Gauge<L>>): Gauge<L>
  histogram<const L extends string = never>(options: HistogramOptions<L>): Histogram<L>
  summary<const L extends string = never>(options: SummaryOptions<L>): Summary<L>
  /** A metric of value 1 that only tells its labels: a version, a region. Its name ends in `_info`, as a counter's in `_total`. */
  info(options: InfoOptions, labels: Readonly<Record<string, LabelValue>>): void
  /**
   * Forgets a metric, its collector and its series, by the name that it is scraped by. Another may have the name then;
   * what is written to the old one is lost. Returns whether it was there.
   */
  unregister(name: string): boolean
  /**
   * Runs the collectors and takes down all values, as of one moment (a summary's quantiles just before it). Asked again
   * while one is under way, it is that one: what is counted meanwhile may not be in it.
   */
  snapshot(): Promise<RegistrySnapshot>
  /** The exposition, rendered in slices between which other work runs. Scrapes at the same time share one. */
  render(options?: RenderOptions): Promise<string>
}

/** What an info is told by, besides its labels. */
export interface InfoOptions {
  readonly name: string
  readonly help: string
}

/** All values of a registry at one moment, as JSON. Versioned; to be merged, sent elsewhere and rendered there. */
export interface RegistrySnapshot {
  readonly version: 1
  readonly families: readonly FamilySnapshot[]
}

/** What a metric is, without its values. */
export interface FamilyFacts {
  /** With the prefix; a counter's without `_total`, an info's without `_info`, as OpenMetrics has it. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'info'
  readonly help: string
  readonly unit?: string | undefined
  readonly merge: Merge
  /** Those of the registry first. */
  readonly labelNames: readonly string[]
  /** Of a histogram, ascending, without `+Inf`. */
  readonly buckets?: readonly number[] | undefined
  /** Of a summary, ascending. */
  readonly quantiles?: readonly number[] | undefined
}

/** One metric with its series. */
export interface FamilySnapshot extends FamilyFacts {
  readonly series: readonly SeriesSnapshot[]
}

/** One series with its values. */
export interface SeriesSnapshot {
  /** By the metric's `labelNames`; `""` for none. */
  readonly labels: readonly string[]
  /** The series that stands for all beyond the registry's `maxSeriesPerMetric`. */
  readonly overflow?: true | undefined
  /**
   * Counter, gauge, info: the value. Histogram: the count of each bucket (not cumulative, `+Inf` last), the sum.
   * Summary: each quantile's value (`null` for NaN: nothing was observed), the sum, the count.
   */
  readonly values: readonly (number | null)[]
  /** When the series began, in seconds since 1970. Gauges and infos have none. */
  readonly created?: number | undefined
  readonly exemplars?: readonly ExemplarSnapshot[] | undefined
}

/** The last exemplar of a counter, or of one of a histogram's buckets. */
export interface ExemplarSnapshot extends Exemplar {
  readonly timestamp: number
  /** What was added or observed with it. */
  readonly value: number
  /** Its place in the series' `values`. */
  readonly at: number
}
