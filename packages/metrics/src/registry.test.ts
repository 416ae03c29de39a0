import { describe, expect, test, vi } from 'vitest'
import type { Gauge } from './metrics.ts'
import { createRegistry } from './registry.ts'
import { scrape } from './testing.ts'

describe('createRegistry', () => {
  test('without options is empty', async () => {
    const registry = createRegistry()
    expect(await registry.render()).toBe('')
    expect(await registry.render({ format: 'openmetrics' })).toBe('# EOF\n')
  })

  test.each([
    [{ prefix: '1_' }, RangeError, '`prefix`'],
    [{ prefix: 5 }, TypeError, '`prefix`'],
    [{ defaultLabels: { le: '1' } }, RangeError, '`defaultLabels`'],
    [{ defaultLabels: { quantile: '1' } }, RangeError, '`defaultLabels`'],
    [{ defaultLabels: { overflow: '1' } }, RangeError, '`defaultLabels`'],
    [{ defaultLabels: { a: {} } }, TypeError, '`defaultLabels{a}`'],
    [{ defaultLabels: 'a' }, TypeError, '`defaultLabels`'],
    [{ defaultLabels: null }, TypeError, '`defaultLabels`'],
    [{ maxSeriesPerMetric: 0 }, RangeError, '`maxSeriesPerMetric`'],
    [{ maxSeriesPerMetric: 1.5 }, RangeError, '`maxSeriesPerMetric`'],
    [{ maxSeriesPerMetric: '10' }, TypeError, '`maxSeriesPerMetric`'],
    [{ collectTimeoutMs: -1 }, RangeError, '`collectTimeoutMs`'],
    [{ collectTimeoutMs: Number.POSITIVE_INFINITY }, RangeError, '`collectTimeoutMs`'],
    [{ onEvent: 'log' }, TypeError, '`onEvent`'],
  ])('refuses %o', (options, errorClass, shown) => {
    expect(() => createRegistry(options as never)).toThrow(errorClass)
    expect(() => createRegistry(options as never)).toThrow(shown)
  })

  test('a prefix stands before every name, those of its own metrics too', async () => {
    const registry = createRegistry({ prefix: 'app_', maxSeriesPerMetric: 1 })
    const gauge = registry.gauge({ name: 'g', help: '', labels: ['a'] })
    for (const a of [1, 2]) gauge.set({ a }, a)
    registry.info({ name: 'build', help: '' }, { version: '1' })
    expect((await scrape(registry)).map((line) => line.split('{')[0])).toEqual([
      'app_metrics_series_dropped_total',
      'app_g',
      'app_g',
      'app_build_info',
    ])
  })
})

describe('a metric', () => {
  test.each([
    [{ name: '' }, RangeError, '`name` must be a name: a letter'],
    [{ name: 'a b' }, RangeError, '`name`'],
    [{ name: '_total' }, RangeError, '`name`'],
    [{ name: undefined }, TypeError, '`name`'],
    [{ name: 'c', help: undefined }, TypeError, '`help`'],
    [{ name: 'c', labels: 'a' }, TypeError, '`labels`'],
    [{ name: 'c', labels: [5] }, TypeError, '`labels`'],
    [{ name: 'c', labels: ['a', 'a'] }, RangeError, '`labels`'],
    [{ name: 'c', labels: ['region'] }, RangeError, '`labels`'],
    [{ name: 'c', labels: ['overflow'] }, RangeError, '`labels`'],
    [
      { name: 'c', unit: 'seconds' },
      RangeError,
      '`unit` must be what the name ends in, after a `_`: c',
    ],
    [{ name: 'cseconds', unit: 'seconds' }, RangeError, '`unit`'],
    [{ name: 'c_', unit: '' }, RangeError, '`unit`'],
    [{ name: 'c_a b', unit: 'a b' }, RangeError, '`name`'],
    [
      { name: 'c', merge: 'mean' },
      RangeError,
      '`merge` must be one of sum, max, min, last, not "mean"',
    ],
    [{ name: 'c', collect: 5 }, TypeError, '`collect`'],
  ])('of %o is refused', (options, errorClass, shown) => {
    const registry = createRegistry({ defaultLabels: { region: 'eu' } })
    const create = () => registry.counter({ help: '', ...options } as never)
    expect(create).toThrow(errorClass)
    expect(create).toThrow(shown)
  })

  test('only counts by labels that its type leaves free', () => {
    const registry = createRegistry()
    expect(() => registry.histogram({ name: 'h', help: '', labels: ['le'] })).toThrow('`labels`')
    expect(() => registry.summary({ name: 's', help: '', labels: ['quantile'] })).toThrow(
      '`labels`',
    )
    registry.counter({ name: 'c', help: '', labels: ['le', 'quantile'] })
  })

  test('cannot be merged in a way that makes no sense', () => {
    const registry = createRegistry()
    const options = { name: 'm', help: '' }
    expect(() => registry.histogram({ ...options, merge: 'max' })).toThrow(
      '`merge` must be one of sum, last, not "max"',
    )
    expect(() => registry.summary({ ...options, merge: 'sum' })).toThrow(
      '`merge` must be one of max, min, last, not "sum"',
    )
  })

  test('does not change with the options that it was made of', async () => {
    const labels = ['a']
    const buckets = [1]
    const registry = createRegistry()
    const histogram = registry.histogram({ name: 'h', help: '', labels, buckets })
    labels.push('b')
    buckets.push(2)
    histogram.observe({ a: '1' }, 1)
    expect(await scrape(registry)).toHaveLength(4)
  })
})

