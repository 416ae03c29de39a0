import { brand, isBranded } from '@holdfast/internal'
import type { Evidence, GuardSnapshot, Reason } from './guard.ts'

/** One call in the history of a run, without content of the user's. */
export interface CallOutcome {
  /** The answer of the model that asked for it, from 1. */
  readonly step: number
  readonly tool: string
  readonly outcome: 'pending' | 'blocked' | 'output' | 'error' | 'outage'
}

/** What a run has used. */
export interface Usage {
  readonly steps: number
  readonly calls: number
  readonly tokens: number
  /** In the unit of `budgets.cost`. */
  readonly cost: number
  readonly wallMs: number
}

/** What a {@link ToolLoopError} tells. */
export interface ToolLoopFacts {
  readonly reason: Reason
  readonly evidence: Evidence
  readonly history: readonly CallOutcome[]
  readonly usage: Usage
  readonly snapshot: GuardSnapshot
}

/** The run was stopped: the agent looped, or has used up what it may. Nothing that it has done is lost. */
export class ToolLoopError extends Error {
  override readonly name: string = 'ToolLoopError'
  readonly code = 'TOOL_LOOP'
  readonly reason: Reason
  readonly evidence: Evidence
  /** The last calls, oldest first. */
  readonly history: readonly CallOutcome[]
  readonly usage: Usage
  /** To go on from here, with other limits or a word of the user: `createToolLoopGuard({ snapshot })`. */
  readonly snapshot: GuardSnapshot

  constructor(message: string, { reason, evidence, history, usage, snapshot }: ToolLoopFacts) {
    super(message)
    this.reason = reason
    this.evidence = evidence
    this.history = history
    this.usage = usage
    this.snapshot = snapshot
    brand(this, 'ToolLoopError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is ToolLoopError {
    return isBranded(error, 'ToolLoopError')
  }
}
