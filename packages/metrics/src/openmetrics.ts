import type { Dialect } from './dialect.ts'
import { escapeQuoted } from './escape-text.ts'
import { quoteMetric } from './names.ts'
import { formatNumber } from './numbers.ts'

/** OpenMetrics 1.0: https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const openMetrics: Dialect = {
  head({ type, help, unit }, { family }) {
    const name = quoteMetric(family)
    // `dots` doubles the `_` before a unit, and the name does not end in it as it must.
    const unitLine = unit && family.endsWith(`_${unit}`) ? `# UNIT ${name} ${unit}\n` : ''
    return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escapeQuoted(help)}\n`
  },
  exemplar({ labels, value, timestamp }) {
    const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escapeQuoted(text)}"`)
    return ` # {${pairs}} ${formatNumber(value)} ${timestamp}`
  },
  // Bounds below zero make for a sum that may fall, which is no counter's; and without one there is no count either.
  sumless: ({ buckets }) => (buckets?.[0] ?? 0) < 0,
  created: true,
  end: '# EOF\n',
}