describe('the same metric again', () => {
  test('is the one that is there', () => {
    const registry = createRegistry()
    const options = { name: 'm', help: 'h', labels: ['a'] } as const
    expect(registry.counter(options)).toBe(registry.counter({ ...options, name: 'm_total' }))
    const gauge = { name: 'g', help: 'h', merge: 'max' } as const
    expect(registry.gauge(gauge)).toBe(registry.gauge(gauge))
    const histogram = { name: 'h', help: 'h', buckets: [2, 1, Number.POSITIVE_INFINITY] }
    expect(registry.histogram(histogram)).toBe(
      registry.histogram({ ...histogram, buckets: [1, 2] }),
    )
    const summary = { name: 's', help: 'h' }
    expect(registry.summary(summary)).toBe(registry.summary({ ...summary, windowMs: 600_000 }))
  })

  test('an info with the same labels is no second one', async () => {
    const registry = createRegistry()
    for (const name of ['build', 'build_info']) registry.info({ name, help: '' }, { version: '1' })
    expect(await scrape(registry)).toEqual(['build_info{version="1"} 1'])
    expect(() => registry.info({ name: 'build', help: '' }, { version: '2' })).toThrow(
      'with other options',
    )
  })

  test('with another `collect` is collected by that', async () => {
    const registry = createRegistry()
    const create = (value: number) => {
      const options = { name: 'g', help: '', collect: () => gauge.set(value) }
      const gauge: Gauge = registry.gauge(options)
      return gauge
    }
    expect(create(1)).toBe(create(2))
    expect(await scrape(registry)).toEqual(['g 2'])
    const same = registry.gauge({ name: 'g', help: '' })
    same.set(3)
    expect(await scrape(registry)).toEqual(['g 2'])
  })

  test.each([
    ['help', { help: 'other' }],
    ['labels', { labels: ['b'] }],
    ['buckets', { buckets: [2] }],
    ['merge', { merge: 'last' }],
    ['unit', { unit: 'seconds' }],
  ])('with other %s is another, and is refused', (_, other) => {
    const registry = createRegistry()
    const options = { name: 'h_seconds', help: 'h', labels: ['a'], buckets: [1] }
    registry.histogram(options)
    const again = () => registry.histogram({ ...options, ...other } as never)
    expect(again).toThrow(RangeError)
    expect(again).toThrow(/^The histogram `h_seconds` .* would share a name, with other options$/)
  })

  test('a summary with another window is another', () => {
    const registry = createRegistry()
    registry.summary({ name: 's', help: '' })
    expect(() => registry.summary({ name: 's', help: '', windowMs: 5 })).toThrow('other options')
  })
})

describe('a name that is taken', () => {
  test('is refused, with where both metrics come from', () => {
    const registry = createRegistry()
    const first = () => registry.counter({ name: 'requests', help: '' })
    first()
    const again = () => registry.gauge({ name: 'requests', help: '' })
    expect(again).toThrow(RangeError)
    const file = 'registry.test.ts'
    const message =
      /^The gauge `requests` \(at again \((.*)\)\) and the counter `requests` \(at first \((.*)\)\)/
    expect(again).toThrow(message)
    let places: readonly string[] = []
    try {
      again()
    } catch (error) {
      places = message.exec(String((error as Error).message))?.slice(1) ?? []
    }
    for (const place of places) expect(place).toMatch(new RegExp(`${file}:\\d+:\\d+$`))
    expect(places[0]).not.toBe(places[1])
  })

  test('is refused where the engine tells no places', () => {
    const { captureStackTrace } = Error
    Object.assign(Error, { captureStackTrace: undefined })
    try {
      const registry = createRegistry()
      registry.counter({ name: 'a', help: '' })
      expect(() => registry.gauge({ name: 'a', help: '' })).toThrow('(at a place unknown)')
    } finally {
      Object.assign(Error, { captureStackTrace })
    }
  })

  test.each([
    ['counter', 'foo', 'gauge', 'foo'],
    ['counter', 'foo', 'gauge', 'foo_total'],
    ['counter', 'foo', 'gauge', 'foo_created'],
    ['gauge', 'foo_total', 'counter', 'foo'],
    ['histogram', 'foo', 'gauge', 'foo_bucket'],
    ['histogram', 'foo', 'gauge', 'foo_sum'],
    ['gauge', 'foo_count', 'histogram', 'foo'],
    ['summary', 'foo', 'gauge', 'foo_count'],
    ['summary', 'foo', 'counter', 'foo_created'],
    ['histogram', 'foo', 'summary', 'foo'],
    ['gauge', 'a.b', 'gauge', 'a_b'],
    ['counter', 'a.b', 'gauge', 'a_b_total'],
    ['gauge', 'metrics_series_dropped_total', 'gauge', 'other'],
  ] as const)('%s %s and %s %s', (type, name, otherType, otherName) => {
    const registry = createRegistry()
    expect(() => {
      registry[type]({ name, help: '' })
      registry[otherType]({ name: otherName, help: '' })
    }).toThrow('would share a name')
  })

  test.each([
    ['counter', 'foo', 'gauge', 'foo_bucket'],
    ['gauge', 'foo', 'gauge', 'foo_sum'],
    ['histogram', 'foo', 'counter', 'foo_bucket_x'],
  ] as const)('%s %s and %s %s do not clash', (type, name, otherType, otherName) => {
    const registry = createRegistry()
    registry[type]({ name, help: '' })
    registry[otherType]({ name: otherName, help: '' })
  })

  test('an info’s, too', () => {
    const registry = createRegistry()
    registry.gauge({ name: 'build_info', help: '' })
    expect(() => registry.info({ name: 'build', help: '' }, {})).toThrow('would share a name')
  })

  test('leaves nothing of what was refused', async () => {
    const registry = createRegistry()
    registry.gauge({ name: 'foo_sum', help: '' })
    expect(() => registry.histogram({ name: 'foo', help: '' })).toThrow()
    registry.gauge({ name: 'foo', help: '' })
    expect(await scrape(registry)).toEqual(['foo_sum 0', 'foo 0'])
  })
})

