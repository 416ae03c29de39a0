import { refusal } from '@holdfast/internal'
import type { GuardSnapshot } from './guard.ts'
import { History, type Step } from './history.ts'

/** All that a guard knows of its run. */
export interface State {
  /** Answers of the model since the user's last message. */
  steps: number
  /** Of the whole run. */
  readonly used: { steps: number; calls: number; tokens: number; cost: number }
  readonly callsPerTool: Map<string, number>
  /** How long the run took before this guard. */
  readonly earlierMs: number
  /** Answers in a row of which a call was blocked. */
  blocks: number
  /** In which of them the last answer was asked for, if it was. */
  finishedAt: number | undefined
  /** What was warned of, as long as it goes on. */
  readonly warned: Set<string>
  history: History
}

/** What a snapshot holds. */
interface Saved extends Pick<State, 'steps' | 'used' | 'earlierMs' | 'blocks' | 'finishedAt'> {
  readonly callsPerTool: readonly (readonly [string, number])[]
  readonly warned: readonly string[]
  readonly history: readonly Step[]
}

const VERSION = 1

export function save(state: State, elapsedMs: number): GuardSnapshot {
  const saved: Saved = {
    ...state,
    used: { ...state.used },
    earlierMs: elapsedMs,
    callsPerTool: [...state.callsPerTool],
    warned: [...state.warned],
    history: new History(state.history.steps).steps,
  }
  return { version: VERSION, ...saved }
}

/** @throws TypeError or RangeError when it is no snapshot. */
export function restore(snapshot: GuardSnapshot | undefined): State {
  if (snapshot === undefined) return restored(NOTHING)
  const version: unknown = Object(snapshot).version
  if (version !== VERSION) {
    throw refusal('snapshot.version', version, `${VERSION}, as \`snapshot()\` has it`, RangeError)
  }
  try {
    return restored(snapshot as unknown as Saved)
  } catch (cause) {
    throw new TypeError('`snapshot` must be what `snapshot()` gave: it is damaged', { cause })
  }
}

const NOTHING: Saved = {
  steps: 0,
  used: { steps: 0, calls: 0, tokens: 0, cost: 0 },
  earlierMs: 0,
  blocks: 0,
  finishedAt: undefined,
  callsPerTool: [],
  warned: [],
  history: [],
}

function restored(saved: Saved): State {
  const { steps, used, earlierMs, blocks, finishedAt } = saved
  const { calls, tokens, cost } = used
  for (const number of [
    steps,
    used.steps,
    calls,
    tokens,
    cost,
    earlierMs,
    blocks,
    finishedAt ?? 0,
  ]) {
    if (!Number.isFinite(number)) throw new TypeError(`${number} is no count`)
  }
  return {
    steps,
    used: { steps: used.steps, calls, tokens, cost },
    earlierMs,
    blocks,
    finishedAt,
    callsPerTool: new Map(saved.callsPerTool),
    warned: new Set(saved.warned),
    history: new History(saved.history),
  }
}
