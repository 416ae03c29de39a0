import { createServer, type Server } from 'node:http'
import { requestLogger } from '@holdfast/logger/request'
import { toNodeListener } from '@holdfast/metrics/node'
import type { Telemetry } from './telemetry.ts'

type Handler = (request: Request) => Promise<Response>

/** Creates the service. It logs, counts, and times each request. All routes accept only POST. */
export function createService(
  routes: Readonly<Record<string, Handler>>,
  { logger, registry }: Telemetry,
): Server {
  const handlers = new Map(Object.entries(routes))
  const requests = requestLogger({
    logger,
    registry,
    // Unknown paths have no route label, so clients cannot create new series.
    route: ({ path }) => (handlers.has(path) ? path : undefined),
  })
  const listener = toNodeListener(
    async (request) => {
      const handler = handlers.get(new URL(request.url).pathname)
      if (handler === undefined) return new Response('Not found\n', { status: 404 })
      if (request.method === 'POST') return handler(request)
      return new Response('Use POST\n', { status: 405, headers: { allow: 'POST' } })
    },
    (error) => logger.error(error, 'a request failed'),
  )
  return createServer((request, response) =>
    requests(request, response, () => listener(request, response)),
  )
}
