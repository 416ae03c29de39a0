import type { Step } from './history.ts'
import type { Limit, Limits } from './limits.ts'

/** A call that is about to be made. */
export interface CallAtHand {
  readonly tool: string
  /** The same for calls that ask the same of the same tool. */
  readonly key: number
  /** Those of the tool. */
  readonly limits: Limits
  /** Whether the tool waits for something to happen. */
  readonly isPoll: boolean
  /** Whether the call does nothing but let time pass. */
  readonly isPause: boolean
  /** Whether there is no such tool. */
  readonly isUnknown: boolean
}

/** What a detector has counted: the verdict follows from the limit. */
export interface Finding {
  /** The reason of the verdict, when it is not the detector's name. */
  readonly name?: string | undefined
  /** With the call at hand. */
  readonly count: number
  readonly limit: Limit
  /** Of a cycle, how many steps long. */
  readonly period?: number | undefined
}

/**
 * Looks for one kind of loop. It holds no state: the same history has the same findings. One of yours that throws finds
 * nothing.
 */
export interface Detector {
  /** The reason of its verdicts. */
  readonly name: string
  /** @param earlier - The answers of the model before this one that asked for calls, newest first. */
  detect(call: CallAtHand, earlier: readonly Step[]): Finding | undefined
}
