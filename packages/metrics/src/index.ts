export type { Clock, HoldfastEvent } from '@holdfast/internal'
export type { MetricsEvent } from './events.ts'
export { keepCounts } from './keep-counts.ts'
export { mergeSnapshots } from './merge.ts'
export type {
  Call,
  Counter,
  CounterHandle,
  Escaping,
  Exemplar,
  ExemplarSnapshot,
  FamilyFacts,
  FamilySnapshot,
  Format,
  Gauge,
  GaugeHandle,
  Histogram,
  HistogramOptions,
  InfoOptions,
  Labels,
  LabelValue,
  Merge,
  MetricOptions,
  ObserverHandle,
  Registry,
  RegistrySnapshot,
  RenderOptions,
  SeriesSnapshot,
  Summary,
  SummaryOptions,
} from './metrics.ts'
export type { MetricsHandler, MetricsHandlerOptions } from './metrics-handler.ts'
export { createMetricsHandler } from './metrics-handler.ts'
export type { Negotiated } from './negotiate.ts'
export { negotiate } from './negotiate.ts'
export type { RecordEventsOptions, RecordedEvent } from './record-events.ts'
export { recordEvents } from './record-events.ts'
export { createRegistry } from './registry.ts'
export type { RegistryOptions } from './registry-options.ts'
export { renderSnapshot } from './render.ts'
