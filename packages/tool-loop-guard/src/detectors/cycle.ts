import type { Detector } from '../detector.ts'
import type { CallRecord, Step } from '../history.ts'

const MAX_PERIOD = 6

/**
 * The same few steps, two to six, gone through again with the same results: A B A B …. The count is of passes, of which the
 * last need not be whole. Where the inputs differ and nothing else, as of two agents that hand a task to and fro for ever
 * other reasons, a pass counts half.
 */
export const cycle: Detector = {
  name: 'cycle',
  detect({ key, tool, limits, isPoll, isPause }, earlier) {
    if (isPoll || isPause) return undefined
    for (let period = 2; period <= MAX_PERIOD; period++) {
      const before = earlier[period - 1]?.calls ?? []
      const whole = before.some((call) => call.key === key) ? passes(earlier, period, areSame) : 0
      const half = before.some((call) => call.tool === tool) ? passes(earlier, period, tellSame) : 0
      const count = Math.max(whole, half / 2)
      if (count >= limits.cycle.warn) return { count, limit: limits.cycle, period }
    }
    return undefined
  },
}

type Compare = (a: Step, b: Step) => boolean

/** How often the latest steps were gone through, with the one at hand. */
function passes(earlier: readonly Step[], period: number, isSame: Compare): number {
  const [latest, ...others] = earlier.slice(0, period) as [Step, ...Step[]]
  // A step that is the same each time is a row, not a cycle.
  if (others.every((step) => isSame(step, latest))) return 0
  let at = 0
  while (at + period < earlier.length && isSame(earlier[at] as Step, earlier[at + period] as Step))
    at++
  return (1 + at + period) / period
}

/** Whether they have the same calls with the same results, in any order: they were asked for at once. */
function areSame({ calls }: Step, { calls: others }: Step): boolean {
  return calls.length === others.length && markOf(calls) === markOf(others)
}

function markOf(calls: readonly CallRecord[]): number {
  let sum = 0
  for (const { key, mark = 0, outcome } of calls) {
    // Like no other, not even itself.
    if (outcome === 'outage') return Number.NaN
    sum = (sum + (key % M) * 3 + (mark % M)) % M
  }
  return sum
}

const M = 2 ** 40

/** Whether a tool has told the same in both, or would have. */
function tellSame({ calls: [call, more] }: Step, { calls: [other, others] }: Step): boolean {
  if (!call || call.tool !== other?.tool || more || others) return false
  if (call.outcome === 'blocked' || other.outcome === 'blocked') return true
  return call.kind !== undefined && call.kind !== 'acknowledged' && call.result === other.result
}
