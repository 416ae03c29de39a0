import type { Detector } from '../detector.ts'
import { row } from './row.ts'

/** The same call in a row, where nobody tells of results. */
export const sameCall: Detector = {
  name: 'same-call',
  detect(call, earlier) {
    const calls = row(call, earlier)
    const isKnown = calls.some(({ outcome }) => outcome !== 'pending' && outcome !== 'blocked')
    if (calls.length === 0 || isKnown) return undefined
    return { count: calls.length + 1, limit: call.isPoll ? call.limits.poll : call.limits.sameCall }
  },
}
