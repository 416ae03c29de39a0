import { brand, errorStatus, isBranded, readProperty } from '@holdfast/internal'
import type { NotedVerdict } from './tool-loop-events.ts'
import type { ToolLoopProgress } from './tool-loop-result.ts'
import { messageOf } from './tool-result.ts'
import type { ToolLoopUsage } from './usage.ts'

/** Why. `aborted`: by the caller's signal. `stopped`: by the guard. `failed`: the model could not be asked. */
export type ToolLoopInterruption = 'aborted' | 'stopped' | 'failed'

/**
 * A run did not come to its end. What it has done is here, so that it can be resumed: run the loop again with `messages`.
 *
 * `cause` is the error itself: the SDK's or a layer's, the guard's `ToolLoopError`, or, of an abort, `signal.reason`.
 */
export class ToolLoopInterruptedError extends Error implements ToolLoopProgress {
  override readonly name: string = 'ToolLoopInterruptedError'
  readonly code = 'TOOL_LOOP_INTERRUPTED'
  readonly reason: ToolLoopInterruption
  readonly messages: ToolLoopProgress['messages']
  readonly usage: ToolLoopUsage
  readonly steps: number
  readonly verdicts: readonly NotedVerdict[]
  /** That of the cause. */
  readonly statusCode: number | undefined
  /** That of the cause. */
  readonly retryAfterMs: number | undefined

  constructor(reason: ToolLoopInterruption, cause: unknown, progress: ToolLoopProgress) {
    const { messages, usage, steps, verdicts } = progress
    super(`The tool loop was ${HOW[reason]} after ${steps} answers: ${messageOf(cause)}`, { cause })
    this.reason = reason
    this.messages = messages
    this.usage = usage
    this.steps = steps
    this.verdicts = verdicts
    this.statusCode = errorStatus(cause)
    const wait = readProperty(cause, 'retryAfterMs')
    this.retryAfterMs = typeof wait === 'number' ? wait : undefined
    brand(this, 'ToolLoopInterruptedError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is ToolLoopInterruptedError {
    return isBranded(error, 'ToolLoopInterruptedError')
  }
}

const HOW = { aborted: 'aborted', stopped: 'stopped', failed: 'interrupted' } as const
