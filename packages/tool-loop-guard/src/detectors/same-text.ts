import type { Finding } from '../detector.ts'
import type { Step } from '../history.ts'
import type { Limit } from '../limits.ts'

/** The same words of the model, while nothing new comes and it waits for nothing. `steps[0]` is the current step. */
export function sameText(steps: readonly Step[], limit: Limit): Finding {
  const text = steps[0]?.text
  let count = 1
  for (let at = 1; at < steps.length && text !== undefined; at++) {
    const step = steps[at] as Step
    if (step.calls.some(({ isNew, isWait }) => isNew || isWait)) break
    if (step.text === text) count++
  }
  return { count, limit }
}
