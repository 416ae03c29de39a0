import { readHeader } from './headers.ts'
import { parseDurationMs } from './parse-duration.ts'

/** The headers that say how much of a limit remains, and when it is full again. */
const LIMITS: readonly (readonly [remaining: string, reset: string])[] = [
  ...['', '-requests', '-tokens'].map(
    (kind) => [`x-ratelimit-remaining${kind}`, `x-ratelimit-reset${kind}`] as const,
  ),
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map(
    (kind) =>
      [`anthropic-ratelimit-${kind}-remaining`, `anthropic-ratelimit-${kind}-reset`] as const,
  ),
  ['ratelimit-remaining', 'ratelimit-reset'],
]

/** Numbers above this are points in time in seconds since 1970, and above the next one in milliseconds. */
const MIN_EPOCH_SECONDS = 1e9
const MIN_EPOCH_MS = 1e12

/** The longest wait, in milliseconds, until a limit with nothing remaining is full again. */
export function rateLimitResetMs(error: unknown): number | undefined {
  const waits = LIMITS.filter(([remaining]) => Number(readHeader(error, remaining) ?? 1) === 0)
    .map(([, reset]) => parseResetMs(readHeader(error, reset)))
    .concat(structuredResetMs(error))
    .filter((wait) => wait !== undefined)
  return waits.length > 0 ? Math.max(...waits) : undefined
}

/**
 * The IETF's `RateLimit`: `"default";r=0;t=30` in today's draft, `limit=100, remaining=0, reset=30` in earlier ones. One
 * without a time may wait for the window of `RateLimit-Policy`: `"default";q=100;w=60`.
 *
 * Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
function structuredResetMs(error: unknown): number | undefined {
  const limit = readHeader(error, 'ratelimit') ?? ''
  if (!/\b(r|remaining)=0\b/.test(limit)) return undefined
  const seconds =
    /\b(?:t|reset)=(\d+)/.exec(limit) ??
    /\bw=(\d+)/.exec(readHeader(error, 'ratelimit-policy') ?? '')
  return seconds === null ? undefined : Number(seconds[1]) * 1_000
}

/** A reset as `1m2s`, `850ms`, seconds, seconds or milliseconds since 1970, or an ISO date. */
function parseResetMs(value: string | undefined): number | undefined {
  if (value === undefined || value.trim() === '') return undefined
  const amount = Number(value)
  if (amount < MIN_EPOCH_SECONDS) return amount >= 0 ? amount * 1_000 : undefined
  const duration = parseDurationMs(value)
  if (duration !== undefined) return duration
  const date =
    amount >= MIN_EPOCH_MS
      ? amount
      : amount >= MIN_EPOCH_SECONDS
        ? amount * 1_000
        : Date.parse(value)
  return date >= 0 ? Math.max(0, date - Date.now()) : undefined
}
