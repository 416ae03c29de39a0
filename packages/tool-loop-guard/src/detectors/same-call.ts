import type { Detector } from '../detector.ts'
import { type CallRecord, latestOf } from '../history.ts'

const NAMES = { output: 'same-result', error: 'same-error' } as const

/**
 * The same call in a row that ends alike each time: `same-result` or `same-error`, and `same-call` where nobody tells how it
 * ended. A changed result is progress; a tool that waits has more time for it. An answer without the call ends the row, and
 * so does one in which another call brought something new. An outage does not count.
 */
export const sameCall: Detector = {
  name: 'same-call',
  detect({ key, limits, isPoll }, earlier) {
    let latest: CallRecord | undefined
    let outcome: 'output' | 'error' | undefined
    let count = 1
    for (const { calls } of earlier) {
      const call = latestOf(calls, key)
      if (call === undefined) break
      if (call.outcome !== 'outage') {
        latest ??= call
        if (call.mark !== latest.mark) break
        if (call.outcome === 'output' || call.outcome === 'error') outcome = call.outcome
        count++
      }
      if (calls.some((other) => other.key !== key && other.isProgress)) break
    }
    if (outcome === 'error') return { name: NAMES.error, count, limit: limits.sameError }
    return { name: outcome && NAMES[outcome], count, limit: isPoll ? limits.poll : limits.sameCall }
  },
}
