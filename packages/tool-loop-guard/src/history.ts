import type { AnswerKind } from './answer-kind.ts'

/** How a call went, without content of the user's. */
export interface CallRecord {
  readonly id?: string | undefined
  readonly tool: string
  /** The same for calls that ask the same of the same tool. */
  readonly key: number
  /** A throttle, or that the tool cannot be reached, is an `outage`. */
  readonly outcome: 'pending' | 'blocked' | 'output' | 'error' | 'outage'
  /** The same for equal results; `undefined` while there is none. One that was blocked has that of the call before. */
  readonly result?: number | undefined
  /**
   * The same for results of a call that differ only in what means nothing, such as the time. One that was blocked has that
   * of the call before, as it would have ended alike.
   */
  readonly mark?: number | undefined
  /** What a result says; an error is `telling`. */
  readonly kind?: AnswerKind | undefined
  /** Whether it has brought something new. */
  readonly isProgress: boolean
  /** Whether there is no such tool. */
  readonly isUnknown: boolean
}

/** An answer of the model. */
export interface Step {
  /** The same for equal texts; `undefined` when there was none, or when it need not be new: while the model waits. */
  text?: number | undefined
  /** What it asked for. */
  readonly calls: CallRecord[]
}

const MAX_STEPS = 64
const MAX_CALLS = 256

/** The last answers of the model, newest first, and what became of the calls that they asked for. */
export class History {
  readonly steps: Step[]
  readonly #earlier: Step[]
  #calls: number

  constructor(steps: Step[]) {
    this.steps = steps
    this.#earlier = steps.slice(1).filter(({ calls }) => calls.length > 0)
    this.#calls = steps.reduce((sum, { calls }) => sum + calls.length, 0)
  }

  /** Those before the one at hand, without those that asked for no calls. */
  get earlier(): readonly Step[] {
    return this.#earlier
  }

  begin(step: Step): void {
    const { steps } = this
    const [over] = steps
    if (over && over.calls.length > 0) this.#earlier.unshift(over)
    steps.unshift(step)
    while (steps.length > MAX_STEPS || (this.#calls > MAX_CALLS && steps.length > 1)) {
      const count = steps.pop()?.calls.length ?? 0
      this.#calls -= count
      if (count > 0) this.#earlier.pop()
    }
  }

  /** Of an answer with calls without end it keeps the last. */
  add(call: CallRecord): void {
    const calls = this.steps[0]?.calls ?? []
    if (calls.push(call) > MAX_CALLS) calls.shift()
    else this.#calls++
  }

  /**
   * Ends the call that waits for its result: of those with the id the last, of those without one the first of an answer.
   * Gives it as it has become.
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

  /** The latest call of this kind that has ended. */
  ended(key: number): CallRecord | undefined {
    for (const { calls } of this.steps) {
      const call = latestOf(calls, key)
      if (call && call.outcome !== 'pending') return call
    }
    return undefined
  }
}

/** The last of these calls of this kind. By hand: it is looked for in every answer. */
export function latestOf(calls: readonly CallRecord[], key: number): CallRecord | undefined {
  for (let at = calls.length - 1; at >= 0; at--) {
    const call = calls[at]
    if (call?.key === key) return call
  }
  return undefined
}
