import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { emit } from './events.ts'
import { readProperty } from './read-property.ts'

/** The client that sent a request. */
export interface WebClient {
  readonly remoteAddress?: string | undefined
}

/** A web-standard handler, as frameworks and edge platforms take it too. */
export type WebHandler = (request: Request, client: WebClient) => Response | Promise<Response>

/** What is needed of `http.IncomingMessage`; Express's request is one. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Express: the whole path, where `url` lacks what the handler is mounted under. */
  readonly originalUrl?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly socket: WebClient
  /** Express: the client's address, behind trusted proxies too. */
  readonly ip?: string | undefined
  /** Of a body parser. */
  readonly body?: unknown
  iterator(options: { readonly destroyOnReturn: boolean }): AsyncIterable<Uint8Array>
  resume(): unknown
}

/** What is needed of `http.ServerResponse`; Express's response is one. */
export interface NodeResponse {
  readonly headersSent: boolean
  readonly writableFinished: boolean
  setHeader(name: string, value: number | string | readonly string[]): unknown
  writeHead(status: number, headers?: string[]): unknown
  write(chunk: Uint8Array): boolean
  end(): unknown
  destroy(): unknown
  on(event: string, listener: () => void): unknown
}

/** What is needed of Fastify's request. */
export interface FastifyLikeRequest {
  readonly raw: NodeRequest
  readonly ip?: string | undefined
  readonly body?: unknown
}

/** What is needed of Fastify's reply. */
export interface FastifyLikeReply {
  readonly raw: NodeResponse
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>
  hijack(): unknown
}

/** A listener for `http.createServer`, Express's `app.use`, and Fastify's `fastify.all`. It never rejects. */
export type NodeListener = (
  request: NodeRequest | FastifyLikeRequest,
  response: NodeResponse | FastifyLikeReply,
) => Promise<void>

/**
 * Serves a web-standard handler with Node's own server, Express or Fastify.
 *
 * - The request's body is streamed as the handler reads it. If a body parser has read it before, the handler gets what
 *   the parser left.
 * - The request's signal aborts when the client disconnects.
 * - A handler that throws is answered with an empty 500.
 * - The handler sees the path exactly as the client sent it. Requests whose path a URL parser would rewrite (`..`,
 *   `%2e%2e`, backslashes), and requests with an empty or malformed `Host`, are answered with an empty 400.
 *
 * @param onError - Called with what the handler, or the body of its response, throws.
 *
 * @example
 * http.createServer(toNodeListener(handler))
 * app.use('/admin', toNodeListener(handler)) // Express
 * fastify.all('/admin/*', toNodeListener(handler))
 */
export function toNodeListener(
  handler: WebHandler,
  onError?: (error: unknown) => void,
): NodeListener {
  return async (given, reply) => {
    const incoming = 'raw' in given ? given.raw : given
    const outgoing = 'raw' in reply ? takeOver(reply) : reply
    const gone = new AbortController()
    outgoing.on('close', () => outgoing.writableFinished || gone.abort())
    // For what `Request` cannot stand for: TRACE, a target like `*`, a bad host, a path with dot segments.
    let failure = 400
    try {
      const request = toRequest(incoming, given.body, gone.signal)
      failure = 500
      const remoteAddress = given.ip ?? incoming.socket.remoteAddress
      await send(await handler(request, { remoteAddress }), outgoing)
    } catch (error) {
      if (failure === 500 && !(gone.signal.aborted && isOfLeaving(error))) emit(onError, error)
      // A response that has begun is cut off, so that nobody takes it for whole.
      if (outgoing.headersSent) outgoing.destroy()
      else {
        outgoing.writeHead(failure)
        outgoing.end()
      }
    }
    // What nobody has read would keep the connection from its next request.
    incoming.resume()
  }
}

/**
 * Whether an error says no more than that the client has gone. That it has is not enough: a body that fails closes the
 * response too, and by the release of Node before or after one hears of the failure.
 */
function isOfLeaving(error: unknown): boolean {
  return (
    readProperty(error, 'name') === 'AbortError' ||
    readProperty(error, 'code') === 'ERR_STREAM_PREMATURE_CLOSE'
  )
}

/** From now on Fastify leaves the response alone. What its hooks have set so far is kept. */
function takeOver(reply: FastifyLikeReply): NodeResponse {
  reply.hijack()
  for (const [name, value = ''] of Object.entries(reply.getHeaders())) {
    reply.raw.setHeader(name, value)
  }
  return reply.raw
}

/** @throws when the request is one that `Request` cannot stand for, or whose path it would change. */
function toRequest(incoming: NodeRequest, parsed: unknown, signal: AbortSignal): Request {
  const { method = 'GET', headers } = incoming
  // Of what has no length, `NaN`; HTTP/2 need not say that there is a body, and is known by its `:path`.
  const length = headers['content-length'] ?? headers['transfer-encoding'] ?? headers[':path']
  const hasBody = method !== 'GET' && method !== 'HEAD' && Number(length ?? 0) !== 0
  return new Request(urlOf(incoming), {
    method,
    // HTTP/2's `:path` and the like are no headers.
    headers: Object.entries(headers).filter(([name]) => !name.startsWith(':')) as [
      string,
      string,
    ][],
    body: hasBody ? bodyOf(incoming, parsed) : null,
    signal,
    duplex: 'half',
  })
}

/** A host that is empty would make the path's first segment the host; one with a slash in it would add to the path. */
const HOST = /^[\w.:[\]-]+$/

/** A target with scheme and host, and its path. */
const ABSOLUTE = /^https?:\/\/[\w.:[\]-]+(\/[^?#]*)?(?:[?#]|$)/i

/** What a URL parser resolves before a handler sees the path, so that `/public/../admin` would be `/admin`. */
const RESOLVED = /\\|\/(?:\.|%2e){1,2}(?:\/|$)/i

/** The address that a request is for. @throws TypeError when it has none, or a URL parser would change its path. */
function urlOf({ originalUrl, url, headers }: NodeRequest): URL {
  const target = originalUrl ?? url ?? ''
  const host = String(headers['host'] ?? headers[':authority'] ?? 'localhost')
  // Concatenated, not resolved against a base: a path like `//evil.example/` is a path.
  const address = target.startsWith('/') ? `http://${host}${target}` : target
  const match = HOST.test(host) ? ABSOLUTE.exec(address) : null
  if (match === null || RESOLVED.test(match[1] ?? '')) throw new TypeError('Bad request target')
  return new URL(address)
}

function bodyOf(
  incoming: NodeRequest,
  parsed: unknown,
): AsyncIterable<Uint8Array> | Uint8Array | string {
  if (parsed === undefined || parsed === null) {
    // Whoever stops reading may still want to answer.
    return incoming.iterator({ destroyOnReturn: false })
  }
  if (typeof parsed === 'string' || parsed instanceof Uint8Array) return parsed
  return JSON.stringify(parsed)
}

async function send({ status, headers, body }: Response, outgoing: NodeResponse): Promise<void> {
  // As a list, in which a cookie may follow a cookie.
  outgoing.writeHead(status, [...headers].flat())
  if (body) await pipeline(Readable.fromWeb(body), outgoing as unknown as NodeJS.WritableStream)
  else outgoing.end()
}
