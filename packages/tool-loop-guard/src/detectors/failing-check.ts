import type { Detector } from '../detector.ts'
import { type CallRecord, latestOf } from '../history.ts'

/**
 * A check that fails in the same way again and again, whatever is changed between: the changes miss the cause. Several
 * attempts are work, many are a loop.
 */
export const failingCheck: Detector = {
  name: 'failing-check',
  detect({ key, limits }, earlier) {
    let latest: CallRecord | undefined
    let count = 1
    for (const { calls } of earlier) {
      const call = latestOf(calls, key)
      if (call === undefined || call.outcome === 'outage') continue
      latest ??= call
      if (!call.tellsFailure || call.mark !== latest.mark) break
      count++
    }
    return { count, limit: limits.failingCheck }
  },
}
