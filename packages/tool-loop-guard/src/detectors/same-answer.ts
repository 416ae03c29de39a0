import type { Detector } from '../detector.ts'
import type { CallRecord } from '../history.ts'

/**
 * A tool whose input varies and that keeps failing in the same way, keeps finding nothing, or keeps giving the same content,
 * while nothing else makes progress. Short good answers do not count: `alive` from twelve hosts is work through a list.
 */
export const sameAnswer: Detector = {
  name: 'same-answer',
  detect({ tool, key, limits, isPoll, isWork, effect }, earlier) {
    // Another thought may well be acknowledged in the same words.
    if (isPoll || effect === 'none') return undefined
    let example: CallRecord | undefined
    let count = 1
    const keys = new Set([key])
    for (const { calls } of earlier) {
      const own = calls.filter((call) => call.tool === tool && call.outcome !== 'outage')
      example ??= own.find(({ outcome }) => outcome !== 'blocked')
      if (!own.every((call) => isLike(call, example, isWork))) break
      const known = keys.size
      for (const call of own) keys.add(call.key)
      // The same input has the same answer anyway.
      if (keys.size > known) count++
      if (calls.some((call) => call.isProgress)) break
    }
    const limit = example?.kind === 'nothing' ? limits.emptyAnswer : limits.sameAnswer
    return { count, limit }
  },
}

function isLike(call: CallRecord, example: CallRecord | undefined, isWork: boolean): boolean {
  if (call.outcome === 'blocked') return true
  if (call.kind === undefined || call.kind !== example?.kind) return false
  // A short answer is progress, unless the tool does no work: then it means nothing, whatever it says.
  if (call.kind === 'brief') return !isWork
  return call.kind === 'nothing' || call.result === example.result
}
