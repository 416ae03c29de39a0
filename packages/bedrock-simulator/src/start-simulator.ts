import { randomUUID } from 'node:crypto'
import { play } from './behaviours/play.ts'
import { Behaviours } from './behaviours/rules.ts'
import { Quotas } from './capacity/quotas.ts'
import { ServiceError } from './exceptions.ts'
import { parseJson } from './json.ts'
import { seededRandom } from './random.ts'
import { createExchange, type Exchange } from './server/exchange.ts'
import { readBody } from './server/read-body.ts'
import { attemptOf, type OpenRecord, RequestLog } from './server/request-log.ts'
import { route } from './server/route.ts'
import { refusal, type Service, serve } from './server/serve.ts'
import { startSniffingServer } from './server/sniffing-server.ts'
import type { Simulator, SimulatorOptions } from './simulator.ts'
import type { Request, Response } from './wire/http-types.ts'

const MAX_REQUESTS = 10_000
const MAX_BODY_BYTES = 25_000_000

/**
 * Starts a local Bedrock Runtime.
 *
 * @throws TypeError or RangeError (as a rejection) that names the wrong option and what is allowed.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const now = options.now ?? (() => performance.timeOrigin + performance.now())
  const seed = options.seed ?? 1
  const behaviours = new Behaviours(seed)
  const quotas = new Quotas(now)
  const log = new RequestLog(options.maxRequests ?? MAX_REQUESTS)
  const open = new Set<Exchange>()
  const running = new Set<Promise<void>>()
  let random = seededRandom(seed)
  const service: Service = {
    behaviours,
    quotas,
    latency: options.latency ?? {},
    random: () => random,
  }

  const start = (): void => {
    random = seededRandom(seed)
    behaviours.reset()
    quotas.clear()
    log.clear()
    behaviours.enqueue(options.queue ?? [])
    for (const rule of options.rules ?? []) behaviours.add(rule)
    for (const [model, capacity] of Object.entries(options.capacity ?? {})) {
      quotas.set(model, capacity)
    }
  }
  start()

  const handle = async (request: Request, response: Response): Promise<void> => {
    const record: { current?: OpenRecord } = {}
    const startedAt = now()
    let gone = false
    const exchange = createExchange(response, server.connections.of(response), () => {
      gone = true
      if (record.current) record.current.closedEarly = true
    })
    open.add(exchange)
    try {
      const target = route(request.method ?? '', request.url ?? '')
      const headers = flatHeaders(request)
      let body: Uint8Array | undefined
      let problem: ServiceError | undefined
      try {
        body = await readBody(request, options.maxBodyBytes ?? MAX_BODY_BYTES)
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        problem = error
      }
      if (target.type !== 'operation') {
        if (body) await play(refusal(new ServiceError('UnknownOperationException')), exchange)
        return
      }
      record.current = {
        id: randomUUID(),
        model: target.model,
        operation: target.operation,
        httpVersion: request.httpVersion === '2.0' ? '2.0' : '1.1',
        headers,
        ...attemptOf(headers),
        body: body && (parseJson(Buffer.from(body).toString()) ?? body),
        startedAt,
        closedEarly: gone,
        behaviour: 'rejected',
      }
      log.add(record.current)
      if (problem) await play(refusal(problem), exchange)
      else if (body) await serve(service, body, record.current, exchange)
    } finally {
      open.delete(exchange)
      if (record.current) {
        record.current.finishedAt = now()
        options.onRequest?.(record.current)
      }
    }
  }

  const server = await startSniffingServer(
    (request, response) => {
      const done: Promise<void> = handle(request, response)
        .catch(() => void response.destroy())
        .finally(() => running.delete(done))
      running.add(done)
    },
    { host: options.host ?? '127.0.0.1', port: options.port ?? 0, tls: options.tls },
  )
  const url = `${options.tls ? 'https' : 'http'}://${urlHost(options.host)}:${server.port}`
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= (async () => {
      for (const exchange of open) exchange.abandon()
      await server.close()
      await Promise.all(running)
    })()
    return closing
  }

  return {
    url,
    port: server.port,
    clientConfig: {
      endpoint: url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'simulator', secretAccessKey: 'simulator' },
    },
    get requests() {
      return log.records
    },
    enqueue: (...added) => behaviours.enqueue(added),
    addRule: (rule) => {
      const id = behaviours.add(rule)
      return () => void behaviours.remove(id)
    },
    setCapacity: (model, capacity) => quotas.set(model, capacity),
    reset: start,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function flatHeaders(request: Request): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  )
}

/** An address to listen on is not always one to connect to. */
function urlHost(host = '127.0.0.1'): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
