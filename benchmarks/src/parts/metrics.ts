import type { Part } from '../part.ts'
import { metricsCalls, metricsTotals } from './metrics-calls.ts'
import { metricsBlocks, metricsLines, metricsRendering, stopRendering } from './metrics-render.ts'

export const metricsPart: Part = {
  comparisons: [],
  tables: [...metricsCalls, ...metricsRendering],
  checks: [metricsTotals, metricsLines, metricsBlocks],
  close: stopRendering,
}
