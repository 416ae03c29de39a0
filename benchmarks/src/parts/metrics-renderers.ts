import { createRegistry } from '@holdfast/metrics'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import * as prometheusIo from '@prometheus-io/client'
import * as promClient from 'prom-client'
import { BUCKETS, help, type Labels, labelNames } from './metrics-data.ts'

type Write = (labels: Labels, value: number) => void

/** A library whose rendering is measured: creates metrics and renders them. */
export interface Renderer {
  counter(name: string): Write
  gauge(name: string): Write
  histogram(name: string): Write
  render(): Promise<string>
}

/** Ours comes first. */
export const renderers: readonly (() => Renderer)[] = [
  createOurs,
  () => createPromClient(promClient),
  () => createPromClient(prometheusIo as unknown as typeof promClient),
  createOpenTelemetry,
]

function createOurs(): Renderer {
  const registry = createRegistry()
  const options = (name: string) => ({ name, help, labels: labelNames })
  return {
    counter(name) {
      const counter = registry.counter(options(name))
      return (labels, by) => counter.inc(labels, by)
    },
    gauge(name) {
      const gauge = registry.gauge(options(name))
      return (labels, value) => gauge.set(labels, value)
    },
    histogram(name) {
      const histogram = registry.histogram(options(name))
      return (labels, value) => histogram.observe(labels, value)
    },
    render: () => registry.render(),
  }
}

/** The other client has the same interface, but TypeScript does not treat its types as compatible. */
function createPromClient({ Counter, Gauge, Histogram, Registry }: typeof promClient): Renderer {
  const registry = new Registry()
  const options = (name: string) => ({ name, help, labelNames, registers: [registry] })
  return {
    counter(name) {
      const counter = new Counter(options(name))
      return (labels, by) => counter.inc(labels, by)
    },
    gauge(name) {
      const gauge = new Gauge(options(name))
      return (labels, value) => gauge.set(labels, value)
    },
    histogram(name) {
      const histogram = new Histogram(options(name))
      return (labels, value) => histogram.observe(labels, value)
    },
    render: () => registry.metrics(),
  }
}

function createOpenTelemetry(): Renderer {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
  const meter = new MeterProvider({ readers: [exporter] }).getMeter('benchmark')
  return {
    counter(name) {
      const counter = meter.createCounter(name)
      return (labels, by) => counter.add(by, { ...labels })
    },
    gauge(name) {
      const gauge = meter.createGauge(name)
      return (labels, value) => gauge.record(value, { ...labels })
    },
    histogram(name) {
      const histogram = meter.createHistogram(name, {
        advice: { explicitBucketBoundaries: BUCKETS },
      })
      return (labels, value) => histogram.record(value, { ...labels })
    },
    async render() {
      const { resourceMetrics } = await exporter.collect()
      return serializer.serialize(resourceMetrics)
    },
  }
}
