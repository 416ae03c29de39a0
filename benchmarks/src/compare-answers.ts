import { inOrderOf, median } from './compare.ts'
import { versionOf } from './machine.ts'
import { verdict } from './report.ts'
import { table } from './table.ts'
import { callsThatTake } from './time-calls.ts'

/**
 * Something that answers yes or no, over and over. What answers at once is measured without an `await`, which would cost
 * more than the answer.
 */
export type Oracle = {
  readonly name: string
  /** The npm package measured, when it is not one of this repository. */
  readonly peer?: string
} & (
  | { readonly ask: (at: number) => boolean }
  | { readonly askLater: (at: number) => Promise<boolean> }
)

/** Oracles that must give the same answers, or answers as often yes. */
export interface AnswerComparison {
  readonly title: string
  /** Of the answers, how many are yes: from 0 to 1. */
  readonly yes: number
  /** Those that there are targets for come first. */
  readonly ours: readonly Oracle[]
  readonly peers: readonly Oracle[]
  /** Default: none. */
  readonly target?: Target | undefined
}

interface Target {
  /** How much of a peer's time ours may take: of the named one's, or of the fastest. */
  readonly ratio: number
  readonly of?: string
  /** What ours may take, in nanoseconds. */
  readonly nanoseconds?: number
  /** How many of ours it holds for. */
  readonly first: number
}

/** Odd, so that the median is a round that was measured. */
const ROUNDS = 31
/** How long an oracle's share of a round takes, about. */
const ROUND_MS = 30
/** How far the part of yes may be from what it must be: keys that are hashed are not a deck of cards. */
const YES_TOLERANCE = 0.05

/** What each loop has counted, kept where no compiler can prove that nobody looks. */
const counted = { yes: 0 }

/** Times the oracles in rounds, each round in another order, and reports the medians as a section of Markdown. */
export async function compareAnswers(comparison: AnswerComparison): Promise<string> {
  const { title, ours, peers, target } = comparison
  const runs: { oracle: Oracle; calls: number; times: number[] }[] = []
  for (const oracle of [nothing, ...ours, ...peers]) {
    const calls = await callsThatTake(ROUND_MS, async (calls) => {
      return (await nanosecondsOf(oracle, calls)) / 1_000
    })
    if (oracle !== nothing) checkAnswers(oracle, counted.yes / calls, comparison.yes)
    runs.push({ oracle, calls, times: [] })
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { oracle, calls, times } of inOrderOf(round, runs)) {
      times.push(await nanosecondsOf(oracle, calls))
    }
  }
  const figures = runs.map(({ oracle, times }) => ({ oracle, nanoseconds: median(times) }))
  const ofPeers = figures.filter(({ oracle: { peer } }) => peer && (target?.of ?? peer) === peer)
  const measure = Math.min(...ofPeers.map(({ nanoseconds }) => nanoseconds))
  const rows = figures.map(({ oracle, nanoseconds }) => {
    const ratio = nanoseconds / measure
    const hasTarget = target && ours.slice(0, target.first).includes(oracle)
    return [
      nameOf(oracle, ours.includes(oracle)),
      nanoseconds.toFixed(1),
      oracle === nothing ? '' : ratio.toFixed(2),
      hasTarget ? verdicts(nanoseconds, ratio, target) : '',
    ]
  })
  const heads = [
    '',
    'ns a call',
    `× ${target?.of ? `${target.of}’s` : 'the fastest peer'}`,
    ...(target ? ['target'] : []),
  ]
  return `### ${title}\n\n${table(heads, rows)}`
}

/** What the loop itself takes. It is not taken off the others' times. */
const nothing: Oracle = { name: 'the loop, and a call of a function', ask: (at) => at >= 0 }

function verdicts(nanoseconds: number, ratio: number, target: Target): string {
  const besidePeer = verdict(ratio, target.ratio)
  if (target.nanoseconds === undefined) return besidePeer
  const missedBy = nanoseconds - target.nanoseconds
  const alone = missedBy <= 0 ? 'met' : `**missed by ${missedBy.toFixed(1)}**`
  return `≤ ${target.nanoseconds} ns: ${alone}; ${besidePeer}`
}

/** A mistake in how a peer is set up must not look like speed. */
function checkAnswers({ name, peer }: Oracle, yes: number, expected: number): void {
  if (Math.abs(yes - expected) <= YES_TOLERANCE) return
  throw new Error(`${peer ?? ''} ${name} says yes to ${yes}, and ${expected} was expected`)
}

function nameOf({ name, peer }: Oracle, isOurs: boolean): string {
  if (peer !== undefined) return `${peer} ${versionOf(peer)}: ${name}`
  return isOurs ? `**${name}**` : name
}

async function nanosecondsOf(oracle: Oracle, calls: number): Promise<number> {
  const start = performance.now()
  counted.yes =
    'ask' in oracle ? count(oracle.ask, calls) : await countLater(oracle.askLater, calls)
  return ((performance.now() - start) * 1e6) / calls
}

/** One loop for all, so that the compiler can draw none of them into it. */
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
