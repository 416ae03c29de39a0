import { useVirtualTime } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MetricsEvent } from './events.ts'
import type { LabelValue } from './metrics.ts'
import { createRegistry } from './registry.ts'
import { scrape } from './testing.ts'

useVirtualTime()

describe('labels', () => {
  const create = () => {
    const registry = createRegistry()
    return { registry, counter: registry.counter({ name: 'c', help: '', labels: ['a', 'b'] }) }
  }

  test('numbers and booleans are written as text, and are the same as it', async () => {
    const { registry, counter } = create()
    counter.inc({ a: 200, b: true })
    counter.inc({ a: '200', b: 'true' })
    expect(await scrape(registry)).toEqual(['c_total{a="200",b="true"} 2'])
  })

  test('an empty value is no label', async () => {
    const { registry, counter } = create()
    counter.inc({ a: '', b: 'b' })
    counter.inc({ a: '', b: '' })
    expect(await scrape(registry)).toEqual(['c_total{b="b"} 1', 'c_total 1'])
  })

  test('half a character is written as the wire has it, and two of them are one series', async () => {
    const { registry, counter } = create()
    counter.inc({ a: '\ud800', b: '' })
    counter.inc({ a: '\udfff', b: '' })
    counter.inc({ a: '\ufffd', b: '' })
    expect(await scrape(registry)).toEqual(['c_total{a="\ufffd"} 3'])
  })

  test.each([
    [{ a: '1' }, '`c_total` must be labelled by a, b, not "a"'],
    [{}, '`c_total` must be labelled by a, b, not an object'],
    [{ a: '1', b: '1', c: '1' }, '`c_total` must be labelled by a, b, not "a, b, c"'],
    [{ a: '1', c: '1' }, '`c_total` must be labelled by a, b, not "a, c"'],
    [
      { a: '1', b: undefined },
      '`c_total{b}` must be a string, a number or a boolean, not undefined',
    ],
    [{ a: '1', b: null }, '`c_total{b}` must be a string, a number or a boolean, not null'],
    [{ a: {}, b: '1' }, '`c_total{a}` must be a string, a number or a boolean, not an object'],
    [{ a: '1', b: 5n }, '`c_total{b}` must be a string, a number or a boolean, not 5'],
    [{ a: Symbol('s'), b: '1' }, '`c_total{a}` must be'],
    [undefined, '`c_total` must be labelled by a, b, not undefined'],
    [null, '`c_total` must be labelled by a, b, not null'],
    [5, '`c_total` must be labelled by a, b, not 5'],
    ['ab', '`c_total` must be labelled by a, b, not "ab"'],
  ])('%o is refused, and nothing is changed', async (labels, message) => {
    const { registry, counter } = create()
    // A value that is there must not hide one that is wrong.
    counter.inc({ a: '1', b: '1' }, 0)
    expect(() => counter.inc(labels as never)).toThrow(TypeError)
    expect(() => counter.inc(labels as never)).toThrow(message)
    expect(() => counter.labels(labels as never)).toThrow(message)
    expect(await scrape(registry)).toEqual(['c_total{a="1",b="1"} 0'])
  })

  test('none are taken by a metric that has none', () => {
    const counter = createRegistry().counter({ name: 'c', help: '' })
    expect(() => counter.inc({ a: '1' } as never)).toThrow(TypeError)
    expect(() => counter.labels({ a: '1' } as never)).toThrow(
      new TypeError('`c_total` must be labelled by nothing, not "a"'),
    )
  })

  test('names that objects have anyway are labels like any', async () => {
    const registry = createRegistry()
    const counter = registry.counter({ name: 'c', help: '', labels: ['constructor', 'toString'] })
    expect(() => counter.inc({} as never)).toThrow(TypeError)
    counter.inc({ constructor: 'a', toString: 'b' } as never)
    expect(await scrape(registry)).toEqual(['c_total{constructor="a",toString="b"} 1'])
  })

  test('different ones never share a series, and the same ones always do, in any order', () => {
    const value: fc.Arbitrary<LabelValue> = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', ',', '|', ':', '"', '\\', '=', '1') }),
      fc.integer({ min: -1, max: 1 }),
      fc.boolean(),
    )
    const labels = fc.record({ a: value, b: value, c: value })
    fc.assert(
      fc.property(fc.array(labels, { maxLength: 30 }), (all) => {
        const registry = createRegistry()
        const counter = registry.counter({ name: 'c', help: '', labels: ['a', 'b', 'c'] })
        const handles = new Map<string, unknown>()
        for (const { a, b, c } of all) {
          const key = JSON.stringify([a, b, c].map(String))
          const handle = counter.labels({ a, b, c })
          expect(handles.get(key) ?? handle).toBe(handle)
          handles.set(key, handle)
          expect(counter.labels({ c, a, b })).toBe(handle)
        }
        expect(new Set(handles.values()).size).toBe(handles.size)
      }),
    )
  })

  test('of the registry stand before those of the metric', async () => {
    const registry = createRegistry({ defaultLabels: { region: 'eu', shard: 3, unset: '' } })
    registry.counter({ name: 'a', help: '', labels: ['b'] }).inc({ b: 'c' })
    registry.gauge({ name: 'g', help: '' })
    expect(await scrape(registry)).toEqual([
      'a_total{region="eu",shard="3",b="c"} 1',
      'g{region="eu",shard="3"} 0',
    ])
  })
})

