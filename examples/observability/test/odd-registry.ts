import { createRegistry, type Registry } from '@holdfast/metrics'

/** More series than one slice of a rendering contains. */
export const MANY = 3_000

/** Label values that contain syntax characters or non-ASCII characters. */
export const ODD_TEXTS: readonly string[] = [
  ...['"', '\\', '\n', '\\n', '"}', '{a="b"} 1', ' ', '#', '\r', '\t', '\u0000'],
  ...['é', '𝄞', '\u2028', '\ufffd', '\ufeff', 'x'.repeat(500)],
]

/** Values that might lose digits. */
export const ODD_VALUES: readonly number[] = [
  ...[Number.MAX_VALUE, Number.MIN_VALUE, -1.5e21, 2 ** 53, 0.1 + 0.2, 1e-7, 123_456_789],
]

/** Creates a registry with a metric of each type and with values that are hard to render. */
export function oddRegistry(): Registry {
  const registry = createRegistry({ maxSeriesPerMetric: MANY })
  const texts = registry.counter({
    name: 'odd_texts_total',
    help: 'A \\ and\na "quote".',
    labels: ['text'],
  })
  for (const text of ODD_TEXTS) texts.inc({ text })
  const values = registry.gauge({ name: 'odd_values', help: 'Values.', labels: ['is'] })
  for (const value of ODD_VALUES) values.set({ is: value }, value)
  const summary = registry.summary({ name: 'odd_seconds', help: 'A summary.', unit: 'seconds' })
  for (const value of [1, 2, 3]) summary.observe(value)
  registry.info({ name: 'odd_info', help: 'An info.' }, { version: '1.4.2' })
  const sizes = registry.histogram({
    name: 'odd_size_bytes',
    help: 'A histogram.',
    unit: 'bytes',
    buckets: [-1, 0, 1e-7, 1e21],
  })
  sizes.observe(0.5, { labels: { trace_id: '"\\\n𝄞' } })
  registry.gauge({ name: 'odd.name.of_bytes', help: 'A name with dots.', unit: 'bytes' }).set(7)
  const many = registry.counter({ name: 'odd_many_total', help: 'Many.', labels: ['number'] })
  for (let number = 1; number <= MANY; number++) many.inc({ number }, number)
  return registry
}
