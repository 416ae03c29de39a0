import type { ToolLoopError } from './tool-loop-error.ts'

/** A call of a tool, as the model asked for it. */
export interface ToolCall {
  /** The id of the tool use: results are matched by it, and one that comes again is not counted again. */
  readonly id?: string | undefined
  readonly tool: string
  readonly input?: unknown
}

/** How a call ended. */
export type ToolResult = { readonly output: unknown } | { readonly error: unknown }

/** An answer of the model. */
export interface Turn {
  /** What it said, without its tool calls. */
  readonly text?: string | undefined
  readonly usage?: TokenUsage | undefined
  /** What it cost, in any unit: that of `budgets.cost`. */
  readonly cost?: number | undefined
}

/** As Bedrock's Converse tells it. */
export interface TokenUsage {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly totalTokens?: number | undefined
}

/**
 * What is to be done, from the mildest:
 *
 * - `allow`: go on.
 * - `warn`: go on, and give the model the verdict's message with the result. Once a streak.
 * - `block`: do not run this call; its tool result is the verdict's message, so that every tool use keeps its result.
 * - `finish`: do not run it; give the model its message, ask once more with tools off, and take that for the answer.
 * - `stop`: end the run, with `guard.error()`.
 */
export type Action = 'allow' | 'warn' | 'block' | 'finish' | 'stop'

/** What a verdict rests on. Holds no content of the user's: counts, and the tool's name. */
export interface Evidence {
  /** Who found it: the detector, `steps`, or the budget, as in `budget.tokens`. */
  readonly detector: string
  readonly tool?: string | undefined
  /** How often, or how much. */
  readonly count: number
  /** At how much the guard acts, or, where it never does, warns. */
  readonly limit: number
  /** Of a cycle, how many steps long. */
  readonly period?: number | undefined
}

/** What the guard says of a call or an answer. The same history has the same verdicts. */
export type Verdict =
  | { readonly action: 'allow' }
  | {
      readonly action: Exclude<Action, 'allow'>
      readonly reason: Reason
      /** For the model: what it does, how often, the last error, and a way out. */
      readonly message: string
      readonly evidence: Evidence
    }

/** Why: the name of the detector, `steps`, or `budget`. */
export type Reason =
  | 'steps'
  | 'budget'
  | 'same-call'
  | 'same-result'
  | 'same-error'
  | 'same-answer'
  | 'cycle'
  | 'frequent'
  | 'unknown-tool'
  | 'same-text'
  | (string & {})

/** `off`: everything is allowed. `warn`: nothing graver than a warning. `enforce`: the whole ladder. */
export type Mode = 'off' | 'warn' | 'enforce'

/** Watches one run of a conversation. */
export interface ToolLoopGuard {
  readonly name: string
  /** May be changed at any time; what has been counted stays. */
  mode: Mode
  /** Before a tool runs. Never throws. */
  before(call: ToolCall): Verdict
  /**
   * When it has run, or has failed. Without an id it is the oldest call that waits. Of a call that was not announced, that
   * has its result already, or that was not to run, it does nothing. Never throws.
   */
  after(id: string | undefined, result: ToolResult): void
  /** For each answer of the model, before the calls that it asks for: they are judged as one step. Never throws. */
  turn(turn?: Turn): Verdict
  /** What to throw when a verdict says `stop`: why, the calls that led there, what was used, and how to go on. */
  error(): ToolLoopError
  /** A new message of the user: streaks and steps begin anew, budgets go on. */
  reset(): void
  /** All that it knows, as plain JSON without content of the user's. */
  snapshot(): GuardSnapshot
}

/** Made by `snapshot()`; only its version is for others to read. */
export interface GuardSnapshot {
  readonly version: 1
  readonly [field: string]: unknown
}
