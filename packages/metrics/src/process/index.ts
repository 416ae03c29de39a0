export type { ProcessMetrics, ProcessMetricsOptions } from './collect-process-metrics.ts'
export { collectProcessMetrics } from './collect-process-metrics.ts'
