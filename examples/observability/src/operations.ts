import { createServer, type Server } from 'node:http'
import { createAdminHandler } from '@holdfast/feature-flags/admin'
import { createMetricsHandler } from '@holdfast/metrics'
import { toNodeListener } from '@holdfast/metrics/node'
import type { ServiceFlags } from './flags.ts'
import type { Telemetry } from './telemetry.ts'

/** What is for operators, on a port of its own: `/metrics`, and `/admin/flags` for who has the token. */
export function createOperations(
  flags: ServiceFlags,
  { logger, registry, onEvent }: Telemetry,
  token: string | undefined,
): Server {
  const metrics = createMetricsHandler(registry)
  // Without a token all are refused.
  const admin = createAdminHandler(flags, { token, onEvent })
  const listener = toNodeListener(
    (request, client) =>
      new URL(request.url).pathname.startsWith('/admin/')
        ? admin(request, client)
        : metrics(request),
    (error) => logger.error(error, 'a request for operators failed'),
  )
  return createServer(listener)
}
