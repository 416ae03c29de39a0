import type { Clock } from '@holdfast/internal'
import type { MetricsEvent } from './events.ts'
import type { LabelValue } from './metrics.ts'

/** Options of `createRegistry`. Validated at creation. */
export interface RegistryOptions {
  /** What each metric's name begins with, `_` and all: `myapp_`. Default none. */
  readonly prefix?: string | undefined
  /** Labels that each series has, before its own. No metric may have one of the same name. Default none. */
  readonly defaultLabels?: Readonly<Record<string, LabelValue>> | undefined
  /**
   * How many series a metric may have. What is written to any further labels goes to one series more, which has the label
   * `overflow="true"` instead of the metric's own. Default 2000.
   */
  readonly maxSeriesPerMetric?: number | undefined
  /** How long a scrape waits for collectors, in milliseconds. Default 1000. */
  readonly collectTimeoutMs?: number | undefined
  readonly onEvent?: ((event: MetricsEvent) => void) | undefined
  readonly clock?: Clock | undefined
}
