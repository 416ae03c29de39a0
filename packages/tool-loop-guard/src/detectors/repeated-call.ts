import type { CallAtHand, Detector } from '../detector.ts'
import { type CallRecord, latestOf, type Step } from '../history.ts'

/** From this occurrence of a call on, all steps before it that brought nothing new count with it. */
const THIRD = 3

/**
 * A call that repeats an input and learns nothing new from it. It counts how often the call was made since it last had a new
 * answer, back to where something may have changed the world: the same check after different changes is diligence.
 *
 * - Nothing new between: `same-result`, `same-error`, or `same-call` if nobody tells of results. From the third occurrence on,
 *   every step that brought nothing new counts, so that a loop through several calls is found as soon as one through one call.
 * - Other calls read something new between, or do nothing but let time pass: `frequent`.
 * - The answer says that something is still under way, or the tool cannot be reached: the limit of a poll.
 */
export const repeatedCall: Detector = {
  name: 'same-call',
  detect(call, earlier) {
    const { limits, isPoll } = call
    const repeats = countRepeats(call, earlier)
    const { latest, count, outages, staleCount, isInStale, hasNewsBetween, isPaused } = repeats
    if (latest === undefined) return { name: 'same-result', count: outages + 1, limit: limits.poll }
    if (isPoll || latest.isWait) return { name: 'same-result', count, limit: limits.poll }
    const isError = latest.outcome === 'error'
    const limit = isError ? limits.sameError : limits.sameCall
    const inARow = hasNewsBetween ? 0 : count
    const stale = isInStale && count >= THIRD ? staleCount : 0
    const loop = Math.max(inARow, stale)
    if (isPaused || loop < limit.warn) return { name: 'frequent', count, limit: limits.frequent }
    const name = isError ? 'same-error' : latest.mark === undefined ? undefined : 'same-result'
    return { name, count: loop, limit }
  },
}

interface Repeats {
  /** The latest occurrence that was no outage. */
  readonly latest: CallRecord | undefined
  /** How many there were, with the call at hand. */
  readonly count: number
  readonly outages: number
  /** How many steps there were since the last one that brought something new, with that one and the call at hand. */
  readonly staleCount: number
  /** Whether the call was made in one of the steps that brought nothing new. */
  readonly isInStale: boolean
  /** Whether other calls brought something new between two occurrences. */
  readonly hasNewsBetween: boolean
  /** Whether the agent waited between two occurrences, and did nothing else. */
  readonly isPaused: boolean
}

function countRepeats(call: CallAtHand, earlier: readonly Step[]): Repeats {
  let latest: CallRecord | undefined
  let count = 1
  let outages = 0
  let staleCount = 1
  let isStale = true
  let isInStale = false
  // Of the steps after the occurrence that comes next in the loop, and then of those between two occurrences.
  let hasNews = false
  let hasPause = false
  let hasOther = false
  let hasNewsBetween = false
  let isPaused = false
  for (const { calls } of earlier) {
    const same = latestOf(calls, call.key)
    if (same === undefined && call.isIdle) break
    if (same?.outcome === 'outage') outages++
    else if (same) {
      latest ??= same
      if (latest.tellsFailure && same.mark !== latest.mark) break
      count++
      hasNewsBetween = hasNews
      isPaused = hasPause && !hasOther
      if (same.isNew) {
        if (isStale) staleCount++
        break
      }
      isInStale ||= isStale && calls.every(({ isNew }) => !isNew)
    }
    const others = calls.filter((other) => other.key !== call.key)
    const progress = others.filter((other) => other.isProgress)
    if (progress.some((other) => mayChangeAnswer(other, call, latest))) break
    hasNews ||= progress.length > 0
    hasPause ||= others.some(({ effect }) => effect === 'waits')
    hasOther ||= others.some(({ effect }) => effect !== 'waits')
    if (isStale) staleCount++
    isStale &&= !calls.some(({ isNew }) => isNew)
  }
  return { latest, count, outages, staleCount, isInStale, hasNewsBetween, isPaused }
}

/**
 * Whether another call, which made progress, may have changed what a repeated call answers. Of a call that acts itself, any
 * progress shows that it has an effect. For one that reads, the other one must be able to change something: its name or its
 * input says so, or it is another tool's and does not say that it only reads.
 */
function mayChangeAnswer(
  other: CallRecord,
  { tool, effect }: CallAtHand,
  latest: CallRecord | undefined,
): boolean {
  const acts = effect === 'changes' || (effect === 'unknown' && latest?.kind === 'brief')
  if (acts || other.effect === 'changes') return true
  return other.effect === 'unknown' && (other.kind === 'brief' || other.tool !== tool)
}
