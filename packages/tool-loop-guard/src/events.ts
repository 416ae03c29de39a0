import type { Action, Evidence, Reason } from './guard.ts'

/** What a guard tells its observer: counts and the tool's name, nothing of what was said. */
export interface ToolLoopGuardEvent extends Evidence {
  readonly type: 'tool-loop-guard.triggered'
  readonly name: string
  readonly action: Exclude<Action, 'allow'>
  readonly reason: Reason
}
