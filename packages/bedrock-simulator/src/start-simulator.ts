import { Behaviours } from './behaviours/rules.ts'
import { Quotas } from './capacity/quotas.ts'
import { seededRandom } from './random.ts'
import { checkBehaviour } from './script/check-behaviour.ts'
import { checkCapacity, checkOptions, checkRule } from './script/check-script.ts'
import { filled } from './script/checks.ts'
import { RequestHandler } from './server/request-handler.ts'
import { RequestLog } from './server/request-log.ts'
import { startSniffingServer } from './server/sniffing-server.ts'
import type { Simulator, SimulatorOptions } from './simulator.ts'

const MAX_REQUESTS = 10_000
const MAX_BODY_BYTES = 25_000_000

/**
 * Starts a local Bedrock Runtime.
 *
 * @throws TypeError or RangeError (as a rejection) that names the wrong option and what is allowed.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  checkOptions(options, '')
  // Monotonic, so that a change of the computer's time moves no quota, but counted from 1970.
  const now = options.now ?? (() => performance.timeOrigin + performance.now())
  const seed = options.seed ?? 1
  const behaviours = new Behaviours(seed)
  const quotas = new Quotas(now)
  const log = new RequestLog(options.maxRequests ?? MAX_REQUESTS)
  let random = seededRandom(seed)

  const reset = (): void => {
    random = seededRandom(seed)
    behaviours.reset()
    quotas.clear()
    log.clear()
    behaviours.enqueue(options.queue ?? [])
    for (const rule of options.rules ?? []) behaviours.add(rule)
    for (const [model, limits] of Object.entries(options.capacity ?? {})) quotas.set(model, limits)
  }
  reset()

  const handler = new RequestHandler({
    behaviours,
    quotas,
    log,
    reset,
    now,
    latency: options.latency ?? {},
    random: () => random,
    maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
    onRequest: options.onRequest,
  })
  const server = await startSniffingServer(
    (request, response) => handler.accept(request, response, server.connections.of(response)),
    { host: options.host ?? '127.0.0.1', port: options.port ?? 0, tls: options.tls },
  )

  const stop = async (): Promise<void> => {
    handler.abandonAll()
    await server.close()
    await handler.idle()
  }
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= stop()
    return closing
  }

  const url = `${options.tls ? 'https' : 'http'}://${urlHost(options.host)}:${server.port}`
  return {
    url,
    port: server.port,
    clientConfig: {
      endpoint: url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'simulator', secretAccessKey: 'simulator' },
    },
    requests: log.records,
    enqueue(...added) {
      for (const [index, each] of added.entries()) checkBehaviour(each, `behaviours[${index}]`)
      behaviours.enqueue(added)
    },
    addRule(rule) {
      checkRule(rule, 'rule')
      const id = behaviours.add(rule)
      return () => void behaviours.remove(id)
    },
    setCapacity(model, limits) {
      filled(model, 'model')
      if (limits) checkCapacity(limits, 'capacity')
      quotas.set(model, limits)
    },
    reset,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** An address to listen on is not always one to connect to. */
function urlHost(host = '127.0.0.1'): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
