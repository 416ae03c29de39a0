import { useVirtualTime } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { mergeSnapshots } from './merge.ts'
import type { FamilySnapshot, Merge, Registry, RegistrySnapshot } from './metrics.ts'
import { createRegistry } from './registry.ts'
import { renderSnapshot } from './render.ts'
import { samplesOf, sent } from './testing.ts'

useVirtualTime()

/** What the snapshots of several registries, sent to one place, are there. */
async function merged(...registries: Registry[]): Promise<string[]> {
  const snapshots = await Promise.all(registries.map((registry) => registry.snapshot()))
  return samplesOf(await renderSnapshot(mergeSnapshots(snapshots.map(sent))))
}

const registries = (fill: (registry: Registry, process: number) => void): Registry[] =>
  [1, 2, 3].map((process) => {
    const registry = createRegistry()
    fill(registry, process)
    return registry
  })

describe('several registries as one', () => {
  test('series with the same labels become one, others stand beside', async () => {
    const all = registries((registry, process) => {
      const counter = registry.counter({ name: 'c', help: '', labels: ['a'] })
      counter.inc({ a: 'all' }, process)
      counter.inc({ a: process }, 10)
    })
    expect(await merged(...all)).toEqual([
      'c_total{a="all"} 6',
      'c_total{a="1"} 10',
      'c_total{a="2"} 10',
      'c_total{a="3"} 10',
    ])
  })

  test.each<[Merge | undefined, number]>([
    [undefined, 9],
    ['sum', 9],
    ['max', 5],
    ['min', 1],
    ['last', 3],
  ])('a gauge by %s', async (merge, value) => {
    const all = registries((registry, process) => {
      registry.gauge({ name: 'g', help: '', merge }).set([0, 1, 5, 3][process] as number)
    })
    expect(await merged(...all)).toEqual([`g ${value}`])
  })

  test('a histogram’s buckets and sum are added up', async () => {
    const all = registries((registry, process) => {
      registry.histogram({ name: 'h', help: '', buckets: [1, 2] }).observe(process)
    })
    expect(await merged(...all)).toEqual([
      'h_bucket{le="1.0"} 1',
      'h_bucket{le="2.0"} 2',
      'h_bucket{le="+Inf"} 3',
      'h_sum 6',
      'h_count 3',
    ])
  })

  test('a histogram by `last` is the last', async () => {
    const all = registries((registry, process) => {
      registry.histogram({ name: 'h', help: '', buckets: [], merge: 'last' }).observe(process)
    })
    expect(await merged(...all)).toEqual(['h_bucket{le="+Inf"} 1', 'h_sum 3', 'h_count 1'])
  })

  test('a summary’s sum and count are added up; of its quantiles the greatest counts', async () => {
    const all = registries((registry, process) => {
      const summary = registry.summary({ name: 's', help: '', quantiles: [0.5] })
      if (process !== 2) summary.observe(process)
    })
    expect(await merged(...all)).toEqual(['s{quantile="0.5"} 3', 's_sum 4', 's_count 2'])
  })

  test('an info is itself', async () => {
    const all = registries((registry) => registry.info({ name: 'i', help: '' }, { version: '1' }))
    expect(await merged(...all)).toEqual(['i_info{version="1"} 1'])
  })

  test('overflow series become one, told from those of empty labels', async () => {
    const all = [1, 2].map((process) => {
      const registry = createRegistry({ maxSeriesPerMetric: 1 })
      const gauge = registry.gauge({ name: 'g', help: '', labels: ['a'] })
      gauge.set({ a: '' }, process)
      gauge.set({ a: 'b' }, 10 * process)
      return registry
    })
    expect((await merged(...all)).slice(1)).toEqual(['g 3', 'g{overflow="true"} 30'])
  })

  test('labels that look the same when they are put together stay apart', async () => {
    const all = registries((registry, process) => {
      const counter = registry.counter({ name: 'c', help: '', labels: ['a', 'b'] })
      counter.inc(process === 1 ? { a: '1,2', b: '3' } : { a: '1', b: '2,3' })
    })
    expect(await merged(...all)).toEqual(['c_total{a="1,2",b="3"} 1', 'c_total{a="1",b="2,3"} 2'])
  })

  test('it began with the first, and its exemplars are the latest', async () => {
    const counted = (at: number) => {
      vi.setSystemTime(at)
      const registry = createRegistry()
      registry.counter({ name: 'c', help: '' }).inc(at, { labels: { at: `${at}` } })
      return registry.snapshot()
    }
    const snapshots = [await counted(3000), await counted(9000), await counted(5000)]
    const { families } = mergeSnapshots(snapshots.map(sent))
    expect(families.at(-1)?.series).toMatchObject([
      { values: [17_000], created: 3, exemplars: [{ labels: { at: '9000' }, timestamp: 9 }] },
    ])
  })

  test('the exemplars of different buckets stand beside each other', async () => {
    const all = registries((registry, process) => {
      const histogram = registry.histogram({ name: 'h', help: '', buckets: [1, 2] })
      histogram.observe(process, { labels: { p: `${process}` }, timestamp: process })
    })
    const snapshots = await Promise.all(all.map((registry) => registry.snapshot()))
    const text = await renderSnapshot(mergeSnapshots(snapshots), { format: 'openmetrics' })
    expect(text.match(/# \{.*/g)).toEqual(['# {p="1"} 1 1', '# {p="2"} 2 2', '# {p="3"} 3 3'])
  })

  test('a metric that only some have is told of too, and the first help counts', async () => {
    const a = createRegistry()
    const b = createRegistry()
    a.gauge({ name: 'both', help: 'first' })
    b.gauge({ name: 'only', help: '' }).set(7)
    b.gauge({ name: 'both', help: 'second' }).set(1)
    const snapshots = [await a.snapshot(), await b.snapshot()]
    expect(await renderSnapshot(mergeSnapshots(snapshots))).toBe(
      '# HELP both first\n# TYPE both gauge\nboth 1\n# HELP only \n# TYPE only gauge\nonly 7\n',
    )
  })

  test('of none there is nothing, and of one it is that one', async () => {
    expect(mergeSnapshots([])).toEqual({ version: 1, families: [] })
    const [one] = registries((registry) => registry.gauge({ name: 'g', help: '' }).set(1))
    const snapshot = await (one as Registry).snapshot()
    expect(mergeSnapshots([snapshot])).toEqual(snapshot)
  })

  test('nothing is done to what is merged', async () => {
    const [a, b] = registries((registry, process) => {
      registry.histogram({ name: 'h', help: '' }).observe(process, { labels: {} })
    }) as [Registry, Registry]
    const snapshots = [sent(await a.snapshot()), sent(await b.snapshot())]
    const before = JSON.stringify(snapshots)
    mergeSnapshots(snapshots)
    expect(JSON.stringify(snapshots)).toBe(before)
  })
})

describe('what does not go together', () => {
  const histogram = (options: object) => {
    const registry = createRegistry()
    registry.histogram({ name: 'h_seconds', help: '', ...options })
    return registry.snapshot()
  }

  test.each([
    ['buckets', { buckets: [2] }, 'its `buckets` is [1] in one snapshot and [2] in another'],
    ['labels', { labels: ['a'] }, 'its `labelNames` is [] in one snapshot and ["a"] in another'],
    ['merge', { merge: 'last' }, 'its `merge` is "sum" in one snapshot and "last" in another'],
    [
      'unit',
      { unit: 'seconds' },
      'its `unit` is undefined in one snapshot and "seconds" in another',
    ],
  ])('histograms of different %s are refused by name', async (_, options, message) => {
    const snapshots = [
      await histogram({ buckets: [1] }),
      await histogram({ buckets: [1], ...options }),
    ]
    const merge = () => mergeSnapshots(snapshots.map(sent))
    expect(merge).toThrow(RangeError)
    expect(merge).toThrow(`\`h_seconds\` cannot be merged: ${message}`)
  })

  test('nor are a gauge and a counter one metric', async () => {
    const a = createRegistry()
    const b = createRegistry()
    a.gauge({ name: 'x', help: '' })
    b.counter({ name: 'x', help: '' })
    const snapshots = [await a.snapshot(), await b.snapshot()]
    expect(() => mergeSnapshots(snapshots)).toThrow('its `type` is "gauge" in one snapshot')
  })

  test.each([
    [{ version: 2, families: [] }, RangeError, '`snapshot.version` must be 1, not 2'],
    [{}, TypeError, '`snapshot`'],
    [undefined, TypeError, '`snapshot`'],
  ])('nor is %o a snapshot', (snapshot, errorClass, message) => {
    const merge = () => mergeSnapshots([{ version: 1, families: [] }, snapshot as never])
    expect(merge).toThrow(errorClass)
    expect(merge).toThrow(message)
  })
})

describe('for sum, max and min', () => {
  // Whole numbers: the sum of others depends on the order that they are added in, however it is done.
  const whole = fc.integer({ min: -1000, max: 1000 })
  const family = (merge: Merge): fc.Arbitrary<FamilySnapshot> =>
    fc
      .uniqueArray(fc.record({ label: fc.constantFrom('a', 'b', 'c', ''), value: whole }), {
        selector: ({ label }) => label,
      })
      .map((all) => ({
        name: merge,
        type: 'gauge',
        help: '',
        merge,
        labelNames: ['l'],
        series: all.map(({ label, value }) => ({ labels: [label], values: [value] })),
      }))
  const summaries: fc.Arbitrary<FamilySnapshot> = fc
    .tuple(fc.option(whole), whole, whole)
    .map((values) => ({
      name: 's',
      type: 'summary',
      help: '',
      merge: 'max',
      labelNames: [],
      quantiles: [0.5],
      series: [{ labels: [], values, created: 5 }],
    }))
  const snapshot: fc.Arbitrary<RegistrySnapshot> = fc
    .tuple(fc.subarray(['sum', 'max', 'min'] as Merge[]), summaries)
    .chain(([merges, summary]) =>
      fc.tuple(...merges.map(family)).map((families) => ({
        version: 1 as const,
        families: [...families, summary],
      })),
    )

  /** Which comes first is all that the order may decide. */
  const values = ({ families }: RegistrySnapshot) =>
    Object.fromEntries(
      families.map(({ name, series }) => [
        name,
        Object.fromEntries(series.map(({ labels, values }) => [String(labels), values])),
      ]),
    )

  test('the order does not matter', () => {
    fc.assert(
      fc.property(fc.array(snapshot), fc.infiniteStream(fc.nat()), (all, ranks) => {
        const shuffled = all
          .map((one) => ({ one, rank: ranks.next().value }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ one }) => one)
        expect(values(mergeSnapshots(shuffled))).toEqual(values(mergeSnapshots(all)))
      }),
    )
  })

  test('nor does which are merged first', () => {
    fc.assert(
      fc.property(fc.array(snapshot), fc.array(snapshot), (left, right) => {
        const parts = [mergeSnapshots(left), mergeSnapshots(right)]
        expect(values(mergeSnapshots(parts))).toEqual(values(mergeSnapshots([...left, ...right])))
      }),
    )
  })
})
