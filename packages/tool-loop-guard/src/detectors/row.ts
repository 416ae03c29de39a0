import { type CallAtHand, endedAlike } from '../detector.ts'
import type { CallRecord, Step } from '../history.ts'

/**
 * The same call in the steps before, newest first, as long as it ended alike. A step without it ends the row, and so does
 * one in which another call brought something new.
 */
export function row({ key }: CallAtHand, earlier: readonly Step[]): readonly CallRecord[] {
  const found: CallRecord[] = []
  for (const { calls } of earlier) {
    const record = calls.findLast((call) => call.key === key)
    if (record === undefined) break
    if (!endedAlike(record, found[0] ?? record)) break
    found.push(record)
    if (calls.some((call) => call.key !== key && call.isProgress)) break
  }
  return found
}
