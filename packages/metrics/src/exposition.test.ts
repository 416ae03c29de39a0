import { useVirtualTime } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeSnapshots } from './merge.ts'
import type { Escaping, Exemplar, Registry } from './metrics.ts'
import { escapeLabel, escapeMetric } from './names.ts'
import { createRegistry } from './registry.ts'
import { renderSnapshot } from './render.ts'
import { type ExposedFamily, parseOpenMetrics, parseText } from './testing/exposition.ts'

useVirtualTime()

// Whatever is registered and counted, what is exposed is valid, and says just that: it is read back by a parser that was
// written from the specifications and shares nothing with what wrote it.

const ESCAPINGS: readonly Escaping[] = ['allow-utf-8', 'underscores', 'dots', 'values']

/** Plenty of what is special somewhere. */
const char = fc.oneof(
  fc.constantFrom(
    'a',
    'B',
    '_',
    ':',
    '.',
    '-',
    '1',
    'ß',
    '温',
    '😀',
    '"',
    '\\',
    '{',
    '}',
    ',',
    '=',
  ),
  fc.constantFrom('#', '\u{10ffff}'),
)
const name = fc
  .tuple(fc.constantFrom('a', 'Z', '_', 'ä', '温'), fc.string({ unit: char, maxLength: 8 }))
  .map(([first, rest]) => first + rest)
  .filter((name) => !name.startsWith('U__'))
const labelName = name.filter((name) => {
  const escaped = escapeLabel(name)
  return !escaped.startsWith('__') && !['le', 'quantile', 'overflow'].includes(escaped)
})
const text = fc.oneof(
  fc.string({
    unit: fc.oneof(char, fc.constantFrom('\n', '\r', ' ', '\t', 'n', '\ud800')),
    maxLength: 8,
  }),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
// Written, -0 is 0.
const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
/** Such that what is added up stays finite. */
const amount = fc.double({ min: 0, max: 1e300, noNaN: true })
const exemplar: fc.Arbitrary<Exemplar | undefined> = fc.option(
  fc.record({
    labels: fc.dictionary(fc.constantFrom('trace_id', 'span_id'), text),
    timestamp: fc.double({ min: 0, max: 2e9, noNaN: true }),
  }),
  { nil: undefined },
)
const metric = fc.record({
  type: fc.constantFrom('counter', 'gauge', 'histogram', 'summary', 'info'),
  name,
  help: text,
  labels: fc.uniqueArray(labelName, { maxLength: 3, selector: (name) => escapeLabel(name) }),
  unit: fc.option(fc.constantFrom('seconds', 'bytes'), { nil: undefined }),
  buckets: fc.uniqueArray(value, { maxLength: 4, comparator: (a, b) => a === b }),
  series: fc.array(
    fc.record({ labels: fc.array(text, { minLength: 3, maxLength: 3 }), value, amount, exemplar }),
    { maxLength: 5 },
  ),
})
type Metric = typeof metric extends fc.Arbitrary<infer M> ? M : never

/** What is expected of a sample, by its labels as they go over the wire. */
type Totals = Map<string, number>

/** Registers and counts; returns what the main sample of each series must be. Leaves out what is refused for a clash. */
function fill(registry: Registry, metrics: readonly Metric[]): Map<string, Totals> {
  const expected = new Map<string, Totals>()
  for (const { type, name, unit, labels, series, ...rest } of metrics) {
    const full = unit && type !== 'info' ? `${name}_${unit}` : name
    const totals: Totals = new Map()
    const options = { ...rest, name: full, labels, unit: type === 'info' ? undefined : unit }
    const labelsOf = (values: readonly string[]) =>
      Object.fromEntries(labels.map((label, place) => [label, values[place] ?? '']))
    const add = (values: readonly string[], change: (before: number) => number) => {
      const key = keyOf(Object.entries(labelsOf(values)))
      totals.set(key, change(totals.get(key) ?? 0))
    }
    try {
      if (type === 'counter') {
        const counter = registry.counter(options)
        for (const { labels, amount, exemplar } of series) {
          counter.labels(labelsOf(labels)).inc(amount, exemplar)
          add(labels, (before) => before + amount)
        }
      } else if (type === 'gauge') {
        const gauge = registry.gauge(options)
        for (const { labels, value } of series) {
          gauge.labels(labelsOf(labels)).set(value)
          add(labels, () => value)
        }
      } else if (type === 'info') {
        registry.info({ name: full, help: rest.help }, labelsOf(series[0]?.labels ?? []))
        add(series[0]?.labels ?? [], () => 1)
      } else {
        const { buckets, ...others } = options
        const observer =
          type === 'histogram' ? registry.histogram(options) : registry.summary(others)
        for (const { labels, amount, exemplar } of series) {
          observer.labels(labelsOf(labels)).observe(amount, exemplar)
          add(labels, (before) => before + 1)
        }
      }
    } catch (error) {
      // Escaped, random names do meet.
      if (!(error instanceof RangeError) || !/share a name/.test(error.message)) throw error
      continue
    }
    if (labels.length === 0 && totals.size === 0) totals.set('[]', 0)
    expected.set(full, totals)
  }
  return expected
}

/** Labels in any order; an empty value is none, and half a character is what the wire makes of it. */
const keyOf = (labels: Iterable<readonly [string, string]>): string =>
  JSON.stringify(
    [...labels]
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, value.replace(/\p{Surrogate}/gu, '\ufffd')])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  )

