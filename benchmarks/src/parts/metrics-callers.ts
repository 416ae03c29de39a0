import { createRegistry } from '@holdfast/metrics'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import * as prometheusIo from '@prometheus-io/client'
import * as promClient from 'prom-client'
import { BUCKETS, FIRST, help, labelNames, labelsAt, secondsAt } from './metrics-data.ts'

/** One call that writes to a metric. */
export type Call = 'count' | 'countHeld' | 'countLabelled' | 'observeHeld' | 'observeLabelled'

/** A library and its measured calls. */
export interface Caller {
  readonly peer?: string
  readonly calls: Readonly<Partial<Record<Call, { name: string; ask: (at: number) => boolean }>>>
  render(): Promise<string>
}

// Each library has its own functions, although two libraries have the same interface. Shared functions would be compiled for both, and slower for each.

export function createOurs(): Caller {
  const registry = createRegistry()
  const plain = registry.counter({ name: 'plain_total', help })
  const counter = registry.counter({ name: 'labeled_total', help, labels: labelNames })
  const histogram = registry.histogram({ name: 'labeled_seconds', help, labels: labelNames })
  const heldCounter = registry.counter({ name: 'held_total', help, labels: labelNames })
  const heldHistogram = registry.histogram({ name: 'held_seconds', help, labels: labelNames })
  const counted = heldCounter.labels(FIRST)
  const observed = heldHistogram.labels(FIRST)
  return {
    calls: {
      count: {
        name: 'inc',
        ask() {
          plain.inc()
          return true
        },
      },
      countHeld: {
        name: 'labels({…}), inc',
        ask() {
          counted.inc()
          return true
        },
      },
      countLabelled: {
        name: 'inc({…})',
        ask(at) {
          counter.inc(labelsAt(at))
          return true
        },
      },
      observeHeld: {
        name: 'labels({…}), observe',
        ask(at) {
          observed.observe(secondsAt(at))
          return true
        },
      },
      observeLabelled: {
        name: 'observe({…})',
        ask(at) {
          histogram.observe(labelsAt(at), secondsAt(at))
          return true
        },
      },
    },
    render: () => registry.render(),
  }
}

export function createPromClient(): Caller {
  const registry = new promClient.Registry()
  const registers = [registry]
  const { Counter, Histogram } = promClient
  const plain = new Counter({ name: 'plain_total', help, registers })
  const counter = new Counter({ name: 'labeled_total', help, labelNames, registers })
  const histogram = new Histogram({ name: 'labeled_seconds', help, labelNames, registers })
  const heldCounter = new Counter({ name: 'held_total', help, labelNames, registers })
  const heldHistogram = new Histogram({ name: 'held_seconds', help, labelNames, registers })
  const counted = heldCounter.labels(FIRST)
  const observed = heldHistogram.labels(FIRST)
  return {
    peer: 'prom-client',
    calls: {
      count: {
        name: 'inc',
        ask() {
          plain.inc()
          return true
        },
      },
      countHeld: {
        name: 'labels({…}), inc',
        ask() {
          counted.inc()
          return true
        },
      },
      countLabelled: {
        name: 'inc({…})',
        ask(at) {
          counter.inc(labelsAt(at))
          return true
        },
      },
      observeHeld: {
        name: 'labels({…}), observe',
        ask(at) {
          observed.observe(secondsAt(at))
          return true
        },
      },
      observeLabelled: {
        name: 'observe({…})',
        ask(at) {
          histogram.observe(labelsAt(at), secondsAt(at))
          return true
        },
      },
    },
    render: () => registry.metrics(),
  }
}

export function createPrometheusIo(): Caller {
  const registry = new prometheusIo.Registry()
  const registers = [registry]
  const { Counter, Histogram } = prometheusIo
  const plain = new Counter({ name: 'plain_total', help, registers })
  const counter = new Counter({ name: 'labeled_total', help, labelNames, registers })
  const histogram = new Histogram({ name: 'labeled_seconds', help, labelNames, registers })
  const heldCounter = new Counter({ name: 'held_total', help, labelNames, registers })
  const heldHistogram = new Histogram({ name: 'held_seconds', help, labelNames, registers })
  const counted = heldCounter.labels(FIRST)
  const observed = heldHistogram.labels(FIRST)
  return {
    peer: '@prometheus-io/client',
    calls: {
      count: {
        name: 'inc',
        ask() {
          plain.inc()
          return true
        },
      },
      countHeld: {
        name: 'labels({…}), inc',
        ask() {
          counted.inc()
          return true
        },
      },
      countLabelled: {
        name: 'inc({…})',
        ask(at) {
          counter.inc(labelsAt(at))
          return true
        },
      },
      observeHeld: {
        name: 'labels({…}), observe',
        ask(at) {
          observed.observe(secondsAt(at))
          return true
        },
      },
      observeLabelled: {
        name: 'observe({…})',
        ask(at) {
          histogram.observe(labelsAt(at), secondsAt(at))
          return true
        },
      },
    },
    render: () => registry.metrics(),
  }
}

/** OpenTelemetry has no handles. */
export function createOpenTelemetry(): Caller {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
  const meter = new MeterProvider({ readers: [exporter] }).getMeter('benchmark')
  const plain = meter.createCounter('plain_total')
  const counter = meter.createCounter('labeled_total')
  const histogram = meter.createHistogram('labeled_seconds', {
    advice: { explicitBucketBoundaries: BUCKETS },
  })
  return {
    peer: '@opentelemetry/sdk-metrics',
    calls: {
      count: {
        name: 'add',
        ask() {
          plain.add(1)
          return true
        },
      },
      countLabelled: {
        name: 'add(…, {…})',
        ask(at) {
          counter.add(1, labelsAt(at))
          return true
        },
      },
      observeLabelled: {
        name: 'record(…, {…})',
        ask(at) {
          histogram.record(secondsAt(at), labelsAt(at))
          return true
        },
      },
    },
    async render() {
      const { resourceMetrics } = await exporter.collect()
      return serializer.serialize(resourceMetrics)
    },
  }
}
