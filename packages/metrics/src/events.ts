/** What a registry tells its observer. `name` is the metric's, as it is scraped. */
export type MetricsEvent =
  /** A metric has as many series as it may: from now on, what new ones would count goes to its overflow series. Told once. */
  | { readonly type: 'metrics.series-dropped'; readonly name: string; readonly maxSeries: number }
  /** A collector failed, with `error`, or was not done in time: the metric is missing in this scrape. */
  | {
      readonly type: 'metrics.collect-failed'
      readonly name: string
      readonly reason: 'error' | 'timeout'
      readonly error?: unknown
    }