/** The main samples: totals, values, counts. */
function totalsOf({ type, samples }: ExposedFamily, isMain: (sample: string) => boolean): Totals {
  return new Map(
    samples
      .filter(
        ({ name, labels }) => isMain(name) && (type !== 'histogram' || labels.get('le') === '+Inf'),
      )
      .map(({ labels, value }) => [
        keyOf([...labels].filter(([name]) => name !== 'le' && name !== 'quantile')),
        value,
      ]),
  )
}

describe('what is exposed can be read back', () => {
  test('in UTF-8, name by name, label by label, value by value', () =>
    fc.assert(
      fc.asyncProperty(fc.array(metric, { maxLength: 4 }), async (metrics) => {
        const registry = createRegistry()
        const expected = fill(registry, metrics)
        const families = parseOpenMetrics(
          await registry.render({ format: 'openmetrics', escaping: 'allow-utf-8', created: true }),
        )
        for (const family of families) {
          const { type, name } = family
          const suffix = {
            counter: '_total',
            histogram: '_bucket',
            summary: '_count',
            info: '_info',
          }[type]
          const full = [name, name + suffix].find((one) => expected.has(one)) as string
          const totals = totalsOf(family, (sample) => sample === name + (suffix ?? ''))
          expect([...totals].sort()).toEqual([...(expected.get(full) as Totals)].sort())
          expected.delete(full)
        }
        // Of those that are not told of there is nothing to tell.
        for (const totals of expected.values()) expect(totals.size).toBe(0)
      }),
    ))

  test('in any escaping, both formats, merged or not', () =>
    fc.assert(
      fc.asyncProperty(fc.array(metric, { maxLength: 4 }), async (metrics) => {
        const registry = createRegistry({ prefix: 'p_', defaultLabels: { region: 'e"u' } })
        fill(registry, metrics)
        const snapshot = await registry.snapshot()
        for (const escaping of ESCAPINGS) {
          const text = await registry.render({ escaping })
          const openMetrics = await registry.render({ escaping, format: 'openmetrics' })
          const names = parseText(text).map(({ name }) => name)
          expect(parseOpenMetrics(openMetrics)).toHaveLength(names.length)
          expect(await renderSnapshot(mergeSnapshots([snapshot]), { escaping })).toBe(text)
          if (escaping === 'allow-utf-8') continue
          for (const name of names) expect(name).toBe(escapeMetric(name, 'underscores'))
        }
      }),
    ))
})
