import { advance, useVirtualTime } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRegistry } from './registry.ts'
import { scrape } from './testing.ts'

useVirtualTime()

describe('a histogram', () => {
  test('counts what is at or below each bound', async () => {
    const registry = createRegistry()
    const latency = registry.histogram({ name: 'h', help: '', buckets: [0.1, 1] })
    for (const value of [0.0625, 0.1, 0.5, 1, 1.0625, -1]) latency.observe(value)
    expect(await scrape(registry)).toEqual([
      'h_bucket{le="0.1"} 3',
      'h_bucket{le="1.0"} 5',
      'h_bucket{le="+Inf"} 6',
      'h_sum 1.725',
      'h_count 6',
    ])
  })

  test('has buckets for times in seconds, unless told', async () => {
    const registry = createRegistry()
    registry.histogram({ name: 'h', help: '' })
    const bounds = (await scrape(registry, 'h_bucket')).map((line) => /le="(.*)"/.exec(line)?.[1])
    expect(bounds.join(' ')).toBe('0.005 0.01 0.025 0.05 0.1 0.25 0.5 1.0 2.5 5.0 10.0 +Inf')
  })

  test('may have no bound but +Inf', async () => {
    const registry = createRegistry()
    registry.histogram({ name: 'h', help: '', buckets: [] }).observe(2)
    expect(await scrape(registry)).toEqual(['h_bucket{le="+Inf"} 1', 'h_sum 2', 'h_count 1'])
  })

  test('with labels and handles', async () => {
    const registry = createRegistry()
    const latency = registry.histogram({ name: 'h', help: '', labels: ['route'], buckets: [1] })
    latency.observe({ route: '/a' }, 0.5)
    latency.labels({ route: '/a' }).observe(2)
    expect(await scrape(registry)).toEqual([
      'h_bucket{route="/a",le="1.0"} 1',
      'h_bucket{route="/a",le="+Inf"} 2',
      'h_sum{route="/a"} 2.5',
      'h_count{route="/a"} 2',
    ])
  })

  test('any value falls into the first bucket that is not below it', async () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true })
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(value), fc.array(value), async (bounds, values) => {
        // To a set 0 and -0 are the same, as they are to a histogram.
        const buckets = [...new Set(bounds)]
        const registry = createRegistry()
        const histogram = registry.histogram({ name: 'h', help: '', buckets })
        for (const value of values) histogram.observe(value)
        const [series] = (await registry.snapshot()).families.at(-1)?.series ?? []
        const expected = new Array(buckets.length + 1).fill(0)
        const sorted = [...buckets].sort((a, b) => a - b)
        for (const value of values) {
          const place = sorted.findIndex((bound) => value <= bound)
          expected[place < 0 ? buckets.length : place] += 1
        }
        expect(series?.values.slice(0, -1)).toEqual(expected)
      }),
    )
  })

  test.each([
    [[1, 1], RangeError],
    [[0, -0], RangeError],
    [[Number.NaN], RangeError],
    [[Number.NEGATIVE_INFINITY], RangeError],
    [['1'], TypeError],
    [5, TypeError],
  ])('buckets of %o are refused', (buckets, errorClass) => {
    const create = () =>
      createRegistry().histogram({ name: 'h', help: '', buckets: buckets as never })
    expect(create).toThrow(errorClass)
    expect(create).toThrow('`buckets`')
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '1', undefined])(
    '%o is nothing to observe, and nothing is changed',
    async (value) => {
      const registry = createRegistry()
      const plain = registry.histogram({ name: 'h', help: '', buckets: [] })
      const labelled = registry.histogram({ name: 'l', help: '', buckets: [], labels: ['a'] })
      const message = 'must be given a finite number, not'
      expect(() => plain.observe(value as number)).toThrow(`\`h\` ${message}`)
      expect(() => labelled.observe({ a: '' }, value as number)).toThrow(`\`l\` ${message}`)
      expect(await scrape(registry)).toEqual(['h_bucket{le="+Inf"} 0', 'h_sum 0', 'h_count 0'])
    },
  )

  test('keeps the last exemplar of each bucket, within it', async () => {
    const registry = createRegistry()
    const histogram = registry.histogram({ name: 'h', help: '', buckets: [1, 2] })
    histogram.observe(0.5, { labels: { trace_id: 'a' }, timestamp: 1 })
    histogram.observe(0.75, { labels: { trace_id: 'b' }, timestamp: 2 })
    histogram.observe(9, { labels: { trace_id: 'c' }, timestamp: 3 })
    histogram.observe(0.25)
    expect((await registry.render({ format: 'openmetrics' })).split('\n').slice(2, -2)).toEqual([
      'h_bucket{le="1.0"} 3 # {trace_id="b"} 0.75 2',
      'h_bucket{le="2.0"} 3',
      'h_bucket{le="+Inf"} 4 # {trace_id="c"} 9 3',
      'h_sum 10.5',
      'h_count 4',
    ])
  })
})

describe('a timer', () => {
  test('observes the seconds until it is ended, once', async () => {
    const registry = createRegistry()
    const plain = registry.histogram({ name: 'plain', help: '', buckets: [] })
    const labelled = registry.histogram({ name: 'labelled', help: '', buckets: [], labels: ['a'] })
    const ends = [plain.startTimer(), labelled.startTimer({ a: 'b' })]
    ends.push(labelled.labels({ a: 'b' }).startTimer())
    await advance(1500)
    expect(ends.map((end) => end())).toEqual([1.5, 1.5, 1.5])
    await advance(1000)
    expect(ends.map((end) => end())).toEqual([1.5, 1.5, 1.5])
    expect(await scrape(registry)).toEqual([
      'plain_bucket{le="+Inf"} 1',
      'plain_sum 1.5',
      'plain_count 1',
      'labelled_bucket{a="b",le="+Inf"} 2',
      'labelled_sum{a="b"} 3',
      'labelled_count{a="b"} 2',
    ])
  })

  test('has its labels checked when it starts', () => {
    const histogram = createRegistry().histogram({ name: 'h', help: '', labels: ['a'] })
    expect(() => histogram.startTimer({} as never)).toThrow('`h` must be labelled by a')
  })

  test('goes by the clock of the registry', async () => {
    let now = 0
    const clock = { now: () => now, setTimeout, clearTimeout: () => {} }
    const end = createRegistry({ clock }).histogram({ name: 'h', help: '' }).startTimer()
    now = 250
    expect(end()).toBe(0.25)
  })
})
