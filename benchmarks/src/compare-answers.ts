import { inOrderOf, median } from './compare.ts'
import { versionOf } from './machine.ts'
import { verdict } from './report.ts'
import { table } from './table.ts'
import { callsThatTake } from './time-calls.ts'

/**
 * A function with a boolean answer, called repeatedly. Synchronous functions are measured without an `await`, which would
 * cost more than the answer.
 */
export type AnswerSubject = {
  readonly name: string
  /** The npm package, if it is not one of this repository. */
  readonly peer?: string
} & (
  | { readonly ask: (at: number) => boolean }
  | { readonly askLater: (at: number) => Promise<boolean> }
)

/** Subjects that must give the same answers, or at least answer `true` equally often. */
export interface AnswerComparison {
  readonly title: string
  /** The expected fraction of `true` answers, from 0 to 1. */
  readonly yes: number
  /** Subjects with a target come first. */
  readonly ours: readonly AnswerSubject[]
  readonly peers: readonly AnswerSubject[]
  /** Default: none. */
  readonly target?: Target | undefined
}

interface Target {
  /** The largest allowed ratio of our time to a peer's: the peer named by `of`, or the fastest. */
  readonly ratio: number
  readonly of?: string
  /** The largest allowed time, in nanoseconds. */
  readonly nanoseconds?: number
  /** How many of our subjects have this target. */
  readonly first: number
}

/** Odd, so that the median is a measured value. */
const ROUNDS = 31
/** The approximate time that one subject runs in a round. */
const ROUND_MS = 30
/** The allowed deviation from the expected fraction of `true` answers, because hashing does not split keys exactly. */
const YES_TOLERANCE = 0.05

/** The result of each loop, kept so that the compiler cannot remove the loop as unused. */
const counted = { yes: 0 }

/** Times the subjects in rounds, in a different order each round. Returns the medians as a section of Markdown. */
export async function compareAnswers(comparison: AnswerComparison): Promise<string> {
  const { title, ours, peers, target } = comparison
  const runs: { subject: AnswerSubject; calls: number; times: number[] }[] = []
  for (const subject of [emptyLoop, ...ours, ...peers]) {
    const calls = await callsThatTake(ROUND_MS, async (calls) => {
      return (await nanosecondsOf(subject, calls)) / 1_000
    })
    if (subject !== emptyLoop) checkAnswers(subject, counted.yes / calls, comparison.yes)
    runs.push({ subject, calls, times: [] })
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { subject, calls, times } of inOrderOf(round, runs)) {
      times.push(await nanosecondsOf(subject, calls))
    }
  }
  const figures = runs.map(({ subject, times }) => ({ subject, nanoseconds: median(times) }))
  const ofPeers = figures.filter(({ subject: { peer } }) => peer && (target?.of ?? peer) === peer)
  const measure = Math.min(...ofPeers.map(({ nanoseconds }) => nanoseconds))
  const rows = figures.map(({ subject, nanoseconds }) => {
    const ratio = nanoseconds / measure
    const hasTarget = target && ours.slice(0, target.first).includes(subject)
    return [
      nameOf(subject, ours.includes(subject)),
      nanoseconds.toFixed(1),
      subject === emptyLoop ? '' : ratio.toFixed(2),
      hasTarget ? verdicts(nanoseconds, ratio, target) : '',
    ]
  })
  const heads = [
    '',
    'ns per call',
    `× ${target?.of ? `${target.of}’s` : 'the fastest peer'}`,
    ...(target ? ['target'] : []),
  ]
  return `### ${title}\n\n${table(heads, rows)}`
}

/** Measures the loop itself. Its time is not subtracted from the others'. */
const emptyLoop: AnswerSubject = {
  name: 'the loop itself, with a function call',
  ask: (at) => at >= 0,
}

function verdicts(nanoseconds: number, ratio: number, target: Target): string {
  const besidePeer = verdict(ratio, target.ratio)
  if (target.nanoseconds === undefined) return besidePeer
  const missedBy = nanoseconds - target.nanoseconds
  const alone = missedBy <= 0 ? 'met' : `**missed by ${missedBy.toFixed(1)}**`
  return `≤ ${target.nanoseconds} ns: ${alone}; ${besidePeer}`
}

/** Prevents a wrongly configured peer from looking fast. */
function checkAnswers({ name, peer }: AnswerSubject, yes: number, expected: number): void {
  if (Math.abs(yes - expected) <= YES_TOLERANCE) return
  throw new Error(
    `${peer ?? ''} ${name} answers true for a fraction of ${yes}; expected ${expected}`,
  )
}

function nameOf({ name, peer }: AnswerSubject, isOurs: boolean): string {
  if (peer !== undefined) return `${peer} ${versionOf(peer)}: ${name}`
  return isOurs ? `**${name}**` : name
}

async function nanosecondsOf(subject: AnswerSubject, calls: number): Promise<number> {
  const start = performance.now()
  counted.yes =
    'ask' in subject ? count(subject.ask, calls) : await countLater(subject.askLater, calls)
  return ((performance.now() - start) * 1e6) / calls
}

/** All subjects share this loop, so that the compiler cannot inline any of them. */
function count(ask: (at: number) => boolean, calls: number): number {
  let yes = 0
  for (let at = 0; at < calls; at++) if (ask(at)) yes++
  return yes
}

async function countLater(
  askLater: (at: number) => Promise<boolean>,
  calls: number,
): Promise<number> {
  let yes = 0
  for (let at = 0; at < calls; at++) if (await askLater(at)) yes++
  return yes
}
