import type { Message, ToolResultBlock } from '@aws-sdk/client-bedrock-runtime'
import type { Verdict } from '@holdfast/tool-loop-guard'
import type { ToolLoopResult } from './tool-loop-result.ts'
import type { ToolLoopUsage } from './usage.ts'

/** What happens in a run, as it happens. `step` is the answer that it belongs to, from 1. */
export type ToolLoopEvent =
  /** A piece of the answer's text, or of the model's reasoning. Only of a stream. */
  | { readonly type: 'text' | 'reasoning'; readonly step: number; readonly text: string }
  /** The model begins to write a call. Only of a stream. */
  | {
      readonly type: 'tool-use'
      readonly step: number
      readonly toolUseId: string
      readonly tool: string
    }
  /** An answer is complete: the message as it stands in the conversation, if it is not empty. */
  | {
      readonly type: 'answer'
      readonly step: number
      readonly message: Message | undefined
      readonly stopReason: string
      readonly usage: ToolLoopUsage
    }
  /** The guard has something to say of an answer, or, with a `toolUseId`, of a call. */
  | (NotedVerdict & { readonly type: 'verdict' })
  /** A tool is about to run. */
  | {
      readonly type: 'tool-started'
      readonly step: number
      readonly toolUseId: string
      readonly tool: string
      readonly input: unknown
    }
  /** What the model is told of a call, whether it was run or not. */
  | {
      readonly type: 'tool-result'
      readonly step: number
      readonly toolUseId: string
      readonly tool: string
      readonly result: ToolResultBlock
    }
  /** The run has ended well. The last event. */
  | { readonly type: 'end'; readonly result: ToolLoopResult }

/** What the guard said, other than `allow`. */
export interface NotedVerdict {
  readonly step: number
  /** The call, if it was about one. */
  readonly toolUseId?: string | undefined
  readonly verdict: Exclude<Verdict, { readonly action: 'allow' }>
}

/** Who follows a run. */
export interface Listener {
  tell(event: ToolLoopEvent): void
  /** Resolves when what was told has been taken: a reader that is slow slows the model's stream down. */
  room(): Promise<void>
}

export const NOBODY: Listener = { tell() {}, room: () => Promise.resolve() }
