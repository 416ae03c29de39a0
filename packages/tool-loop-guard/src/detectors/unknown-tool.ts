import type { Detector } from '../detector.ts'
import type { CallRecord } from '../history.ts'

/** Tools that there are not: the model guesses names, one after the other, or comes back to the same. */
export const unknownTool: Detector = {
  name: 'unknown-tool',
  detect({ tool, isUnknown, limits }, earlier) {
    const isOf = ({ tool: other, isUnknown }: CallRecord): boolean => isUnknown && other === tool
    const again = earlier.filter(({ calls }) => calls.some(isOf)).length
    // Where nobody said which tools there are, a new name may be the right one at last.
    if (!isUnknown && again === 0) return undefined
    const known = earlier.findIndex(({ calls }) => calls.some((call) => !call.isUnknown))
    const inARow = known < 0 ? earlier.length : known
    return { count: Math.max(again, inARow) + 1, limit: limits.unknownTool }
  },
}
