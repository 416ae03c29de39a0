import { errorStatus, readProperty } from '@holdfast/internal'

/**
 * Whether an error says something on the dependency's health: the default of the option `classify`.
 * An abort does not, nor does an answer with a 4xx status other than 408 and 429: the dependency is well and
 * the request is wrong.
 */
export function isHealthSignal(error: unknown): boolean {
  if (readProperty(error, 'name') === 'AbortError') return false
  const status = errorStatus(error)
  return status === undefined || status < 400 || status >= 500 || status === 408 || status === 429
}
