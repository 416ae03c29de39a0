import type { Detector } from '../detector.ts'
import type { CallRecord } from '../history.ts'

/**
 * A tool that has the same answer, or the same error, for ever other inputs, in a row. Not where the answer acknowledges
 * work: thirty rows may well be inserted with thirty times `ok`. Outages do not count.
 */
export const sameAnswer: Detector = {
  name: 'same-answer',
  detect({ tool, key, limits, isPoll }, earlier) {
    if (isPoll || earlier[0]?.calls[0]?.tool !== tool) return undefined
    let example: CallRecord | undefined
    let count = 1
    const keys = new Set([key])
    for (const { calls } of earlier) {
      if (!calls.every((call) => call.tool === tool)) break
      const ended = calls.filter(({ outcome }) => outcome !== 'outage')
      example ??= ended.find(({ outcome }) => outcome !== 'blocked')
      if (!ended.every((call) => isLike(call, example))) break
      const known = keys.size
      for (const call of ended) keys.add(call.key)
      // The same input has the same answer anyway.
      if (keys.size > known) count++
    }
    const limit = example?.kind === 'empty' ? limits.emptyAnswer : limits.sameAnswer
    return { count, limit }
  },
}

function isLike({ outcome, kind, result }: CallRecord, example: CallRecord | undefined): boolean {
  if (outcome === 'blocked') return true
  return kind !== undefined && kind !== 'acknowledged' && result === example?.result
}
