import { type Detector, endedAlike } from '../detector.ts'

/** The same call with the same result again and again, whatever is done between. A tool that waits is not meant. */
export const frequent: Detector = {
  name: 'frequent',
  detect({ key, limits, isPoll, isPause }, earlier) {
    const calls = earlier.flatMap(({ calls }) => calls.findLast((call) => call.key === key) ?? [])
    const [latest] = calls
    if (isPoll || isPause || latest === undefined) return undefined
    const alike = calls.filter((call) => endedAlike(call, latest))
    return { count: alike.length + 1, limit: limits.frequent }
  },
}
