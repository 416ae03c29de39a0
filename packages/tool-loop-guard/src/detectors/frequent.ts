import type { Detector } from '../detector.ts'
import { type CallRecord, latestOf } from '../history.ts'

/** The same call with the same result again and again, whatever is done between. Who waits is not meant. */
export const frequent: Detector = {
  name: 'frequent',
  detect({ key, limits, isPoll, isPause }, earlier) {
    if (isPoll || isPause) return undefined
    let latest: CallRecord | undefined
    let count = 1
    for (const { calls } of earlier) {
      const call = latestOf(calls, key)
      if (call === undefined || call.outcome === 'outage') continue
      latest ??= call
      if (call.mark === latest.mark) count++
    }
    return { count, limit: limits.frequent }
  },
}
