import type { Outcome } from '../permit.ts'
import { readPath, readProperty } from '../read-property.ts'
import { errorStatus } from './error-status.ts'
import { classifyGrpcStatus } from './grpc-status.ts'
import { readHeaders } from './headers.ts'
import { MAX_ERRORS, wrappedErrors } from './wrapped-errors.ts'

/**
 * What kind of fault an error is.
 *
 * - `throttle`: the service asked for fewer requests (429 and its like).
 * - `transient`: the service or the connection to it failed (5xx, connection faults).
 * - `timeout`: no answer in time (408, timeouts of clients and of signals).
 * - `client`: the request itself is wrong, and the same request fails again (other 4xx).
 * - `abort`: the caller ended the call.
 * - `unknown`: the error says none of these; for example, a mistake in the code.
 */
export type ErrorClass = 'throttle' | 'transient' | 'timeout' | 'client' | 'abort' | 'unknown'

/** If an error wraps several, the one whose class comes first decides. */
const ORDER: readonly ErrorClass[] = [
  'throttle',
  'transient',
  'timeout',
  'client',
  'abort',
  'unknown',
]

interface Facts {
  readonly errorClass: ErrorClass
  readonly isRetryable: boolean
}

/**
 * Tells what kind of fault an error is. It reads the HTTP or gRPC status, the name, the code, and what the library or the
 * server says about another attempt. If these say nothing, it reads the error's `cause` and the `errors` that it wraps.
 *
 * Any value may be passed. A property whose getter throws counts as absent.
 */
export function classifyError(error: unknown): ErrorClass {
  return readFacts(error, { left: MAX_ERRORS }).errorClass
}

/**
 * Whether another attempt at the same request may succeed: after a throttle, a transient fault, or a timeout, unless the
 * library or the server says otherwise. An error that wraps several is retryable when one of them is.
 */
export function isRetryable(error: unknown): boolean {
  return readFacts(error, { left: MAX_ERRORS }).isRetryable
}

/**
 * What an error says about the health of the dependency. A call that its caller ended, or whose request was wrong, says
 * nothing: `ignore`.
 */
export function errorOutcome(error: unknown): Outcome {
  const errorClass = classifyError(error)
  return errorClass === 'abort' || errorClass === 'client' ? 'ignore' : 'failure'
}

/**
 * Of several errors, the one that decides what they mean together: one that is retryable, if any is, and among these the
 * one whose class comes first (see `ErrorClass`).
 */
export function mostHelpfulError(errors: readonly unknown[]): unknown {
  const all = errors.map((error) => ({ error, ...readFacts(error, { left: MAX_ERRORS }) }))
  return all.length > 0 ? all.reduce(moreHelpful).error : undefined
}

function readFacts(error: unknown, budget: { left: number }): Facts {
  if (Object(error) !== error) return NO_FACTS
  const retryable = statedRetryable(error)
  let errorClass = classifyOne(error)
  if (errorClass === 'unknown' && budget.left-- > 0) {
    const inner = [readProperty(error, 'cause'), ...wrappedErrors(error)]
      .map((part) => readFacts(part, budget))
      .reduce(moreHelpful, NO_FACTS)
    if (retryable === undefined) return inner
    errorClass = inner.errorClass
  }
  if (retryable && (errorClass === 'unknown' || errorClass === 'client')) errorClass = 'transient'
  const isRetryable =
    errorClass === 'abort'
      ? false
      : (retryable ?? ORDER.indexOf(errorClass) < ORDER.indexOf('client'))
  return { errorClass, isRetryable }
}

const NO_FACTS: Facts = { errorClass: 'unknown', isRetryable: false }

function moreHelpful<F extends Facts>(one: F, other: F): F {
  if (one.isRetryable !== other.isRetryable) return one.isRetryable ? one : other
  return ORDER.indexOf(other.errorClass) < ORDER.indexOf(one.errorClass) ? other : one
}

