import type { Registry } from '../metrics.ts'
import { createRegistry } from '../registry.ts'
import { scrape } from '../testing.ts'
import {
  collectProcessMetrics,
  type ProcessMetrics,
  type ProcessMetricsOptions,
} from './collect-process-metrics.ts'

const OFF = {
  usage: false,
  openFiles: false,
  heap: false,
  eventLoop: false,
  gc: false,
  resources: false,
}

/** A registry with no metrics but those of the groups that are on. */
export function collecting(options: ProcessMetricsOptions): {
  registry: Registry
  started: ProcessMetrics
  scrape: (name?: string) => Promise<string[]>
} {
  const registry = createRegistry()
  const started = collectProcessMetrics(registry, { ...OFF, ...options })
  return { registry, started, scrape: (name) => scrape(registry, name) }
}
