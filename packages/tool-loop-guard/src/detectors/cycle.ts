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
    const calls = earlier.map(callsOf)
    const answers = earlier.map(answerOf)
    for (let period = 2; period <= MAX_PERIOD; period++) {
      const before = earlier[period - 1]?.calls ?? []
      const whole = before.some((call) => call.key === key) ? passes(calls, period) : 0
      const half = before.some((call) => call.tool === tool) ? passes(answers, period) / 2 : 0
      const count = Math.max(whole, half)
      if (count >= limits.cycle.warn) return { count, limit: limits.cycle, period }
    }
    return undefined
  },
}

/**
 * How often the latest steps were gone through, with the one at hand.
 *
 * @param marks - What tells the steps apart, newest first.
 */
function passes(marks: readonly unknown[], period: number): number {
  // A step that is the same each time is a row, not a cycle.
  if (marks.slice(0, period).every((mark) => mark === marks[0])) return 0
  let at = 0
  while (at + period < marks.length && marks[at] === marks[at + period]) at++
  return (1 + at + period) / period
}

/** The same for steps of the same calls with the same results, in any order: they were asked for at once. */
function callsOf({ calls }: Step): unknown {
  if (calls.some(({ outcome }) => outcome === 'outage')) return {}
  return calls.reduce((sum, { key, mark = 0 }) => (sum + (key % M) * 3 + (mark % M)) % M, 0)
}

const M = 2 ** 40

/** The same for steps in which a tool has told the same. */
function answerOf({ calls }: Step): unknown {
  const [call] = calls as [CallRecord]
  const tells = calls.length === 1 && call.kind !== undefined && call.kind !== 'acknowledged'
  return tells ? `${call.result} ${call.tool}` : {}
}
