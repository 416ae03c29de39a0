import type { Detector } from '../detector.ts'
import type { CallRecord } from '../history.ts'

/**
 * A tool that has the same answer, or the same error, for other inputs, in a row. Not where the answer acknowledges work:
 * thirty rows may well be inserted with thirty times `ok`.
 */
export const sameAnswer: Detector = {
  name: 'same-answer',
  detect({ tool, limits, isPoll }, earlier) {
    if (isPoll) return undefined
    let count = 1
    const example = earlier[0]?.calls[0]
    for (const { calls } of earlier) {
      if (!calls.every((call) => call.tool === tool && isSame(call, example))) break
      count++
    }
    const limit = example?.kind === 'empty' ? limits.emptyAnswer : limits.sameAnswer
    return count > 1 ? { count, limit } : undefined
  },
}

function isSame({ kind, result }: CallRecord, example: CallRecord | undefined): boolean {
  return kind !== undefined && kind !== 'acknowledged' && result === example?.result
}
