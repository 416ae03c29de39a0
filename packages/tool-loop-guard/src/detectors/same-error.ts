import type { Detector } from '../detector.ts'
import { row } from './row.ts'

/** The same call in a row with the same error. Throttles and outages are none. */
export const sameError: Detector = {
  name: 'same-error',
  detect(call, earlier) {
    const calls = row(call, earlier)
    if (!calls.some(({ outcome }) => outcome === 'error')) return undefined
    return { count: calls.length + 1, limit: call.limits.sameError }
  },
}
