import { readProperty, refusal } from '@holdfast/internal'
import type { Evidence, GuardSnapshot } from './guard.ts'
import { History, type Step } from './history.ts'
import { type Answered, Replays } from './replays.ts'
import { misfit, SHAPE } from './saved-shape.ts'

/** All that a guard knows of its run, except for the errors of tools. */
export interface State {
  /** Steps since the user's last message. */
  steps: number
  /** How many of the latest of them ended without progress. */
  stepsWithoutProgress: number
  /** What the whole run has used. */
  readonly used: { steps: number; calls: number; tokens: number; cost: number }
  readonly callsPerTool: Map<string, number>
  /** How long the run took before this guard. */
  readonly earlierMs: number
  /** Whether `turn` and `after` are called. Without `turn`, calls that do not overlap count as a step each. */
  readonly isTold: { turns: boolean; results: boolean }
  /** In how many steps a call was blocked since the last progress, and the last of these steps. */
  readonly blocks: { count: number; at: number }
  /** The step in which the final answer was asked for; 0 if it was not. */
  finishedAt: number
  /** The warnings that are in force. */
  streaks: Streak[]
  /** The evidence of the last verdict other than `allow`. */
  last?: Evidence | undefined
  readonly replays: Replays
  history: History
}

/** A warning that is in force. */
export interface Streak {
  readonly detector: string
  readonly tool?: string | undefined
  /** The step in which it was seen last. */
  at: number
}

/** What a snapshot holds. */
interface Saved extends Omit<State, 'callsPerTool' | 'replays' | 'history'> {
  readonly callsPerTool: readonly (readonly [string, number])[]
  readonly replays: readonly Answered[]
  readonly history: Step[]
}

const VERSION = 2

export function save(state: State, elapsedMs: number): GuardSnapshot {
  return copyOf({
    version: VERSION,
    ...state,
    earlierMs: elapsedMs,
    callsPerTool: [...state.callsPerTool],
    history: state.history.steps,
  })
}

/** @throws TypeError or RangeError when it is no snapshot. */
export function restore(snapshot: GuardSnapshot | undefined): State {
  const saved = snapshot === undefined ? nothing() : checked(snapshot)
  const { callsPerTool, replays, history, ...rest } = saved
  return {
    ...rest,
    callsPerTool: new Map(callsPerTool),
    replays: new Replays(replays),
    history: new History(history),
  }
}

function nothing(): Saved {
  return {
    steps: 0,
    stepsWithoutProgress: 0,
    used: { steps: 0, calls: 0, tokens: 0, cost: 0 },
    earlierMs: 0,
    isTold: { turns: false, results: false },
    blocks: { count: 0, at: 0 },
    finishedAt: 0,
    streaks: [],
    callsPerTool: [],
    replays: [],
    history: [],
  }
}

function checked(snapshot: GuardSnapshot): Saved {
  const version: unknown = readProperty(snapshot, 'version')
  if (version !== VERSION && version !== 1) {
    throw refusal('snapshot.version', version, `${VERSION}, as \`snapshot()\` has it`, RangeError)
  }
  let saved: unknown
  try {
    saved = copyOf(snapshot)
  } catch (cause) {
    throw new TypeError('`snapshot` must be what `snapshot()` gave, which is JSON', { cause })
  }
  if (version === 1) saved = fromVersion1(saved)
  const place = misfit(saved, SHAPE, 'snapshot')
  if (place === undefined) return saved as Saved
  throw new TypeError(`\`snapshot\` must be what \`snapshot()\` gave: \`${place}\` is not`)
}

/** Snapshots of version 1 knew no effects, and did not count steps without progress. Their calls are forgotten. */
function fromVersion1(saved: unknown): unknown {
  return { ...Object(saved), stepsWithoutProgress: 0, history: [] }
}

function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}
