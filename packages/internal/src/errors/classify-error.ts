import { readProperty } from '../read-property.ts'
import { errorStatus } from './error-status.ts'

/**
 * What kind of fault an error is.
 *
 * - `throttle`: we were asked to slow down (429 and its like).
 * - `transient`: the service or the way to it failed (5xx, connection faults).
 * - `timeout`: no answer in time (408, timers of clients).
 * - `client`: the request itself is wrong; the same request fails again (other 4xx).
 * - `abort`: the caller gave up.
 * - `unknown`: nothing says so; a programming error, for one.
 */
export type ErrorClass = 'throttle' | 'transient' | 'timeout' | 'client' | 'abort' | 'unknown'

/** How many errors of a `cause` chain are looked at; it also ends a chain that bites its tail. */
const MAX_CAUSES = 10

/**
 * Tells what kind of fault an error is, from its name, its HTTP status, its AWS SDK traits, its Node or undici
 * code, or else from its `cause`. Any value may be given; a getter that throws counts as absent.
 */
export function classifyError(error: unknown): ErrorClass {
  let current = error
  for (let depth = 0; depth < MAX_CAUSES && current != null; depth++) {
    const found = classifyOne(current)
    if (found !== 'unknown') return found
    current = readProperty(current, 'cause')
  }
  return 'unknown'
}

/** Whether another attempt of the same request may succeed: a throttle, a transient fault or a timeout. */
export function isRetryable(error: unknown): boolean {
  const errorClass = classifyError(error)
  return errorClass === 'throttle' || errorClass === 'transient' || errorClass === 'timeout'
}

function classifyOne(error: unknown): ErrorClass {
  const status = errorStatus(error)
  const awsTrait = readProperty(error, '$retryable')
  // Some libraries put what they mean into the name, some into the code.
  const label = `${nameOf(error)} ${text(readProperty(error, 'code'))}`
  // Node aborts with the reason as `cause`: that of `AbortSignal.timeout` is no wish of the caller's.
  if (ABORT.test(label))
    return nameOf(readProperty(error, 'cause')) === 'TimeoutError' ? 'timeout' : 'abort'
  if (status === 429 || THROTTLE.test(label) || readProperty(awsTrait, 'throttling'))
    return 'throttle'
  if (awsTrait) return 'transient'
  if (status === 408) return 'timeout'
  if (status !== undefined && status >= 400) return status < 500 ? 'client' : 'transient'
  if (TIMEOUT.test(label)) return 'timeout'
  // An AWS error that came as an event of a stream has no status.
  if (readProperty(error, '$fault') === 'server') return 'transient'
  // A TypeError is a mistake in code, unless it is fetch's; and then its cause, if it has one, says which fault it is.
  const message = text(readProperty(error, 'message'))
  const isFault = label.startsWith('TypeError')
    ? readProperty(error, 'cause') === undefined && FETCH_FAILED.test(message)
    : CONNECTION.test(label) || NO_RESPONSE.test(message)
  return isFault ? 'transient' : 'unknown'
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const nameOf = (error: unknown): string => text(readProperty(error, 'name'))

const ABORT = /AbortError|ABORT_ERR/
// The throttling codes of the AWS SDK's standard retry mode. Events of a stream spell them in lower camel case.
const THROTTLE =
  /Throttl|TooManyRequests|LimitExceeded|ThroughputExceeded|SlowDown|PriorRequestNotComplete|TransactionInProgress/i
// `TimeoutError`, `ConnectTimeoutError`, `ETIMEDOUT`, `UND_ERR_HEADERS_TIMEOUT`, …
const TIMEOUT = /timed?out/i
// `HPE_…`, or in some of undici's releases only the name: an answer that is not HTTP.
const CONNECTION =
  /\b(ECONN|EPIPE|EPROTO|EHOST|ENET|ENOTFOUND|EAI_AGAIN|HPE_|HTTPParserError|UND_ERR_SOCKET|ERR_HTTP2_)/
// What the AWS SDK says, in a plain Error, of a pooled HTTP/2 session that died.
const NO_RESPONSE = /http2 request did not get a response/
// What fetch says of a network fault in Node, Chromium, Firefox and Safari.
const FETCH_FAILED = /^(fetch failed|terminated|Failed to fetch|NetworkError when|Load failed)/
