import { errorStatus, readProperty } from '@holdfast/internal'

const OUTAGE =
  /throttl|rate.?limit|too many requests|time[d ]?.?out|ECONN(?:RESET|REFUSED|ABORTED)|ETIMEDOUT|EAI_AGAIN|EPIPE|socket hang up|unavailable|overloaded|try again later|(?:\b(?:https?(?:\/[\d.]+)?|status|code|error)\W{0,3}|^\W*)(?:429|50[0234])\b/i

/**
 * Whether an error tells of a throttle or an outage: such a call may well be made again. `retryable`, `$retryable` and a
 * status say so for certain, else it is guessed from code, name and message.
 */
export function isOutage(error: unknown): boolean {
  const retryable = readProperty(error, 'retryable')
  if (typeof retryable === 'boolean') return retryable
  if (readProperty(error, '$retryable')) return true
  const status = errorStatus(error)
  if (status !== undefined) return status === 429 || status >= 500
  const facts = [error, ...['code', 'name', 'message'].map((key) => readProperty(error, key))]
  return facts.some((fact) => typeof fact === 'string' && OUTAGE.test(fact.slice(0, 1000)))
}
