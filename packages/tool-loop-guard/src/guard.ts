import type { ToolLoopError } from './tool-loop-error.ts'

/** A tool call, as the model asked for it. */
export interface ToolCall {
  /** The id of the tool use. It matches results to calls, and a call whose id is passed again is not counted again. */
  readonly id?: string | undefined
  readonly tool: string
  readonly input?: unknown
}

/** How a call ended. */
export type ToolResult = { readonly output: unknown } | { readonly error: unknown }

/** One answer of the model. */
export interface Turn {
  /** Its text, without its tool calls. */
  readonly text?: string | undefined
  readonly usage?: TokenUsage | undefined
  /** What it cost, in the unit of `budgets.cost`. */
  readonly cost?: number | undefined
}

/** Token counts, with the names that Bedrock's Converse uses. Without `totalTokens`, input and output are added up. */
export interface TokenUsage {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly totalTokens?: number | undefined
}

/**
 * What to do with a call or an answer, from the mildest to the gravest:
 *
 * - `allow`: go on.
 * - `warn`: run the call, and give the model the verdict's message with the result. Once for each streak.
 * - `block`: do not run this call. Use the verdict's message as its result, so that every tool use has one.
 * - `finish`: do not run it. Give the model the message, ask it once more with tools off, and use that as the final answer.
 * - `stop`: end the run by throwing `guard.error()`.
 */
export type Action = 'allow' | 'warn' | 'block' | 'finish' | 'stop'

/** What a verdict is based on: counts and the tool's name, nothing of inputs, outputs, or texts. */
export interface Evidence {
  /** What found it: the name of a detector, `no-progress`, `steps`, or a budget, such as `budget.tokens`. */
  readonly detector: string
  readonly tool?: string | undefined
  /** How often it happened, or how much was used. */
  readonly count: number
  /** The count at which the guard acts or, if it never does, warns. */
  readonly limit: number
}

/** The guard's verdict on a call or an answer. The same history always gets the same verdicts. */
export type Verdict =
  | { readonly action: 'allow' }
  | {
      readonly action: Exclude<Action, 'allow'>
      readonly reason: Reason
      /** For the model: what it repeats, how often, the last error, and what to do instead. */
      readonly message: string
      readonly evidence: Evidence
    }

/** The reason of a verdict: the name of a detector, `no-progress`, `steps`, or `budget`. */
export type Reason =
  | 'no-progress'
  | 'steps'
  | 'budget'
  | 'same-call'
  | 'same-result'
  | 'same-error'
  | 'same-answer'
  | 'frequent'
  | 'failing-check'
  | 'unknown-tool'
  | 'same-text'
  | (string & {})

/** `off`: every verdict is `allow`. `warn`: no verdict is graver than `warn`. `enforce`: all verdicts. */
export type Mode = 'off' | 'warn' | 'enforce'

/** Watches one run of a conversation. No method throws, whatever it is given. */
export interface ToolLoopGuard {
  readonly name: string
  /** May be changed at any time. What was counted stays. */
  mode: Mode
  /** Call this before a tool runs. */
  before(call: ToolCall): Verdict
  /**
   * Call this when a tool has run or failed. Without an id the result is that of the oldest call that waits. A result is
   * ignored if its call was not announced, has a result, or was not to run.
   */
  after(id: string | undefined, result: ToolResult): void
  /** Call this for each answer of the model, before its tool calls, which then count as one step. */
  turn(turn?: Turn): Verdict
  /** The error to throw when a verdict is `stop`: the reason, the calls that led there, what was used, and a snapshot. */
  error(): ToolLoopError
  /** Call this when the user sends a message. Steps and repetitions are counted anew, budgets go on. */
  reset(): void
  /** The guard's state as plain JSON, without inputs, outputs, or texts. */
  snapshot(): GuardSnapshot
}

/** What `snapshot()` returns. Only its version is meant to be read. */
export interface GuardSnapshot {
  readonly version: 2
  readonly [field: string]: unknown
}
