import type { Step } from './history.ts'
import type { Limit, Limits } from './limits.ts'
import type { Effect } from './tool-effect.ts'

/** A call that is about to be made. */
export interface CallAtHand {
  readonly tool: string
  /** The same for calls that ask the same of the same tool. */
  readonly key: number
  /** The limits that apply to the tool. */
  readonly limits: Limits
  /** Whether the tool waits for something to happen. */
  readonly isPoll: boolean
  /** Whether the call does nothing but let time pass, or print a text. */
  readonly isIdle: boolean
  /** Whether a short answer, such as `ok`, to a new input of the tool is progress. */
  readonly isWork: boolean
  /** What the call does to the world, as far as can be told. */
  readonly effect: Effect
  /** Whether there is no such tool. */
  readonly isUnknown: boolean
}

/** What a detector has counted. The verdict follows from the limit. */
export interface Finding {
  /** The reason of the verdict, if it is not the detector's name. */
  readonly name?: string | undefined
  /** Includes the call at hand. */
  readonly count: number
  readonly limit: Limit
}

/**
 * Looks for one kind of loop. It holds no state: the same history has the same findings. One of yours that throws finds
 * nothing, and is reported by a `callback.failed` event.
 */
export interface Detector {
  /** The reason of its verdicts. */
  readonly name: string
  /** @param earlier - The steps before this one that asked for calls, newest first. */
  detect(call: CallAtHand, earlier: readonly Step[]): Finding | undefined
}
