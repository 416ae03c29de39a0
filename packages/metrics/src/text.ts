import type { Dialect } from './dialect.ts'
import { escapeHelp } from './escape-text.ts'
import { quoteMetric } from './names.ts'

/**
 * Prometheus's text format, 0.0.4 and 1.0.0: https://prometheus.io/docs/instrumenting/exposition_formats/
 * It knows no info, no unit, no exemplars, no `_created`; a counter's name is that of its sample.
 */
export const text: Dialect = {
  head({ type, help }, { sample }) {
    const name = quoteMetric(sample)
    return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type === 'info' ? 'gauge' : type}\n`
  },
  end: '',
}
