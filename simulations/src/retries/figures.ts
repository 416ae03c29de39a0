import type { Scenario } from './scenario.ts'
import type { Timeline } from './simulate.ts'

/** What a timeline comes to. */
export interface Figures {
  /** Requests sent for each call begun. */
  readonly requestsPerCall: { readonly outage: number; readonly after: number }
  /** Calls that succeeded, a second. */
  readonly goodput: {
    readonly before: number
    readonly outage: number
    /** In the 20 s after the outage. */
    readonly soonAfter: number
    /** In the last 20 s of the run. */
    readonly end: number
  }
  /** The part of calls that succeeded: of those begun before the outage, of those of the last 20 s, of all. */
  readonly kept: { readonly before: number; readonly end: number; readonly all: number }
  /** See {@link secondsToRecover}. */
  readonly recoverySeconds: number | undefined
}

const WINDOW = 20
const RECOVERED_RATIO = 0.95
const RECOVERED_FOR = 5

/** Sums a timeline up. */
export function figuresOf(timeline: Timeline, scenario: Scenario): Figures {
  const { calls, requests, successes, kept } = timeline
  const from = scenario.outage.fromMs / 1_000
  const until = scenario.outage.untilMs / 1_000
  const end = scenario.endMs / 1_000
  const ratio = (part: readonly number[], whole: readonly number[], start: number, stop: number) =>
    sum(part, start, stop) / sum(whole, start, stop)
  const goodput = (start: number, stop: number) => sum(successes, start, stop) / (stop - start)

  return {
    requestsPerCall: {
      outage: ratio(requests, calls, from, until),
      after: ratio(requests, calls, until, end),
    },
    goodput: {
      before: goodput(0, from),
      outage: goodput(from, until),
      soonAfter: goodput(until, until + WINDOW),
      end: goodput(end - WINDOW, end),
    },
    // A call that fails just before the outage is retried in it: that is the outage's doing.
    kept: {
      before: ratio(kept, calls, 0, from - RECOVERED_FOR),
      end: ratio(kept, calls, end - WINDOW, end),
      all: ratio(kept, calls, 0, end),
    },
    recoverySeconds: secondsToRecover(timeline, scenario),
  }
}

/**
 * How long after the outage's end goodput is back: the first second from which it stays at 95 % of the rate of calls,
 * or more, for 5 s. `undefined` if that is never in the run.
 */
function secondsToRecover({ successes }: Timeline, scenario: Scenario): number | undefined {
  const enough = RECOVERED_RATIO * scenario.callsPerSecond
  const first = scenario.outage.untilMs / 1_000
  for (let second = first; second + RECOVERED_FOR <= successes.length; second++) {
    const stretch = successes.slice(second, second + RECOVERED_FOR)
    if (stretch.every((count) => count >= enough)) return second - first
  }
  return undefined
}

function sum(counts: readonly number[], start: number, stop: number): number {
  return counts.slice(start, stop).reduce((total, count) => total + count, 0)
}
