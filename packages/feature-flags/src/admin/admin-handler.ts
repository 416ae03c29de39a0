import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import {
  type Clock,
  checkFunctions,
  checkName,
  checkNumber,
  emit,
  refusal,
  systemClock,
} from '@holdfast/internal'
import type { WebClient } from '@holdfast/internal/node-bridge'
import type { FlagDefinitions } from '../definition.ts'
import type { Flags } from '../flags.ts'
import { type Access, type AccessOptions, byToken } from './access.ts'
import type { AdminEvent } from './admin-event.ts'
import { createFailedAttempts } from './failed-attempts.ts'
import { Problem } from './problem.ts'
import { readBody } from './read-body.ts'
import { createRoutes } from './routes.ts'

/** Options of {@link createAdminHandler}. */
export interface AdminOptions extends AccessOptions {
  /** What the paths begin with, as the client writes it; empty for nothing. Default `/admin`. */
  readonly basePath?: string | undefined
  /** The longest body that is read. Default 16 384. */
  readonly maxBodyBytes?: number | undefined
  /**
   * How many failed attempts a client may have within a minute. After that all of its requests wait until the minute is
   * over, those with the right token too: otherwise guessing would go on, at full speed. Default 10.
   */
  readonly maxFailures?: number | undefined
  /** Goes into every event. Default `feature-flags`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: AdminEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** What a request is answered by. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Answers every request, with a problem document where it cannot do better. Never rejects. */
export type AdminHandler = (
  request: Request,
  /** Those without an address share one count of failed attempts. */
  client?: WebClient | undefined,
) => Promise<Response>

/**
 * Makes the endpoints to look at flags and to turn them, for `Request` and `Response` of the web; `toNodeListener`
 * makes them serve Node's own server, Express and Fastify. Without `token` and `authorize` they refuse everything.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createAdminHandler<D extends FlagDefinitions>(
  flags: Flags<D>,
  options: AdminOptions = {},
): AdminHandler {
  const { token, authorize, basePath = '/admin', maxBodyBytes = 16_384, maxFailures = 10 } = options
  const { name = 'feature-flags', onEvent, clock = systemClock } = options
  if (!/^(\/[\w.~%-]+)*$/.test(basePath)) throw refusal('basePath', basePath, 'like "/admin"')
  checkNumber('maxBodyBytes', maxBodyBytes, { min: 1, integer: true })
  checkNumber('maxFailures', maxFailures, { min: 1, integer: true })
  checkName(options.name)
  checkFunctions(options, 'authorize', 'onEvent')
  if (authorize && token !== undefined) throw new TypeError('`token` excludes `authorize`')
  const findAccess = authorize ?? byToken(token)
  const failures = createFailedAttempts(maxFailures, clock)
  const routesAt = createRoutes(flags as unknown as Flags)

  return async (request, { remoteAddress } = {}) => {
    const given = request.headers.get('x-request-id') ?? ''
    // The client's, if it is fit for a line of a log, so that both speak of the same.
    const requestId = /^[ -~]{1,128}$/.test(given) ? given : randomUUID()
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

  /** A problem document, as RFC 9457 has it. Of an error that is none of ours it says nothing. */
  function refuse(error: unknown, remoteAddress: string | undefined, requestId: string): Answer {
    const { status, detail, headers } = error instanceof Problem ? error : new Problem(500)
    if ([401, 403, 429, 500].includes(status)) {
      const type = 'feature-flags.admin-refused'
      emit(onEvent, { type, name, status, requestId, remoteAddress, error })
    }
    const title = STATUS_CODES[status]
    return {
      status,
      headers: { ...headers, 'content-type': 'application/problem+json' },
      body: JSON.stringify({ title, status, detail, requestId }),
    }
  }

  async function accessOf(request: Request, remoteAddress: string | undefined): Promise<Access> {
    if (!findAccess) throw new Problem(403, 'Off: neither `token` nor `authorize` is configured')
    checkFailures(remoteAddress)
    const access = await findAccess(request)
    // Again: of many guesses at once, those after the last that is allowed learn nothing.
    checkFailures(remoteAddress)
    if (access) return access
    // Who comes without a token does not guess. What `authorize` goes by is not known here.
    if (authorize || request.headers.has('authorization')) failures.add(remoteAddress)
    throw new Problem(401, 'This takes a token', { 'www-authenticate': 'Bearer' })
  }

  function checkFailures(remoteAddress: string | undefined): void {
    const seconds = Math.ceil(failures.waitMs(remoteAddress) / 1000)
    if (seconds > 0) throw new Problem(429, undefined, { 'retry-after': String(seconds) })
  }

  async function answer(
    request: Request,
    remoteAddress: string | undefined,
    requestId: string,
  ): Promise<Answer> {
    const { actor, write } = await accessOf(request, remoteAddress)
    const { method, url } = request
    const isChange = !/^(GET|HEAD|OPTIONS)$/.test(method)
    if (isChange && write !== true) throw new Problem(403, 'This takes a token that may write')

    const { pathname, searchParams } = new URL(url)
    const isBelow = pathname.startsWith(`${basePath}/`)
    const routes = routesAt(isBelow ? pathname.slice(basePath.length) : '')
    if (routes.size === 0) throw new Problem(404)
    const allow = [...routes.keys(), 'OPTIONS'].join(', ')
    if (method === 'OPTIONS') return { status: 204, headers: { allow } }
    const route = routes.get(method)
    if (route === undefined) throw new Problem(405, undefined, { allow })

    const fields = await readBody(request, [...route.fields, 'reason'], maxBodyBytes)
    // In the query for a DELETE, whose body may get lost on the way.
    const reason = fields['reason'] ?? searchParams.get('reason') ?? undefined
    checkReason(reason, route.fields.length > 0)
    // Nothing is awaited between this and the change.
    const current = etag(flags.revision)
    if (![null, '*', current].includes(request.headers.get('if-match'))) {
      throw new Problem(412, undefined, { etag: current })
    }
    const result = await route.act(fields, { actor, reason, requestId })
    return { status: 200, headers: { etag: etag(result.revision) }, body: JSON.stringify(result) }
  }
}

const etag = (revision: number) => `"${revision}"`

/** It ends up in logs: no control characters, no second line, no half of a character. */
function checkReason(reason: unknown, isRequired: boolean): asserts reason is string | undefined {
  if (reason === undefined && !isRequired) return
  const isText = typeof reason === 'string' && reason.trim() !== '' && reason.length <= 500
  if (isText && !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(reason)) return
  throw new Problem(422, '`reason` must be a text of 1 to 500 characters on one line')
}
