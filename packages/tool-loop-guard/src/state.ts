import { readProperty, refusal } from '@holdfast/internal'
import type { Evidence, GuardSnapshot } from './guard.ts'
import { History, type Step } from './history.ts'
import { type Answered, Replays } from './replays.ts'
import { misfit, SHAPE } from './saved-shape.ts'

/** All that a guard knows of its run, but for what tools said when they failed. */
export interface State {
  /** Answers of the model since the user's last message. */
  steps: number
  /** Of the whole run. */
  readonly used: { steps: number; calls: number; tokens: number; cost: number }
  readonly callsPerTool: Map<string, number>
  /** How long the run took before this guard. */
  readonly earlierMs: number
  /** Whether somebody tells of answers, and of results: else calls that do not overlap are taken for an answer each. */
  readonly isTold: { turns: boolean; results: boolean }
  /** How many answers had a call blocked since the last progress, and the last of them. */
  readonly blocks: { count: number; at: number }
  /** In which answer the last one was asked for; 0 when it was not. */
  finishedAt: number
  /** What was warned of, as long as it goes on. */
  streaks: Streak[]
  /** What the gravest verdict rests on. */
  last?: Evidence | undefined
  readonly replays: Replays
  history: History
}

/** Something that was warned of. */
export interface Streak {
  readonly detector: string
  readonly tool?: string | undefined
  /** The answer that it was seen in last. */
  at: number
}

/** What a snapshot holds. */
interface Saved extends Omit<State, 'callsPerTool' | 'replays' | 'history'> {
  readonly callsPerTool: readonly (readonly [string, number])[]
  readonly replays: readonly Answered[]
  readonly history: Step[]
}

const VERSION = 1

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
  const version = readProperty(snapshot, 'version')
  if (version !== VERSION) {
    throw refusal('snapshot.version', version, `${VERSION}, as \`snapshot()\` has it`, RangeError)
  }
  let saved: unknown
  try {
    saved = copyOf(snapshot)
  } catch (cause) {
    throw new TypeError('`snapshot` must be what `snapshot()` gave, which is JSON', { cause })
  }
  const place = misfit(saved, SHAPE, 'snapshot')
  if (place === undefined) return saved as Saved
  throw new TypeError(`\`snapshot\` must be what \`snapshot()\` gave: \`${place}\` is not`)
}

function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}
