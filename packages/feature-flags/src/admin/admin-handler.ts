import { checkWebRequest, createHostCheck, emit, shorten } from '@holdfast/internal'
import type { WebClient } from '@holdfast/internal/node-bridge'
import type { FlagDefinitions } from '../definition.ts'
import type { Flags } from '../flags.ts'
import { type Access, byToken, checkAccess } from './access.ts'
import { type AdminOptions, checkAdminOptions } from './admin-options.ts'
import { createFailedAttempts } from './failed-attempts.ts'
import { Problem, TITLES } from './problem.ts'
import { readBody } from './read-body.ts'
import { readReason } from './read-reason.ts'
import { matchesTag, tagOf } from './revision-tag.ts'
import { createRoutes } from './routes.ts'

/** The parts of a response. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * Answers every request; errors are answered as problem documents. Rejects only when it is not given a web `Request`, with
 * an error that names `toNodeListener`.
 */
export type AdminHandler = (
  request: Request,
  /** The client's address, by which failed attempts are counted. Clients without one share a count. */
  client?: WebClient | undefined,
) => Promise<Response>

/**
 * Makes the HTTP endpoints with which operators look at flags and change them. The handler takes a web `Request` and
 * returns a `Response`. For Node's own server, Express, and Fastify wrap it in `toNodeListener` of
 * `@holdfast/feature-flags/node`. Without `token` and
 * `authorize` it refuses every request.
 *
 * @throws RangeError or TypeError when an argument is wrong.
 */
export function createAdminHandler<D extends FlagDefinitions>(
  flags: Flags<D>,
  options: AdminOptions = {},
): AdminHandler {
  if (typeof flags?.list !== 'function') {
    throw new TypeError('`createAdminHandler` needs flags: what `createFlags` returned')
  }
  const { authorize, basePath, maxBodyBytes, name, onEvent, ...more } = checkAdminOptions(options)
  const findAccess = authorize ?? byToken(more.token)
  const findFault = createHostCheck(more.hosts)
  const failures = createFailedAttempts(more.maxFailures, more.clock)
  const routesAt = createRoutes(flags as unknown as Flags)

  return async (request, { remoteAddress } = {}) => {
    checkWebRequest(request, '@holdfast/feature-flags/node')
    const given = request.headers.get('x-request-id') ?? ''
    // The client's id, if it is fit for a line of a log, so that both sides log the same.
    const requestId = /^[ -~]{1,128}$/.test(given) ? given : crypto.randomUUID()
    const { status, headers, body } = await answer(request, remoteAddress, requestId).catch(
      (error: unknown) => refuse(error, remoteAddress, requestId),
    )
    return new Response(request.method === 'HEAD' ? null : body, {
      status,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-request-id': requestId,
        ...headers,
      },
    })
  }

  /** A problem document (RFC 9457). It reveals nothing about errors that are not the client's. */
  function refuse(error: unknown, remoteAddress: string | undefined, requestId: string): Answer {
    const { status, detail, headers } = error instanceof Problem ? error : new Problem(500)
    if ([401, 403, 429, 500].includes(status)) {
      const type = 'feature-flags.admin-refused'
      emit(onEvent, { type, name, status, requestId, remoteAddress, error })
    }
    return {
      status,
      headers: { ...headers, 'content-type': 'application/problem+json' },
      body: JSON.stringify({ title: TITLES[status], status, detail, requestId }),
    }
  }

  async function accessOf(request: Request, remoteAddress: string | undefined): Promise<Access> {
    if (!findAccess) throw new Problem(403, 'Off: neither `token` nor `authorize` is configured')
    const access = checkAccess(await findAccess(request))
    // Whatever failed before: nobody may lock operators out.
    if (access) return access
    // A request without a token is no guess. What `authorize` goes by is not known here.
    if (authorize || request.headers.has('authorization')) countFailure(remoteAddress)
    throw new Problem(401, 'This takes a token', { 'www-authenticate': 'Bearer' })
  }

  function countFailure(remoteAddress: string | undefined): void {
    const seconds = Math.ceil(failures.waitMs(remoteAddress) / 1000)
    failures.add(remoteAddress)
    if (seconds <= 0) return
    const detail = 'Too many wrong tokens. The right one is accepted at any time.'
    throw new Problem(429, detail, { 'retry-after': String(seconds) })
  }

  async function answer(
    request: Request,
    remoteAddress: string | undefined,
    requestId: string,
  ): Promise<Answer> {
    const fault = findFault(request)
    if (fault !== undefined) throw new Problem(403, fault)
    const { actor, write } = await accessOf(request, remoteAddress)
    const { method, headers } = request
    const isChange = !/^(GET|HEAD|OPTIONS)$/.test(method)
    if (isChange && write !== true) throw new Problem(403, 'This takes a token that may write')

    const { pathname, searchParams } = new URL(request.url)
    const routes = routesFor(pathname)
    const allow = [...routes.keys(), 'OPTIONS'].join(', ')
    if (method === 'OPTIONS') return { status: 204, headers: { allow } }
    const route = routes.get(method)
    if (route === undefined) throw new Problem(405, undefined, { allow })

    const fields = await readBody(request, [...route.fields, 'reason'], maxBodyBytes)
    const reason = readReason(fields, searchParams, {
      isChange,
      isRequired: route.fields.length > 0,
    })
    // Nothing is awaited between this and the change.
    const current = tagOf(flags.revision)
    if (!matchesTag(headers.get('if-match'), current)) {
      throw new Problem(412, 'The flags are at another revision', { etag: current })
    }
    const result = await route.act(fields, { actor, reason, requestId })
    return { status: 200, headers: { etag: tagOf(result.revision) }, body: JSON.stringify(result) }
  }

  function routesFor(pathname: string): ReturnType<typeof routesAt> {
    const path = shorten(pathname)
    if (!pathname.startsWith(`${basePath}/`)) {
      const detail = `Nothing at ${path}: all paths begin with ${basePath}/, the option \`basePath\``
      throw new Problem(404, detail)
    }
    const routes = routesAt(pathname.slice(basePath.length))
    if (routes.size === 0) throw new Problem(404, `There is no endpoint and no flag at ${path}`)
    return routes
  }
}
