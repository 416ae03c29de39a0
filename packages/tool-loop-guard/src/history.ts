import type { AnswerKind } from './answer-kind.ts'
import type { Effect } from './tool-effect.ts'

/** How a call went, without content of the user's. */
export interface CallRecord {
  readonly id?: string | undefined
  readonly tool: string
  /** The same for calls that ask the same of the same tool. */
  readonly key: number
  /** A throttle, or that the tool cannot be reached, is an `outage`. */
  readonly outcome: 'pending' | 'blocked' | 'output' | 'error' | 'outage'
  /** What the call does to the world, as far as can be told. */
  readonly effect: Effect
  /**
   * The same for results that are equal whatever the input was; `undefined` while there is none. A call that was blocked has
   * that of the same call before.
   */
  readonly result?: number | undefined
  /** The same for results of the same call that differ only in what means nothing, such as the time. */
  readonly mark?: number | undefined
  /** What kind of answer it had. */
  readonly kind?: AnswerKind | undefined
  /** Whether the answer tells of a failure. */
  readonly tellsFailure?: boolean | undefined
  /**
   * Whether the answer says that something is still under way, or the tool is marked as a poll. Before there is an answer,
   * `false` says that the input itself names such a state, so that the answer may name it too.
   */
  readonly isWait?: boolean | undefined
  /** Whether the answer was new: the input was never answered before, or was answered otherwise. */
  readonly isNew: boolean
  /** Whether it is progress: the answer is new, and neither a failure nor that there is nothing. */
  readonly isProgress: boolean
  /** Whether there is no such tool. */
  readonly isUnknown: boolean
}

/** One answer of the model, and the calls that it asked for. */
export interface Step {
  /** The same for equal texts; `undefined` when there was none, or while the model waits for something. */
  text?: number | undefined
  /** Whether an exempt tool was called. Such a step neither is progress nor lacks it. */
  isExempt?: boolean | undefined
  readonly calls: CallRecord[]
}

const MAX_STEPS = 64
const MAX_CALLS = 256

/** The last answers of the model, newest first, and how the calls ended that they asked for. */
export class History {
  readonly steps: Step[]
  readonly #earlier: Step[]
  #calls: number

  constructor(steps: Step[]) {
    this.steps = steps
    this.#earlier = steps.slice(1).filter(({ calls }) => calls.length > 0)
    this.#calls = steps.reduce((sum, { calls }) => sum + calls.length, 0)
  }

  /** The steps before the current one that asked for calls. */
  get earlier(): readonly Step[] {
    return this.#earlier
  }

  begin(step: Step): void {
    const { steps } = this
    const [previous] = steps
    if (previous && previous.calls.length > 0) this.#earlier.unshift(previous)
    steps.unshift(step)
    while (steps.length > MAX_STEPS || (this.#calls > MAX_CALLS && steps.length > 1)) {
      const count = steps.pop()?.calls.length ?? 0
      this.#calls -= count
      if (count > 0) this.#earlier.pop()
    }
  }

  /** Adds a call to the current step, which keeps its last `MAX_CALLS`. */
  add(call: CallRecord): void {
    const calls = this.steps[0]?.calls ?? []
    if (calls.push(call) > MAX_CALLS) calls.shift()
    else this.#calls++
  }

  /**
   * Ends the call that waits for its result: the last one with this id, or, without an id, the first one of a step. Returns
   * that call.
   */
  settle(
    id: string | undefined,
    end: (call: CallRecord) => Partial<CallRecord>,
  ): CallRecord | undefined {
    const isIt = (call: CallRecord): boolean => call.outcome === 'pending' && call.id === id
    for (const { calls } of this.steps) {
      const call = id === undefined ? calls.find(isIt) : calls.findLast(isIt)
      // In place: records of one form are compared several times as fast.
      if (call) return Object.assign(call, end(call))
    }
    return undefined
  }

  /** The latest call with this key that has ended. */
  ended(key: number): CallRecord | undefined {
    for (const { calls } of this.steps) {
      const call = latestOf(calls, key)
      if (call && call.outcome !== 'pending') return call
    }
    return undefined
  }

  /** The latest call with this key. */
  latest(key: number): CallRecord | undefined {
    for (const { calls } of this.steps) {
      const call = latestOf(calls, key)
      if (call) return call
    }
    return undefined
  }
}

/** The last of these calls with this key. A plain loop, since every step is searched. */
export function latestOf(calls: readonly CallRecord[], key: number): CallRecord | undefined {
  for (let at = calls.length - 1; at >= 0; at--) {
    const call = calls[at]
    if (call?.key === key) return call
  }
  return undefined
}
