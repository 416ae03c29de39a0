import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { createRegistry } from './registry.ts'
import { parseOpenMetrics, parseText } from './testing/exposition.ts'
import { samplesOf, scrape } from './testing.ts'

useVirtualTime()

// What goes wrong in the libraries of today, by their issues and by trying them. Each test is a defect of one of them.

describe('series whose labels look the same when they are put together are not merged', () => {
  test.each([
    // prom-client 15: `a:1,b:2,b:3,` is the key of both.
    [
      { a: '1,b:2', b: '3' },
      { a: '1', b: '2,b:3' },
    ],
    // @prometheus-io/client 0.16: `x||y|` is the key of both.
    [
      { a: 'x|', b: 'y' },
      { a: 'x', b: '|y' },
    ],
  ])('%o and %o', async (one, other) => {
    const registry = createRegistry()
    const counter = registry.counter({ name: 'c', help: '', labels: ['a', 'b'] })
    counter.inc(one, 1)
    counter.inc(other, 10)
    const values = (await scrape(registry)).map((line) => line.split(' ').at(-1))
    expect(values).toEqual(['1', '10'])
  })
})

test('a metric is not told of twice, once without labels and once with empty ones', async () => {
  const registry = createRegistry()
  const counter = registry.counter({ name: 'c', help: '', labels: ['a'] })
  counter.inc({ a: '' })
  expect(() => counter.inc(undefined as never)).toThrow(TypeError)
  expect(await scrape(registry)).toEqual(['c_total 1'])
})

test('buckets given in any order stand in theirs, and count right', async () => {
  const registry = createRegistry()
  const histogram = registry.histogram({ name: 'h', help: '', buckets: [5, 1, 10] })
  for (const value of [0.5, 3, 7, 20]) histogram.observe(value)
  expect(await scrape(registry, 'h_bucket')).toEqual([
    'h_bucket{le="1.0"} 1',
    'h_bucket{le="5.0"} 2',
    'h_bucket{le="10.0"} 3',
    'h_bucket{le="+Inf"} 4',
  ])
})

test('a bucket of Infinity that is given is the one that is there anyway', async () => {
  const registry = createRegistry()
  const buckets = [1, Number.POSITIVE_INFINITY]
  registry.histogram({ name: 'h', help: '', buckets }).observe(2)
  expect(await scrape(registry, 'h_bucket')).toEqual([
    'h_bucket{le="1.0"} 0',
    'h_bucket{le="+Inf"} 1',
  ])
})

test('no number is NaN, and it is not `Nan`', async () => {
  const registry = createRegistry()
  registry.summary({ name: 's', help: '', quantiles: [0.5] })
  expect(await registry.render()).toContain('s{quantile="0.5"} NaN\n')
  expect(await registry.render({ format: 'openmetrics' })).toContain('s{quantile="0.5"} NaN\n')
})

test('a gauge `foo_created` beside a counter `foo` is refused, whichever comes first', () => {
  const registry = createRegistry()
  registry.counter({ name: 'foo', help: '' })
  expect(() => registry.gauge({ name: 'foo_created', help: '' })).toThrow(RangeError)
  registry.gauge({ name: 'bar_created', help: '' })
  expect(() => registry.counter({ name: 'bar', help: '' })).toThrow(RangeError)
})

test('a counter’s `_total` does not double, however often and in whichever format it is rendered', async () => {
  const registry = createRegistry()
  registry.counter({ name: 'z_total', help: '' })
  for (const format of ['openmetrics', 'text', 'openmetrics'] as const) {
    const text = await registry.render({ format })
    expect(samplesOf(text)).toEqual(['z_total 0'])
    expect(text).toContain(format === 'text' ? '# TYPE z_total counter' : '# TYPE z counter')
  }
})

test('a collector that throws does not fail the scrape of all other metrics', async () => {
  const registry = createRegistry()
  registry.counter({ name: 'other', help: '' })
  const collect = () => {
    throw new Error('broken')
  }
  registry.gauge({ name: 'broken', help: '', collect })
  expect(await scrape(registry, 'other')).toEqual(['other_total 0'])
})

test('an OpenMetrics help text has its quotes escaped', async () => {
  const registry = createRegistry()
  const help = 'so "called" \\d and\nmore'
  registry.gauge({ name: 'g', help })
  const openMetrics = await registry.render({ format: 'openmetrics' })
  expect(openMetrics).toContain('# HELP g so \\"called\\" \\\\d and\\nmore\n')
  expect(parseOpenMetrics(openMetrics)[0]?.help).toBe(help)
  expect(parseText(await registry.render())[0]?.help).toBe(help)
})

test('labels `a.b` and `a_b` of one metric are refused, as they would be one label twice', () => {
  const registry = createRegistry()
  const create = () => registry.gauge({ name: 'g', help: '', labels: ['a.b', 'a_b'] })
  expect(create).toThrow(RangeError)
})

test('registering a module’s metrics twice, as when it is reloaded, is no error', async () => {
  const registry = createRegistry()
  const load = () => registry.counter({ name: 'c', help: 'h', labels: ['a'] })
  load().inc({ a: '1' })
  load().inc({ a: '1' })
  expect(await scrape(registry)).toEqual(['c_total{a="1"} 2'])
})

test('a label of which there is no end fills no memory', async () => {
  const registry = createRegistry({ maxSeriesPerMetric: 100 })
  const counter = registry.counter({ name: 'c', help: '', labels: ['message_id'] })
  for (let id = 0; id < 10_000; id++) counter.inc({ message_id: id })
  const lines = await scrape(registry, 'c_total')
  expect(lines).toHaveLength(101)
  expect(lines.at(-1)).toBe('c_total{overflow="true"} 9900')
})

test('a gauge of what has gone does not tell of it for ever', async () => {
  const registry = createRegistry()
  const gauge = registry.gauge({ name: 'connections', help: '', labels: ['peer'] })
  for (const peer of ['a', 'b']) gauge.set({ peer }, 1)
  gauge.remove({ peer: 'a' })
  expect(await scrape(registry)).toEqual(['connections{peer="b"} 1'])
})

test('ending a timer in `catch` and again in `finally` observes once', async () => {
  const registry = createRegistry()
  const end = registry.histogram({ name: 'h', help: '', buckets: [] }).startTimer()
  await advance(2000)
  end()
  end()
  expect(await scrape(registry, 'h_count')).toEqual(['h_count 1'])
})

test('a registry that nobody scrapes has no timer and no listener', async () => {
  const before = process.getActiveResourcesInfo().length
  const registry = createRegistry()
  registry.summary({ name: 's', help: '' }).observe(1)
  expect(process.getActiveResourcesInfo()).toHaveLength(before)
})
