import { readProperty } from '@holdfast/internal'

/**
 * How long the other side asks us to wait, in milliseconds, if an error says so: `retryAfterMs` on the error (a
 * circuit breaker's or a limiter's), or the headers of its response: `x-amz-retry-after` (milliseconds),
 * `retry-after` (seconds or an HTTP date, RFC 9110 §10.2.3).
 */
export function serverHintMs(error: unknown): number | undefined {
  const own = readProperty(error, 'retryAfterMs')
  if (typeof own === 'number' && own >= 0) return own
  const response = readProperty(error, 'response') ?? readProperty(error, '$response')
  const headers = readProperty(response, 'headers') ?? readProperty(error, 'headers')
  return fromNumber(header(headers, 'x-amz-retry-after'), 1) ?? fromRetryAfter(headers)
}

function fromRetryAfter(headers: unknown): number | undefined {
  const value = header(headers, 'retry-after')
  const ms = fromNumber(value, 1_000)
  if (ms !== undefined || value === undefined) return ms
  // The one place for wall time: the header names a date.
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now())
}

function fromNumber(value: string | undefined, unitMs: number): number | undefined {
  return value !== undefined && /^\d+(\.\d+)?$/.test(value) ? Number(value) * unitMs : undefined
}

/** Reads a header from the `Headers` of any fetch, or from a plain object with lower-case names. */
function header(headers: unknown, name: string): string | undefined {
  try {
    const hasGet = typeof readProperty(headers, 'get') === 'function'
    const value = hasGet ? (headers as Headers).get(name) : readProperty(headers, name)
    return typeof value === 'string' ? value.trim() : undefined
  } catch {
    // A `get` of something else than headers.
    return undefined
  }
}
