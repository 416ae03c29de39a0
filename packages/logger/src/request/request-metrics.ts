import type { Outcome, RequestLine } from './request-line.ts'

/** What is needed of a registry; that of `@holdfast/metrics` is one. */
export interface RequestRegistry {
  counter(options: RequestMetric<'method' | 'route' | 'status'>): {
    inc(labels: Readonly<Record<'method' | 'route' | 'status', string>>): void
  }
  histogram(options: RequestMetric<'method' | 'route'> & { readonly buckets: readonly number[] }): {
    observe(labels: Readonly<Record<'method' | 'route', string>>, seconds: number): void
  }
}

/** How a metric is asked for. */
export interface RequestMetric<L extends string> {
  readonly name: string
  readonly help: string
  readonly unit?: string
  readonly labels: readonly L[]
}

/** Those of RFC 9110 and RFC 5789. Any other is a client's fancy, and could make any number of series. */
const METHODS = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT)$/

/** What stands for all that is too much to tell apart, as in OpenTelemetry's conventions. */
const OTHER = '_OTHER'

/**
 * Counts and times requests.
 *
 * @throws RangeError when the buckets are wrong, or the registry has another metric under one of the names.
 */
export function recordRequests(
  registry: RequestRegistry,
  buckets: readonly number[],
  maxRoutes: number,
): (outcome: Outcome, line: RequestLine) => void {
  const total = registry.counter({
    name: 'http_requests_total',
    help: 'Requests, by how they were answered.',
    labels: ['method', 'route', 'status'],
  })
  const duration = registry.histogram({
    name: 'http_request_duration_seconds',
    help: 'How long requests took, to the end of the answer.',
    unit: 'seconds',
    labels: ['method', 'route'],
    buckets,
  })
  const routes = new Set<string>()

  /** Routes are few, but for those that hold a value: of a router mounted under `/users/:id`, or by mistake. */
  const bounded = (route: string): string => {
    if (routes.has(route)) return route
    if (routes.size >= maxRoutes) return OTHER
    routes.add(route)
    return route
  }

  return (outcome, line) => {
    const method = METHODS.test(line.method) ? line.method : OTHER
    const route = line.route === undefined ? 'unmatched' : bounded(line.route)
    total.inc({ method, route, status: String(line.status ?? outcome) })
    duration.observe({ method, route }, line.duration_ms / 1000)
  }
}
