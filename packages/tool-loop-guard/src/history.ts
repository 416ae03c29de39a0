import type { AnswerKind } from './answer-kind.ts'

/** How a call went, without content of the user's. */
export interface CallRecord {
  readonly id: string | undefined
  readonly tool: string
  /** The same for calls that ask the same of the same tool. */
  readonly key: number
  /** A throttle, or that the tool cannot be reached, is an `outage`. */
  readonly outcome: 'pending' | 'blocked' | 'output' | 'error' | 'outage'
  /** The same for equal results; `undefined` while there is none. */
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
  text: number | undefined
  /** What it asked for. */
  readonly calls: CallRecord[]
}

const MAX_STEPS = 64
const MAX_CALLS = 256

/** The last answers of the model, oldest first, and what became of the calls that they asked for. */
export class History {
  readonly steps: Step[]

  constructor(steps: readonly Step[] = []) {
    this.steps = steps.map((step) => ({ ...step, calls: [...step.calls] }))
  }

  begin(step: Step): void {
    const { steps } = this
    steps.push(step)
    let calls = steps.reduce((sum, { calls }) => sum + calls.length, 0)
    while (steps.length > MAX_STEPS || (calls > MAX_CALLS && steps.length > 1)) {
      calls -= steps.shift()?.calls.length ?? 0
    }
  }

  /** The answer at hand. */
  get current(): Step | undefined {
    return this.steps.at(-1)
  }

  /** The call that is to have its result: of those with the id the last, of those without one the first of an answer. */
  waiting(
    id: string | undefined,
  ): { calls: CallRecord[]; at: number; call: CallRecord } | undefined {
    const isIt = (call: CallRecord): boolean => call.outcome === 'pending' && call.id === id
    for (const { calls } of this.steps.toReversed()) {
      const at = id === undefined ? calls.findIndex(isIt) : calls.findLastIndex(isIt)
      const call = calls[at]
      if (call) return { calls, at, call }
    }
    return undefined
  }

  /** The latest call of this kind that has ended. */
  ended(key: number): CallRecord | undefined {
    for (const { calls } of this.steps.toReversed()) {
      const call = calls.findLast((call) => call.key === key && call.outcome !== 'pending')
      if (call) return call
    }
    return undefined
  }
}
