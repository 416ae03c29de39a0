import { expectTypeOf, test } from 'vitest'
import {
  type Counter,
  type CounterHandle,
  createRegistry,
  type Gauge,
  type Histogram,
  type MetricOptions,
  type MetricsEvent,
  mergeSnapshots,
  negotiate,
  type ObserverHandle,
  type RegistrySnapshot,
  renderSnapshot,
  type Summary,
} from './index.ts'

const registry = createRegistry()

test('a metric knows its labels', () => {
  const counter = registry.counter({ name: 'c', help: '', labels: ['method', 'status'] })
  expectTypeOf(counter).toEqualTypeOf<Counter<'method' | 'status'>>()
  counter.inc({ method: 'GET', status: 200 })
  counter.inc({ method: 'GET', status: true }, 5, { labels: { trace_id: 'a' } })
  // @ts-expect-error a label is missing
  counter.inc({ method: 'GET' })
  // @ts-expect-error there is no such label
  counter.inc({ method: 'GET', status: 200, path: '/' })
  // @ts-expect-error no value of a label
  counter.inc({ method: 'GET', status: null })
  // @ts-expect-error no value of a label
  counter.labels({ method: 'GET', status: undefined })
  // @ts-expect-error a metric that has labels is not counted without
  counter.inc()
  // @ts-expect-error a metric that has labels is not counted without
  counter.inc(5)
  expectTypeOf(counter.labels({ method: 'GET', status: 200 })).toEqualTypeOf<CounterHandle>()
})

test('a metric without labels is called without', () => {
  const counter = registry.counter({ name: 'c', help: '' })
  expectTypeOf(counter).toEqualTypeOf<Counter>()
  expectTypeOf(counter).toExtend<CounterHandle>()
  counter.inc()
  counter.inc(5, { labels: {} })
  // @ts-expect-error it has no labels
  counter.inc({ method: 'GET' })
  // @ts-expect-error no number
  counter.inc('5')
})

test('each type has what it can do', () => {
  const labels = ['a'] as const
  const gauge = registry.gauge({ name: 'g', help: '', labels })
  expectTypeOf(gauge).toEqualTypeOf<Gauge<'a'>>()
  gauge.set({ a: 1 }, 5)
  // @ts-expect-error to what?
  gauge.set({ a: 1 })
  expectTypeOf(gauge.remove({ a: 1 })).toEqualTypeOf<boolean>()
  // @ts-expect-error what counts does not go back
  registry.counter({ name: 'c', help: '' }).remove
  // @ts-expect-error nor down
  registry.counter({ name: 'c', help: '' }).dec

  const histogram = registry.histogram({ name: 'h', help: '', labels, buckets: [1] })
  expectTypeOf(histogram).toEqualTypeOf<Histogram<'a'>>()
  expectTypeOf(histogram.labels({ a: 1 })).toEqualTypeOf<ObserverHandle>()
  expectTypeOf(histogram.startTimer({ a: 1 })()).toEqualTypeOf<number>()
  // @ts-expect-error which series?
  histogram.startTimer()
  // @ts-expect-error a counter has no buckets
  registry.counter({ name: 'c', help: '', buckets: [1] })

  const summary = registry.summary({ name: 's', help: '', quantiles: [0.5] })
  expectTypeOf(summary).toEqualTypeOf<Summary>()
  registry.info({ name: 'i', help: '' }, { version: '1', ok: true, n: 1 })
})

test('a collector is given its metric, labels and all', () => {
  const labels = ['a', 'b'] as const
  registry.counter({
    name: 'c',
    help: '',
    collect: (counter) => {
      expectTypeOf(counter).toEqualTypeOf<Counter>()
      counter.inc()
    },
  })
  const gauge = registry.gauge({
    name: 'g',
    help: '',
    labels: ['a', 'b'],
    // @ts-expect-error a label is missing
    collect: (gauge) => gauge.set({ a: 1 }, 5),
  })
  expectTypeOf(gauge).toEqualTypeOf<Gauge<'a' | 'b'>>()
  // Before its labels are told, too.
  registry.gauge({ collect: (gauge) => gauge.set({ a: 1, b: 2 }, 5), name: 'g', help: '', labels })
  registry.histogram({
    name: 'h',
    help: '',
    labels,
    collect: async (histogram) => {
      expectTypeOf(histogram).toEqualTypeOf<Histogram<'a' | 'b'>>()
    },
  })
  registry.summary({
    name: 's',
    help: '',
    collect: (summary) => {
      expectTypeOf(summary).toEqualTypeOf<Summary>()
    },
  })
})

test('a collector need not look at what it is given', () => {
  const gauge: Gauge = registry.gauge({ name: 'g', help: '', collect: () => gauge.set(1) })
  const shared: MetricOptions<'a'> = { name: 'c', help: '', labels: ['a'], collect: async () => {} }
  expectTypeOf(registry.counter(shared)).toEqualTypeOf<Counter<'a'>>()
  expectTypeOf(registry.summary(shared)).toEqualTypeOf<Summary<'a'>>()
})

test('labels that are known at run time only', () => {
  const labels: string[] = ['a']
  registry.counter({ name: 'c', help: '', labels }).inc({ a: 1 })
})

test('options are known by name', () => {
  // @ts-expect-error no such option
  createRegistry({ defaultLabel: {} })
  // @ts-expect-error no such option
  registry.gauge({ name: 'g', help: '', labelNames: ['a'] })
  // @ts-expect-error no help
  registry.gauge({ name: 'g' })
  createRegistry({
    prefix: undefined,
    onEvent: (event) => expectTypeOf(event).toEqualTypeOf<MetricsEvent>(),
  })
})

test('a snapshot is what is merged and rendered', async () => {
  const snapshot = await registry.snapshot()
  expectTypeOf(snapshot).toEqualTypeOf<RegistrySnapshot>()
  expectTypeOf(mergeSnapshots([snapshot])).toEqualTypeOf<RegistrySnapshot>()
  expectTypeOf(renderSnapshot(snapshot, { format: 'openmetrics' })).resolves.toBeString()
  // What was negotiated is what is rendered.
  expectTypeOf(registry.render(negotiate(null))).resolves.toBeString()
})
