/** Where libraries put the headers of a response that became an error, or is one. */
interface Hinting {
  readonly retryAfterMs?: unknown
  readonly response?: { readonly headers?: Headers }
  readonly $response?: { readonly headers?: Headers }
  readonly headers?: Headers
}

/** A `Headers` of any fetch, or a plain object with lower-case names. */
type Headers = { readonly get?: (name: string) => unknown } & Readonly<Record<string, unknown>>

/**
 * How long the other side asks us to wait, in milliseconds, if an error or a response says so: `retryAfterMs` on the
 * error (a circuit breaker's or a limiter's), or a header: `x-amz-retry-after` (milliseconds) or `retry-after`
 * (seconds or an HTTP date, RFC 9110 §10.2.3). One that throws when it is looked at says nothing.
 */
export function serverHintMs(error: unknown): number | undefined {
  try {
    return readHint(error as Hinting)
  } catch {
    return undefined
  }
}

function readHint(error: Hinting): number | undefined {
  const { retryAfterMs } = error
  if (typeof retryAfterMs === 'number' && retryAfterMs >= 0) return retryAfterMs
  const headers = (error.response ?? error.$response ?? error).headers
  const header = (name: string) => headers?.get?.(name) ?? headers?.[name] ?? Number.NaN
  const milliseconds = Number(header('x-amz-retry-after'))
  if (milliseconds >= 0) return milliseconds
  const value = header('retry-after')
  const seconds = Number(value)
  if (seconds >= 0) return seconds * 1_000
  // The one place for wall time: the header names a date.
  const date = Date.parse(String(value))
  return date >= 0 ? Math.max(0, date - Date.now()) : undefined
}
