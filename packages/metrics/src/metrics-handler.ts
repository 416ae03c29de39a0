import { byBearerToken, checkWebRequest, refusal } from '@holdfast/internal'
import { acceptsGzip } from './accepts-gzip.ts'
import type { Registry } from './metrics.ts'
import { negotiate } from './negotiate.ts'

/** Options of {@link createMetricsHandler}. Validated at creation. */
export interface MetricsHandlerOptions {
  /**
   * What `Authorization: Bearer …` must carry; several, so that one can be replaced while the other is in use. Each has
   * 16 or more characters of visible ASCII. Default: none, and everybody may look.
   */
  readonly token?: string | readonly string[] | undefined
  /** Where the metrics are, as the client writes it. Default `/metrics`. */
  readonly path?: string | undefined
  /** Whether `_created` is written, in OpenMetrics. Default false: Prometheus takes it for a series of its own. */
  readonly created?: boolean | undefined
}

/** Answers every request. Rejects only when the registry does, of which a server makes a 500. */
export type MetricsHandler = (request: Request) => Promise<Response>

/**
 * Makes the endpoint that Prometheus scrapes, for `Request` and `Response` of the web; `toNodeListener` of
 * `@holdfast/metrics/node` makes it serve Node's own server, Express and Fastify. The format is the one that the
 * `Accept` header asks for, gzipped when `Accept-Encoding` takes that.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createMetricsHandler(
  registry: Pick<Registry, 'render'>,
  { token, path = '/metrics', created = false }: MetricsHandlerOptions = {},
): MetricsHandler {
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw refusal('path', path, 'like "/metrics"')
  }
  const known = token === undefined ? undefined : [token].flat().map((one) => [one, true] as const)
  const findToken = known && byBearerToken(known)

  return async (request) => {
    checkWebRequest(request, '@holdfast/metrics/node')
    const { method, url, headers } = request
    // First: a stranger does not learn what is here.
    if (findToken && (await findToken(request)).length === 0) {
      return refuse(401, 'This takes a token', { 'www-authenticate': 'Bearer' })
    }
    if (new URL(url).pathname !== path) return refuse(404, 'Not found')
    if (method !== 'GET' && method !== 'HEAD') {
      return refuse(405, 'Only to be read', { allow: 'GET, HEAD' })
    }
    const { format, escaping, contentType } = negotiate(headers.get('accept'))
    const gzip = acceptsGzip(headers.get('accept-encoding'))
    const answer = {
      headers: {
        ...ALWAYS,
        'content-type': contentType,
        vary: 'accept, accept-encoding',
        ...(gzip && { 'content-encoding': 'gzip' }),
      },
    }
    if (method === 'HEAD') return new Response(null, answer)
    const text = await registry.render({ format, escaping, created })
    return new Response(gzip ? zip(text) : text, answer)
  }
}

const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

function refuse(status: number, text: string, headers?: Record<string, string>): Response {
  const contentType = 'text/plain; charset=utf-8'
  return new Response(`${text}\n`, {
    status,
    headers: { ...ALWAYS, 'content-type': contentType, ...headers },
  })
}

const zip = (text: string): ReadableStream =>
  new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
