import type { Detector } from '../detector.ts'

/** Tools that do not exist: the model tries one name after the other, or the same one again. */
export const unknownTool: Detector = {
  name: 'unknown-tool',
  detect({ tool, isUnknown, limits }, earlier) {
    let again = 0
    let inARow = 0
    let isInARow = true
    for (const { calls } of earlier) {
      let isAgain = false
      for (const call of calls) {
        if (!call.isUnknown) isInARow = false
        else if (call.tool === tool) isAgain = true
      }
      if (isInARow) inARow++
      if (isAgain) again++
    }
    // If the guard does not know which tools exist, a new name may be the right one.
    if (!isUnknown && again === 0) return undefined
    return { count: Math.max(again, inARow) + 1, limit: limits.unknownTool }
  },
}
