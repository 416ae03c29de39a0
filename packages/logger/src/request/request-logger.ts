import { whenAborted } from '@holdfast/internal'
import { runWithTrace } from '../trace/context.ts'
import { createBegin, type End, type RunningRequest } from './begin-request.ts'
import { type NodeRequest, type NodeResponse, observeResponse } from './observe-response.ts'
import type { RequestLoggerOptions } from './request-options.ts'
import { expressRoute } from './request-target.ts'
import { watchResponse } from './web-response.ts'

/** Logs and counts requests. The function itself is for Express and connect, and for Node's own server. */
export interface RequestLogger {
  (request: NodeRequest, response: NodeResponse, next: () => unknown): void
  /** For Fastify: `app.register(requests.fastify)`, before the routes. It holds for all of them. */
  readonly fastify: FastifyPlugin
  /** Wraps a web-standard handler. What it throws is logged and comes through. */
  web<R extends Request, A extends readonly unknown[]>(
    handler: (request: R, ...rest: A) => Response | Promise<Response>,
  ): (request: R, ...rest: A) => Promise<Response>
}

/** What Fastify's `register` takes. */
export type FastifyPlugin = (instance: FastifyLike, options: object, done: () => void) => void

/** What is needed of a Fastify instance. */
export interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyLikeRequest, reply: FastifyLikeReply, done: () => void) => void,
  ): unknown
  addHook(
    name: 'onError',
    hook: (
      request: FastifyLikeRequest,
      reply: FastifyLikeReply,
      error: Error,
      done: () => void,
    ) => void,
  ): unknown
}

/** What is needed of Fastify's request. */
export interface FastifyLikeRequest {
  readonly raw: NodeRequest
  readonly routeOptions: { readonly url?: string | undefined }
}

/** What is needed of Fastify's reply. */
export interface FastifyLikeReply {
  readonly raw: NodeResponse
}

/**
 * Makes what logs each request once, when it is over, and counts it. What is logged meanwhile carries the ids of the
 * trace and of the request, which are taken from its headers or made; the answer tells the request's id.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 *
 * @example
 * const requests = requestLogger({ logger, registry })
 * app.use(requests) // Express
 * app.register(requests.fastify) // Fastify
 * createServer((req, res) => requests(req, res, () => handler(req, res))) // Node
 * export default { fetch: requests.web(handler) } // the web
 */
export function requestLogger(options: RequestLoggerOptions): RequestLogger {
  const begin = createBegin(options)
  /** By response. Who is there twice, for all and for one route, logs once. */
  const known = new WeakMap<NodeResponse, RunningRequest>()

  const serve = (
    request: NodeRequest,
    response: NodeResponse,
    next: () => unknown,
    route: () => string | undefined = () => expressRoute(request),
  ): void => {
    if (known.has(response)) return void next()
    const { method = '', url = '', originalUrl: target = url, headers } = request
    const running = begin({ request, method, target, headers, route })
    known.set(response, running)
    observeResponse(request, response, running.end)
    try {
      for (const [name, value] of running.headers) response.setHeader(name, value)
    } catch {
      // Somebody has answered already.
    }
    try {
      runWithTrace(running.trace, next)
    } catch (error) {
      running.end('failed', undefined, error)
      throw error
    }
  }

  const fastify: FastifyPlugin = (instance, _, done) => {
    // By callback: what is set by a hook that returns a promise does not reach those after it.
    instance.addHook('onRequest', (request, reply, next) => {
      serve(request.raw, reply.raw, next, () => request.routeOptions.url)
    })
    instance.addHook('onError', (_, reply, error, next) => {
      const running = known.get(reply.raw)
      if (running) running.error = error
      next()
    })
    done()
  }

  const web: RequestLogger['web'] =
    (handler) =>
    async (request, ...rest) => {
      const { method, url: target, headers, signal } = request
      const running = begin({ request, method, target, headers })
      let status: number | undefined
      const callOff = whenAborted(signal, () => running.end('aborted', status))
      const end: End = (...how) => {
        callOff()
        running.end(...how)
      }
      try {
        const response = await runWithTrace(running.trace, () => handler(request, ...rest))
        status = response?.status
        return watchResponse(response, method === 'HEAD', { ...running, end })
      } catch (error) {
        end('failed', undefined, error)
        throw error
      }
    }

  return Object.assign(
    // The route is Express's to know: a fourth argument would make it one that handles errors.
    (request: NodeRequest, response: NodeResponse, next: () => unknown) =>
      serve(request, response, next),
    {
      // Not shut off from the routes around it, which Fastify asks by this name.
      fastify: Object.assign(fastify, { [Symbol.for('skip-override')]: true }),
      web,
    },
  )
}
