import {
  type Clock,
  checkBooleans,
  checkFunction,
  checkFunctions,
  checkNumber,
  refusal,
} from '@holdfast/internal'
import type { Level } from '../levels.ts'
import type { Logger } from '../logger.ts'
import type { RequestFacts, RequestLine } from './request-line.ts'
import type { RequestRegistry } from './request-metrics.ts'

/** Options of {@link requestLogger}. Validated at creation. A function that throws counts as one that says nothing. */
export interface RequestLoggerOptions {
  /** Gets one line a request. */
  readonly logger: Pick<Logger, Level>
  /** Gets `http_requests_total` and `http_request_duration_seconds`. Default none. */
  readonly registry?: RequestRegistry | undefined
  /** Upper bounds of the durations, in seconds. Default 0.005 to 60. */
  readonly buckets?: readonly number[] | undefined
  /** How many routes the metrics tell apart; further ones are `_OTHER`. Default 200. */
  readonly maxRoutes?: number | undefined
  /**
   * The pattern that a request's path matched, asked when the request is over. Must not hold what differs from request
   * to request. Default, and where it says nothing: what Express and Fastify know.
   */
  readonly route?: ((facts: RequestFacts) => string | undefined) | undefined
  /** Where the request's id comes and goes. Default `x-request-id`. */
  readonly requestIdHeader?: string | undefined
  /** Whether an id that comes is kept, if it is 1 to 128 of `A-Z a-z 0-9 _ -`. Default true. */
  readonly trustRequestId?: boolean | undefined
  /** Whether the trace that the client tells of goes on here. Default true; false begins a new one. */
  readonly trustTrace?: boolean | undefined
  /** Whether the answer tells the trace, as `server-timing: trace;desc=00-…`. Default false. */
  readonly serverTiming?: boolean | undefined
  /** Names of the request's headers that are logged. Default none. The logger's redaction holds for them. */
  readonly headers?: readonly string[] | undefined
  /** Which requests get no line, such as health checks that went well. They are counted all the same. Default none. */
  readonly ignore?: ((line: RequestLine) => boolean) | undefined
  /** Another level for some. Default `info`; `warn` for those aborted, `error` for those failed. */
  readonly level?: ((line: RequestLine) => Level | undefined) | undefined
  readonly clock?: Clock | undefined
}

/** A `token` of RFC 9110 §5.6.2. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/

/** @throws RangeError or TypeError naming the option that is wrong. */
export function checkRequestOptions(options: RequestLoggerOptions): void {
  const { logger, registry, maxRoutes = 1, requestIdHeader, headers = [] } = options
  for (const level of ['info', 'warn', 'error'] as const) {
    checkFunction(`logger.${level}`, logger?.[level])
  }
  if (registry !== undefined) {
    checkFunction('registry.counter', registry?.counter)
    checkFunction('registry.histogram', registry?.histogram)
  }
  checkNumber('maxRoutes', maxRoutes, { min: 1, integer: true })
  checkFunctions(options, 'route', 'ignore', 'level')
  checkBooleans(options, 'trustRequestId', 'trustTrace', 'serverTiming')
  if (requestIdHeader !== undefined) checkHeaderName('requestIdHeader', requestIdHeader)
  if (!Array.isArray(headers)) throw refusal('headers', headers, 'a list of names')
  for (const name of headers) checkHeaderName('headers', name)
}

function checkHeaderName(option: string, name: unknown): void {
  if (typeof name !== 'string' || !HEADER_NAME.test(name)) {
    throw refusal(option, name, 'the name of a header')
  }
}
