import { type Dialect, metricNames } from './dialect.ts'
import { escapeQuoted } from './escape-text.ts'
import type { Escaping, FamilyFacts, SeriesSnapshot } from './metrics.ts'
import { escapeLabel, OVERFLOW_LABEL, quoteLabel, quoteMetric } from './names.ts'
import { formatBound, formatNumber } from './numbers.ts'

/** Writes the lines of a series of a metric. */
export function seriesWriter(
  facts: FamilyFacts,
  dialect: Dialect,
  escaping: Escaping,
  withCreated: boolean,
): (series: SeriesSnapshot) => string {
  const { buckets, quantiles } = facts
  const { family, sample } = metricNames(facts, escaping)
  const labels = labelWriter(facts.labelNames, escaping)
  const main = opening(buckets ? `${sample}_bucket` : sample)
  const sum = opening(`${sample}_sum`)
  const count = opening(`${sample}_count`)
  const created = withCreated && dialect.created && opening(`${family}_created`)
  const sumless = dialect.sumless?.(facts)
  // Of a histogram or summary: what follows the labels in the line of each bound or quantile.
  const rests = buckets
    ? [...buckets, Infinity].map((bound) => `le="${formatBound(bound)}"} `)
    : quantiles?.map((quantile) => `quantile="${formatBound(quantile)}"} `)

  return (series) => {
    const text = labels(series)
    const { values } = series
    const exemplar = (at: number) => {
      const found = series.exemplars?.find((one) => one.at === at)
      return found && dialect.exemplar ? dialect.exemplar(found) : ''
    }
    let lines = ''
    if (rests === undefined) {
      lines = `${begin(main, text)}${formatNumber(values[0])}${exemplar(0)}\n`
    } else {
      const start = main.labelled + (text && `${text},`)
      let total = 0
      for (let at = 0; at < rests.length; at++) {
        total += values[at] ?? 0
        const value = buckets ? total : formatNumber(values[at])
        lines += `${start}${rests[at]}${value}${series.exemplars ? exemplar(at) : ''}\n`
      }
      if (!sumless) {
        lines += `${begin(sum, text)}${formatNumber(values[rests.length])}\n`
        lines += `${begin(count, text)}${buckets ? total : values[rests.length + 1]}\n`
      }
    }
    if (created && series.created) lines += `${begin(created, text)}${series.created}\n`
    return lines
  }
}

/** What a sample of a name begins with: the name, and a brace if there are labels. */
interface Opening {
  readonly bare: string
  readonly labelled: string
}

function opening(name: string): Opening {
  const quoted = quoteMetric(name)
  return quoted === name
    ? { bare: `${name} `, labelled: `${name}{` }
    : { bare: `{${quoted}} `, labelled: `{${quoted},` }
}

const begin = ({ bare, labelled }: Opening, labels: string): string =>
  labels === '' ? bare : `${labelled}${labels}} `

/** How labels were written last, and for which escaping: most are written again at each scrape. */
const written = new WeakMap<readonly string[], { readonly text: string; readonly as: Escaping }>()

function labelWriter(
  names: readonly string[],
  escaping: Escaping,
): (series: SeriesSnapshot) => string {
  const starts = names.map((name) => `${quoteLabel(escapeLabel(name, escaping))}="`)
  return ({ labels, overflow }) => {
    const before = written.get(labels)
    if (before?.as === escaping) return before.text
    const pairs = labels.flatMap((value, place) =>
      // An empty value is the same as no label.
      value === '' ? [] : `${starts[place]}${escapeQuoted(value)}"`,
    )
    if (overflow) pairs.push(`${OVERFLOW_LABEL}="true"`)
    const text = pairs.join()
    written.set(labels, { text, as: escaping })
    return text
  }
}
