import type { Finding } from '../detector.ts'
import type { Step } from '../history.ts'
import type { Limit } from '../limits.ts'

/** The same words of the model, while nothing new has come and no tool was out of reach. */
export function sameText(text: number, earlier: readonly Step[], limit: Limit): Finding {
  const end = earlier.findIndex(({ calls }) =>
    calls.some(({ isProgress, outcome }) => isProgress || outcome === 'outage'),
  )
  const stalled = end < 0 ? earlier : earlier.slice(0, end)
  return { count: stalled.filter((step) => step.text === text).length + 1, limit }
}
