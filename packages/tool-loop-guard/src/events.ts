import type { CallbackFailedEvent } from '@holdfast/internal'
import type { Action, Evidence, Mode, Reason } from './guard.ts'

/** What a guard reports. No event holds inputs, outputs, or texts; `callback.failed` holds what your callback threw. */
export type ToolLoopGuardEvent =
  | {
      readonly type: 'tool-loop-guard.created'
      readonly name: string
      readonly mode: Mode
      /** The reasons that its verdicts may have. */
      readonly reasons: readonly Reason[]
    }
  | ({
      readonly type: 'tool-loop-guard.triggered'
      readonly name: string
      readonly action: Exclude<Action, 'allow'>
      readonly reason: Reason
    } & Evidence)
  | CallbackFailedEvent
