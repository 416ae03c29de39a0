import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outcome, RequestLine } from './request-line.ts'
import { recordRequests } from './request-metrics.ts'
import { collectMetrics } from './testing.ts'

function recorder(maxRoutes = 200) {
  const metrics = collectMetrics()
  const record = recordRequests(metrics.registry, [1, 2], maxRoutes)
  return {
    ...metrics,
    record: (line: Partial<RequestLine>, outcome: Outcome = 'completed') =>
      record(outcome, { method: 'GET', path: '/', duration_ms: 0, ...line }),
  }
}

test('asks for a counter and a histogram', () => {
  expect(recorder().asked).toMatchObject([
    { name: 'http_requests_total', labels: ['method', 'route', 'status'] },
    {
      name: 'http_request_duration_seconds',
      unit: 'seconds',
      labels: ['method', 'route'],
      buckets: [1, 2],
    },
  ])
})

test('a request is counted by method, route and status, and its seconds by the first two', () => {
  const { record, counted, observed } = recorder()
  record({ method: 'POST', route: '/a/:id', status: 201, duration_ms: 1250 })
  expect(counted).toEqual([{ method: 'POST', route: '/a/:id', status: '201' }])
  expect(observed).toEqual([{ method: 'POST', route: '/a/:id', seconds: 1.25 }])
})

test.each<[Outcome, number | undefined, string]>([
  ['completed', 204, '204'],
  ['failed', 503, '503'],
  ['failed', undefined, 'failed'],
  ['aborted', 200, '200'],
  ['aborted', undefined, 'aborted'],
])('%s with %s is status %s', (outcome, status, label) => {
  const { record, counted } = recorder()
  record({ status }, outcome)
  expect(counted).toMatchObject([{ status: label }])
})

describe('labels are bounded', () => {
  test('methods', () => {
    const { record, counted } = recorder()
    for (const method of ['GET', 'QUERY', 'get', 'XGET', 'GETX', '', 'PATCH']) record({ method })
    const methods = counted.map((labels) => (labels as { method: string }).method)
    expect(methods).toEqual(['GET', '_OTHER', '_OTHER', '_OTHER', '_OTHER', '_OTHER', 'PATCH'])
  })

  test('routes: those that came first stay', () => {
    const { record, counted } = recorder(2)
    for (const route of ['/a', undefined, '/a', '/b', '/c', '/b', undefined]) record({ route })
    const routes = counted.map((labels) => (labels as { route: string }).route)
    expect(routes).toEqual(['/a', 'unmatched', '/a', '/b', '_OTHER', '/b', 'unmatched'])
  })

  test('whatever comes', () => {
    const lines = fc.array(fc.record({ method: fc.string(), route: fc.string() }))
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 5 }), (lines, maxRoutes) => {
        const { record, observed } = recorder(maxRoutes)
        for (const line of lines) record(line)
        expect(observed).toHaveLength(lines.length)
        const routes = new Set(observed.map((labels) => (labels as { route: string }).route))
        expect(routes.size).toBeLessThanOrEqual(maxRoutes + 1)
      }),
    )
  })
})