describe('a metric with as many series as it may have', () => {
  const create = (maxSeriesPerMetric?: number) => {
    const events: MetricsEvent[] = []
    const onEvent = (event: MetricsEvent) => events.push(event)
    const registry = createRegistry({ maxSeriesPerMetric, onEvent })
    return { registry, events }
  }

  test('writes any further ones to its overflow series', async () => {
    const { registry } = create(2)
    const counter = registry.counter({ name: 'c', help: '', labels: ['user', 'route'] })
    for (const user of ['a', 'b', 'c', 'd', 'a']) counter.inc({ user, route: '/' })
    expect(await scrape(registry, 'c_total')).toEqual([
      'c_total{user="a",route="/"} 2',
      'c_total{user="b",route="/"} 1',
      'c_total{overflow="true"} 2',
    ])
  })

  test('tells of the first, and counts all', async () => {
    const { registry, events } = create(1)
    const counter = registry.counter({ name: 'c', help: '', labels: ['user'] })
    counter.inc({ user: 'a' })
    expect(events).toEqual([])
    for (const user of ['b', 'c', 'd']) counter.inc({ user })
    expect(events).toEqual([{ type: 'metrics.series-dropped', name: 'c_total', maxSeries: 1 }])
    expect(await scrape(registry, 'metrics_')).toEqual([
      'metrics_series_dropped_total{metric="c_total"} 3',
    ])
  })

  test('may have 2000, unless told; each metric by itself', async () => {
    const { registry, events } = create()
    const counters = ['c', 'd'].map((name) => registry.counter({ name, help: '', labels: ['n'] }))
    for (let n = 0; n < 2000; n++) for (const counter of counters) counter.inc({ n })
    expect(events).toEqual([])
    counters[0]?.inc({ n: 2000 })
    expect(events).toHaveLength(1)
    expect(await scrape(registry, 'c_total')).toHaveLength(2001)
    expect(await scrape(registry, 'd_total')).toHaveLength(2000)
  })

  test('has one overflow series, which a handle may be', () => {
    const { registry } = create(1)
    const counter = registry.counter({ name: 'c', help: '', labels: ['n'] })
    counter.labels({ n: 1 })
    expect(counter.labels({ n: 2 })).toBe(counter.labels({ n: 3 }))
    expect(counter.labels({ n: 2 })).not.toBe(counter.labels({ n: 1 }))
  })

  test('has one with the registry’s labels, told from that of empty labels', async () => {
    const registry = createRegistry({ maxSeriesPerMetric: 1, defaultLabels: { region: 'eu' } })
    const gauge = registry.gauge({ name: 'g', help: '', labels: ['n'] })
    gauge.set({ n: '' }, 1)
    gauge.set({ n: 'a' }, 2)
    expect(await scrape(registry, 'g')).toEqual([
      'g{region="eu"} 1',
      'g{region="eu",overflow="true"} 2',
    ])
  })

  test('of what it counts of itself there is no end', async () => {
    const { registry } = create(1)
    for (const name of ['a', 'b', 'c']) {
      const counter = registry.counter({ name, help: '', labels: ['n'] })
      for (const n of [1, 2]) counter.inc({ n })
    }
    expect(await scrape(registry, 'metrics_series_dropped')).toHaveLength(3)
  })

  test('what is refused takes no place and is not counted', async () => {
    const { registry } = create(1)
    const counter = registry.counter({ name: 'c', help: '', labels: ['n'] })
    expect(() => counter.inc({ n: 1 }, -1)).toThrow()
    counter.inc({ n: 2 })
    expect(() => counter.inc({ n: 3 }, -1)).toThrow()
    expect(await scrape(registry)).toEqual(['c_total{n="2"} 1'])
  })

  test('holds histograms too', async () => {
    const { registry } = create(1)
    const histogram = registry.histogram({ name: 'h', help: '', labels: ['n'], buckets: [] })
    for (const n of [1, 2, 3]) histogram.observe({ n }, n)
    expect(await scrape(registry, 'h')).toEqual([
      'h_bucket{n="1",le="+Inf"} 1',
      'h_sum{n="1"} 1',
      'h_count{n="1"} 1',
      'h_bucket{overflow="true",le="+Inf"} 2',
      'h_sum{overflow="true"} 5',
      'h_count{overflow="true"} 2',
    ])
  })
})
