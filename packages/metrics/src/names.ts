import { refusal } from '@holdfast/internal'
import { escapeQuoted } from './escape-text.ts'
import type { Escaping, FamilyFacts } from './metrics.ts'
import { TYPES } from './types.ts'

/** The label, of value `true`, of the series that stands for all those that are too many. */
export const OVERFLOW_LABEL = 'overflow'

const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/**
 * Prometheus 3 allows any Unicode for a name. What a name is not meant to be is refused all the same: one with a line
 * break or a space is a mistake more often than a name.
 */
const NAME = /^[\p{L}_:][^\s\p{Cc}\p{Cs}]*$/u
const ALLOWED = 'a name: a letter, `_` or `:`, then no white space; `U__` is taken'

/** @throws RangeError or TypeError when Prometheus would not take it, or hardly anyone mean it. */
export function checkMetricName(option: string, name: unknown): string {
  if (typeof name !== 'string') throw refusal(option, name, ALLOWED)
  // Written out, such a name could be that of another metric, escaped.
  if (!NAME.test(name) || name.startsWith('U__')) throw refusal(option, name, ALLOWED, RangeError)
  return name
}

/** @param reserved - Names of labels that the metric has, or that its type uses. */
export function checkLabelNames(
  option: string,
  names: readonly string[],
  reserved: readonly string[],
): void {
  const taken = new Set([OVERFLOW_LABEL, ...reserved].map((name) => escapeLabel(name)))
  for (const name of names) {
    const escaped = escapeLabel(checkMetricName(option, name))
    // Escaped, two labels with one name would be an invalid scrape. `__` is Prometheus's own.
    if (taken.has(escaped) || escaped.startsWith('__')) {
      throw refusal(option, name, `none of __*, ${[...taken].join(', ')}`, RangeError)
    }
    taken.add(escaped)
  }
}

/** All names that a metric and its samples have: none of them may be another's (OpenMetrics 1.0, "MetricFamily"). */
export const takenNames = ({ name, type }: Pick<FamilyFacts, 'name' | 'type'>): readonly string[] =>
  ['', ...TYPES[type].suffixes].map((suffix) => escapeMetric(name + suffix))

export const escapeMetric = (name: string, escaping: Escaping = 'underscores'): string =>
  escapeName(name, escaping, LEGACY_METRIC, /[^a-zA-Z0-9:]|^\d/gu)

export const escapeLabel = (name: string, escaping: Escaping = 'underscores'): string =>
  escapeName(name, escaping, LEGACY_LABEL, /[^a-zA-Z0-9]|^\d/gu)

/** As Prometheus's `model.EscapeName` does it, which differs from the page that describes it. */
function escapeName(name: string, escaping: Escaping, legacy: RegExp, unsafe: RegExp): string {
  // `dots` also touches names that need nothing, so that it can be undone.
  if (escaping === 'allow-utf-8' || (escaping !== 'dots' && legacy.test(name))) return name
  const escaped = name.replace(unsafe, (char) => {
    if (escaping === 'underscores') return '_'
    if (char === '_') return '__'
    if (escaping === 'dots') return char === '.' ? '_dot_' : '__'
    return `_${char.codePointAt(0)?.toString(16)}_`
  })
  return escaping === 'values' ? `U__${escaped}` : escaped
}

/** A name that is none of the legacy ones stands in quotes. */
export const quoteMetric = (name: string): string => quote(name, LEGACY_METRIC)
export const quoteLabel = (name: string): string => quote(name, LEGACY_LABEL)

const quote = (name: string, legacy: RegExp): string =>
  legacy.test(name) ? name : `"${escapeQuoted(name)}"`

export const isLegacyLabel = (name: string): boolean => LEGACY_LABEL.test(name)
