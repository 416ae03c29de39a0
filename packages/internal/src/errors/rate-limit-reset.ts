/** Milliseconds of each unit in a duration as Go writes it. */
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
  d: 864e5,
}

/** A number above this is a point in time, in seconds since 1970, and above the square of it in milliseconds. */
const MIN_EPOCH_SECONDS = 1e9
const MIN_EPOCH_MS = 1e12

/**
 * The longest wait, in milliseconds, until a rate limit with nothing remaining is full again. A pair of headers says so,
 * like `x-ratelimit-remaining-tokens` and `x-ratelimit-reset-tokens`, or the IETF's `RateLimit`.
 */
export function rateLimitResetMs(headers: ReadonlyMap<string, string>): number | undefined {
  const waits = [structuredResetMs(headers)]
  for (const [name, value] of headers) {
    if (/ratelimit.*remaining/.test(name) && value.trim() === '0') {
      waits.push(parseResetMs(headers.get(name.replace('remaining', 'reset')) ?? ''))
    }
  }
  const longest = Math.max(...waits.map((wait) => wait ?? -1))
  return longest < 0 ? undefined : longest
}

/**
 * `"default";r=0;t=30` in the IETF's draft of today, `limit=100, remaining=0, reset=30` in earlier ones. If it has no time,
 * the window of `RateLimit-Policy` is the time: `"default";q=100;w=60`.
 *
 * Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
function structuredResetMs(headers: ReadonlyMap<string, string>): number | undefined {
  const limit = headers.get('ratelimit') ?? ''
  if (!/\b(r|remaining)=0\b/.test(limit)) return undefined
  const seconds =
    /\b(?:t|reset)=(\d+)/.exec(limit) ?? /\bw=(\d+)/.exec(headers.get('ratelimit-policy') ?? '')
  return seconds ? Number(seconds[1]) * 1e3 : undefined
}

/** A reset as `1m2s`, `850ms`, seconds, seconds or milliseconds since 1970, or an ISO date. */
function parseResetMs(value: string): number | undefined {
  const amount = Number(value)
  const duration = parseDurationMs(value)
  if (duration !== undefined && !(amount >= MIN_EPOCH_SECONDS)) return duration
  const date = amount >= MIN_EPOCH_MS ? amount : amount > 0 ? amount * 1e3 : Date.parse(value)
  return date >= 0 ? Math.max(0, date - Date.now()) : undefined
}

/** A duration as Go writes it, in milliseconds: `1m2s`, `850ms`, `1.5s`. A number without a unit is in seconds. */
export function parseDurationMs(value: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[smhd]|$)){1,5}$/.test(value)) return undefined
  let total = 0
  for (const [, amount, unit] of value.matchAll(/([\d.]+)(\D*)/g)) {
    total += Number(amount) * (UNITS[unit || 's'] ?? 0)
  }
  return total
}