/** What the library says of its error, or the server in the header of OpenAI and Anthropic. */
function statedRetryable(error: unknown): boolean | undefined {
  for (const key of ['retryable', 'retriable', 'isRetryable']) {
    const value = readProperty(error, key)
    if (typeof value === 'boolean') return value
  }
  const header = readHeaders(error).get('x-should-retry')
  return header === 'true' || (header === 'false' ? false : undefined)
}

function classifyOne(error: unknown): ErrorClass {
  const status = errorStatus(error)
  const awsTrait = readProperty(error, '$retryable')
  // Libraries put what an error is into its name, its code, or only the name of its class.
  const label = [
    readProperty(error, 'name'),
    readProperty(error, 'code'),
    readPath(error, 'constructor.name'),
  ]
    .map(text)
    .join(' ')
  if (ABORT.test(label))
    return ABORT_REASONS.some((place) => isTimeout(readPath(error, place))) ? 'timeout' : 'abort'
  if (status === 429 || THROTTLE.test(label) || readProperty(awsTrait, 'throttling'))
    return 'throttle'
  if (awsTrait) return 'transient'
  if (status === 408) return 'timeout'
  if (status !== undefined && status >= 400) return status < 500 ? 'client' : 'transient'
  const message = text(readProperty(error, 'message'))
  if (TIMEOUT.test(label) || TIMEOUT_MESSAGE.test(message)) return 'timeout'
  // An AWS error that came as an event of a stream has no status.
  if (readProperty(error, '$fault') === 'server') return 'transient'
  // A TypeError is a mistake in the code unless fetch threw it, and then its cause, if there is one, says what failed.
  const isFault = label.startsWith('TypeError')
    ? readProperty(error, 'cause') === undefined && FETCH_FAILED.test(message)
    : CONNECTION.test(label) || NO_RESPONSE.test(message)
  return isFault ? 'transient' : classifyGrpcStatus(error)
}

function isTimeout(reason: unknown): boolean {
  return TIMEOUT.test(text(readProperty(reason, 'name')))
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

// Where an abort keeps the reason of its signal: Node, axios. A signal that timed out is not the caller's wish.
const ABORT_REASONS = ['cause', 'config.signal.reason']
const ABORT =
  /\b(AbortError|ABORT_ERR|Cancell?(ed)?Error|ERR_CANCELED|ERR_ABORTED|UND_ERR_ABORTED|APIUserAbortError)\b/
// The throttling codes of the AWS SDK's standard retry mode. Events of a stream spell them in lower camel case.
const THROTTLE =
  /Throttl|TooManyRequests|LimitExceeded|ThroughputExceeded|SlowDown|PriorRequestNotComplete|TransactionInProgress/i
// `TimeoutError`, `ConnectTimeoutError`, `ETIMEDOUT`, `UND_ERR_HEADERS_TIMEOUT`, …
const TIMEOUT = /timed?out/i
// axios calls a timeout ECONNABORTED.
const TIMEOUT_MESSAGE = /^timeout (of|exceeded|expired)/i
// Codes of Node and undici; `HPE_…`, or in some releases of undici only the name, is an answer that is not HTTP. Then
// node-fetch, the names of Bun and Deno, and the class of OpenAI and Anthropic.
const CONNECTION =
  /\b(ECONN|EPIPE|EPROTO|EHOST|ENET|ENOTFOUND|EAI_AGAIN|HPE_|HTTPParserError|UND_ERR_SOCKET|ERR_HTTP2_|ERR_STREAM_PREMATURE_CLOSE|Connection(Refused|Reset|Closed|Aborted)\b|BrokenPipe|NetworkUnreachable|UnexpectedEof|FailedToOpenSocket|APIConnectionError)/
// What the AWS SDK says, in a plain Error, of a pooled HTTP/2 session that died, and axios of a body that was cut off.
const NO_RESPONSE = /http2 request did not get a response|^stream has been aborted$/
// What fetch says of a network fault in Node, Chromium, Firefox, and Safari.
const FETCH_FAILED = /^(fetch failed|terminated|Failed to fetch|NetworkError when|Load failed)/
