import type { ConverseStreamCommandInput } from '@aws-sdk/client-bedrock-runtime'
import type { ModelAnswer } from './answer.ts'
import type { Listener } from './tool-loop-events.ts'

/** Where a request belongs. */
export interface AskContext {
  readonly signal: AbortSignal
  readonly step: number
  readonly listener: Listener
}

/** Asks the model once, by one of the two operations. */
export type Ask = (input: ConverseStreamCommandInput, context: AskContext) => Promise<ModelAnswer>
