import { readProperty } from '../read-property.ts'
import { grpcRetryDelayMs } from './grpc-retry-delay.ts'
import { readHeaders } from './headers.ts'
import { rateLimitResetMs } from './rate-limit-reset.ts'
import { MAX_ERRORS, wrappedErrors } from './wrapped-errors.ts'

/**
 * How long the server asks the client to wait before the next request, in milliseconds, if an error or a response says
 * so. The first of these that is present counts:
 *
 * - `retryAfterMs` of the error, which Holdfast's own rejections have
 * - the headers `retry-after-ms` and `x-amz-retry-after`, in milliseconds
 * - the header `retry-after`, in seconds or as an HTTP date (RFC 9110 §10.2.3)
 * - the headers of a rate limit that has nothing remaining: `x-ratelimit-*` (OpenAI, GitHub, and others),
 *   `anthropic-ratelimit-*`, and the IETF's `ratelimit`; the longest wait of several
 * - the `RetryInfo` of a gRPC or Google API error
 *
 * If the error has none, its `cause` is read, and then the `errors` that it wraps: the shortest wait of these counts.
 *
 * @returns `undefined` when there is no hint. Whatever throws when it is read counts as absent.
 */
export function serverHintMs(error: unknown): number | undefined {
  return findHint(error, { left: MAX_ERRORS })
}

function findHint(error: unknown, budget: { left: number }): number | undefined {
  if (Object(error) !== error || budget.left-- <= 0) return undefined
  const hint = ownHint(error) ?? findHint(readProperty(error, 'cause'), budget)
  if (hint !== undefined) return hint
  return wrappedErrors(error)
    .map((part) => findHint(part, budget))
    .reduce(
      (shortest, wait) => ((wait ?? Infinity) < (shortest ?? Infinity) ? wait : shortest),
      undefined,
    )
}

function ownHint(error: unknown): number | undefined {
  const own = readProperty(error, 'retryAfterMs')
  if (typeof own === 'number' && own >= 0) return own
  try {
    const headers = readHeaders(error)
    return retryAfter(headers) ?? rateLimitResetMs(headers) ?? grpcRetryDelayMs(error)
  } catch {
    // Headers and metadata of a foreign class may throw when they are read.
    return undefined
  }
}

function retryAfter(headers: ReadonlyMap<string, string>): number | undefined {
  const read = (name: string) => headers.get(name)?.trim() || 'none'
  const milliseconds = [read('retry-after-ms'), read('x-amz-retry-after')].map(Number)
  const known = milliseconds.find((value) => value >= 0)
  if (known !== undefined) return known
  const value = read('retry-after')
  const seconds = Number(value)
  if (seconds >= 0) return seconds * 1e3
  // A date is wall time, so the wall clock is the one to compare it with.
  const date = Date.parse(value)
  return date >= 0 ? Math.max(0, date - Date.now()) : undefined
}
