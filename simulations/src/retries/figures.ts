import type { Scenario } from './scenario.ts'
import type { Timeline } from './simulate.ts'

/** The figures that summarize a run. */
export interface Figures {
  /** Requests sent, divided by calls started. */
  readonly requestsPerCall: { readonly outage: number; readonly after: number }
  /** Calls that succeeded, per second. */
  readonly goodput: {
    readonly before: number
    readonly outage: number
    /** In the 20 s after the outage. */
    readonly soonAfter: number
    /** In the last 20 s of the run. */
    readonly end: number
  }
  /** The fraction of calls that succeeded: of those that started before the outage, in the last 20 s, and of all. */
  readonly kept: { readonly before: number; readonly end: number; readonly all: number }
  /** See {@link secondsToRecover}. */
  readonly recoverySeconds: number | undefined
}

const WINDOW = 20
const RECOVERED_RATIO = 0.95
const RECOVERED_FOR = 5

/** Computes the figures of a run from its timeline. */
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
    // Leaves out the last calls before the outage: if they fail, their retries run during the outage.
    kept: {
      before: ratio(kept, calls, 0, from - RECOVERED_FOR),
      end: ratio(kept, calls, end - WINDOW, end),
      all: ratio(kept, calls, 0, end),
    },
    recoverySeconds: secondsToRecover(timeline, scenario),
  }
}

/**
 * The seconds from the end of the outage to recovery: the first second from which goodput is at least 95 % of the rate
 * of calls for 5 s. `undefined` if that does not happen within the run.
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
