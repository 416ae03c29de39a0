import type { Message, StopReason } from '@aws-sdk/client-bedrock-runtime'
import type { NotedVerdict } from './tool-loop-events.ts'
import type { ToolLoopUsage } from './usage.ts'

/** What a run has done so far. */
export interface ToolLoopProgress {
  /**
   * The conversation: what was given, then answers and results. Each tool use has its result, so it can be sent again. It may
   * end with results; a message of the user's behind them is joined with them by the next run.
   */
  readonly messages: Message[]
  readonly usage: ToolLoopUsage
  /** How many answers the model gave. */
  readonly steps: number
  /** What the guard said, other than `allow`. */
  readonly verdicts: readonly NotedVerdict[]
}

/** How a run ended. */
export interface ToolLoopResult extends ToolLoopProgress {
  /** The text of the last answer. */
  readonly text: string
  /** As Bedrock gives it; `guard` when the guard asked for a last answer. `tool_use` is none: such a run goes on. */
  readonly stopReason: Exclude<StopReason, 'tool_use'> | 'guard' | (string & {})
}
