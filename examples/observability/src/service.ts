import { createServer, type Server } from 'node:http'
import { requestLogger } from '@holdfast/logger'
import { toNodeListener } from '@holdfast/metrics/node'
import type { Telemetry } from './telemetry.ts'

type Handler = (request: Request) => Promise<Response>

/** The service itself: each request is logged, counted and timed once. All that it has is posted to. */
export function createService(
  routes: Readonly<Record<string, Handler>>,
  { logger, registry }: Telemetry,
): Server {
  const handlers = new Map(Object.entries(routes))
  const requests = requestLogger({
    logger,
    registry,
    // What a client makes up is not among them, and makes no series of its own.
    route: ({ path }) => (handlers.has(path) ? path : undefined),
  })
  const listener = toNodeListener(
    async (request) => {
      const handler = handlers.get(new URL(request.url).pathname)
      if (handler === undefined) return new Response('Not found\n', { status: 404 })
      if (request.method === 'POST') return handler(request)
      return new Response('Only to be posted to\n', { status: 405, headers: { allow: 'POST' } })
    },
    (error) => logger.error(error, 'a request failed'),
  )
  return createServer((request, response) =>
    requests(request, response, () => listener(request, response)),
  )
}
