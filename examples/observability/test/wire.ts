import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createMetricsHandler, type Registry } from '@holdfast/metrics'
import { toNodeListener } from '@holdfast/metrics/node'

/** The headers and connection of one scrape. */
export interface Exchange {
  readonly request: IncomingHttpHeaders
  readonly response: OutgoingHttpHeaders
  readonly httpVersion: string
  readonly socket: Socket
}

/** A server for a registry on a free port, which records every scrape. */
export interface Wire {
  readonly address: string
  readonly exchanges: readonly Exchange[]
  stop(): void
}

export async function serve(registry: Registry): Promise<Wire> {
  const exchanges: Exchange[] = []
  const listener = toNodeListener(createMetricsHandler(registry))
  const server = createServer((request, response) => {
    // If no header is set explicitly, Node does not keep the headers that it sent.
    response.setHeader('server', 'wire')
    response.once('finish', () => {
      const { headers, httpVersion, socket } = request
      exchanges.push({ request: headers, response: response.getHeaders(), httpVersion, socket })
    })
    listener(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
