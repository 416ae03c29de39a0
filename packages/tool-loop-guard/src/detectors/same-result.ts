import type { Detector } from '../detector.ts'
import { row } from './row.ts'

/** The same call in a row with the same result. A changed result is progress; a tool that waits has more time for it. */
export const sameResult: Detector = {
  name: 'same-result',
  detect(call, earlier) {
    const calls = row(call, earlier)
    if (!calls.some(({ outcome }) => outcome === 'output')) return undefined
    return { count: calls.length + 1, limit: call.isPoll ? call.limits.poll : call.limits.sameCall }
  },
}
