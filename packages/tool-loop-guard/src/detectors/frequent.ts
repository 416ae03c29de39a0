import { type Detector, endedAlike } from '../detector.ts'
import type { CallRecord } from '../history.ts'

/** The same call with the same result again and again, whatever is done between. Who waits is not meant. */
export const frequent: Detector = {
  name: 'frequent',
  detect({ key, limits, isPoll, isPause }, earlier) {
    let latest: CallRecord | undefined
    let count = 1
    for (const { calls } of earlier) {
      const call = calls.findLast((call) => call.key === key)
      if (!call) continue
      latest ??= call
      if (endedAlike(call, latest)) count++
    }
    return isPoll || isPause ? undefined : { count, limit: limits.frequent }
  },
}
