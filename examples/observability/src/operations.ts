import { createServer, type Server } from 'node:http'
import { createAdminHandler } from '@holdfast/feature-flags/admin'
import { createMetricsHandler } from '@holdfast/metrics'
import { toNodeListener } from '@holdfast/metrics/node'
import type { ServiceFlags } from './flags.ts'
import type { Telemetry } from './telemetry.ts'

/** Creates the server for operators, on a separate port: `/metrics`, and `/admin/flags`, which needs the token. */
export function createOperations(
  flags: ServiceFlags,
  { logger, registry, onEvent }: Telemetry,
  token: string | undefined,
): Server {
  const metrics = createMetricsHandler(registry)
  // Without a token, the handler rejects every request.
  const admin = createAdminHandler(flags, { token, onEvent })
  const listener = toNodeListener(
    (request, client) =>
      new URL(request.url).pathname.startsWith('/admin/')
        ? admin(request, client)
        : metrics(request),
    (error) => logger.error(error, 'an operator request failed'),
  )
  return createServer(listener)
}