describe('a metric that is unregistered', () => {
  test('is no longer scraped, nor collected', async () => {
    const registry = createRegistry()
    const collect = vi.fn()
    const gauge = registry.gauge({ name: 'size', help: '', collect })
    registry.info({ name: 'build', help: '' }, {})
    registry.gauge({ name: 'other', help: '' })
    expect([gauge.name, 'build_info'].map((name) => registry.unregister(name))).toEqual([
      true,
      true,
    ])
    gauge.set(1)
    expect(await scrape(registry)).toEqual(['other 0'])
    expect(collect).not.toHaveBeenCalled()
  })

  test('leaves its names to others, and begins anew', async () => {
    const registry = createRegistry({ prefix: 'app_' })
    const options = { name: 'jobs', help: '' }
    const before = registry.counter(options)
    before.inc(5)
    expect(registry.unregister(before.name)).toBe(true)
    const after = registry.counter(options)
    expect(after).not.toBe(before)
    before.inc()
    expect(await scrape(registry)).toEqual(['app_jobs_total 0'])
    expect(registry.unregister(after.name)).toBe(true)
    registry.histogram({ name: 'jobs', help: '', buckets: [] })
    expect(await scrape(registry, 'app_jobs_count')).toEqual(['app_jobs_count 0'])
  })

  test('is named in full: neither its family, nor a sample, nor one that is gone will do', () => {
    const registry = createRegistry({ prefix: 'app_' })
    registry.counter({ name: 'jobs', help: '' })
    registry.histogram({ name: 'took', help: '' })
    for (const name of ['jobs', 'jobs_total', 'app_jobs', 'app_took_count', '']) {
      expect(registry.unregister(name)).toBe(false)
    }
    expect(['app_took', 'app_took'].map((name) => registry.unregister(name))).toEqual([true, false])
  })

  test('by its own collector is not in that scrape', async () => {
    const registry = createRegistry()
    registry.gauge({ name: 'g', help: '', collect: ({ name }) => void registry.unregister(name) })
    expect(await scrape(registry)).toEqual([])
  })
})

describe('an info', () => {
  test('tells its labels', async () => {
    const registry = createRegistry({ defaultLabels: { region: 'eu' } })
    registry.info({ name: 'build', help: 'b' }, { version: '1.2', debug: false, empty: '' })
    expect(await registry.render()).toBe(
      '# HELP build_info b\n# TYPE build_info gauge\nbuild_info{region="eu",version="1.2",debug="false"} 1\n',
    )
    expect(await registry.render({ format: 'openmetrics' })).toBe(
      '# TYPE build info\n# HELP build b\nbuild_info{region="eu",version="1.2",debug="false"} 1\n# EOF\n',
    )
  })

  test('may have none', async () => {
    const registry = createRegistry()
    registry.info({ name: 'up', help: '' }, {})
    expect(await scrape(registry)).toEqual(['up_info 1'])
  })

  test.each([
    [{ region: 'a' }, RangeError],
    [{ a: {} }, TypeError],
    [null, TypeError],
  ])('refuses %o', (labels, errorClass) => {
    const registry = createRegistry({ defaultLabels: { region: 'eu' } })
    expect(() => registry.info({ name: 'i', help: '' }, labels as never)).toThrow(errorClass)
  })
})
