// The metrics of requests in a registry of `@holdfast/metrics`, as they are scraped.
import { createServer } from 'node:http'
import { createRegistry } from '@holdfast/metrics'
import { expect, test } from 'vitest'
import { requestLogger } from '../src/request/index.ts'
import { collectLines, dial, listen } from './request-support.ts'

test('requests are counted and timed, those of a client that leaves too', async () => {
  const { logger, untilLogged } = collectLines()
  const registry = createRegistry({ prefix: 'app_' })
  const requests = requestLogger({
    logger,
    registry,
    buckets: [30, 60],
    route: ({ path }) => (path.startsWith('/users/') ? '/users/:id' : undefined),
    ignore: ({ status }) => status === 204,
  })
  const origin = await listen(
    createServer((request, response) => {
      requests(request, response, () => {
        if (request.url === '/leave') socket.destroy()
        else response.writeHead(request.url === '/health' ? 204 : 200).end()
      })
    }),
  )
  const { socket } = await dial(origin)
  for (const path of ['/users/1', '/users/2', '/health', '/']) await fetch(`${origin}${path}`)
  await fetch(origin, { method: 'PROPFIND' })
  socket.write('GET /leave HTTP/1.1\r\nHost: a\r\n\r\n')
  await untilLogged(5)

  const text = await registry.render()
  const counts = text.split('\n').filter((line) => line.startsWith('app_http_requests_total{'))
  expect(counts.sort()).toEqual([
    'app_http_requests_total{method="GET",route="/users/:id",status="200"} 2',
    'app_http_requests_total{method="GET",route="unmatched",status="200"} 1',
    'app_http_requests_total{method="GET",route="unmatched",status="204"} 1',
    'app_http_requests_total{method="GET",route="unmatched",status="aborted"} 1',
    'app_http_requests_total{method="_OTHER",route="unmatched",status="200"} 1',
  ])
  expect(text).toContain(
    'app_http_request_duration_seconds_bucket{method="GET",route="/users/:id",le="30.0"} 2\n',
  )
  expect(text).toContain(
    'app_http_request_duration_seconds_count{method="GET",route="unmatched"} 3\n',
  )
})

test('two loggers may share a registry', async () => {
  const { logger } = collectLines()
  const registry = createRegistry()
  requestLogger({ logger, registry })
  expect(() => requestLogger({ logger, registry })).not.toThrow()
  expect(() => requestLogger({ logger, registry, buckets: [1] })).toThrow(RangeError)
  expect(() => requestLogger({ logger, registry: createRegistry(), buckets: [1, 1] })).toThrow(
    '`buckets`',
  )
})
