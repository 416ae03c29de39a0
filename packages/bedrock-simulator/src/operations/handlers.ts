import { applyGuardrail } from './apply-guardrail.ts'
import { converse, converseStreaming } from './converse.ts'
import { countTokens } from './count-tokens.ts'
import type { OperationHandler } from './handler.ts'
import { invokeModel, invokeModelStreaming } from './invoke-model.ts'
import type { Operation } from './operation.ts'

export const handlers: Readonly<Record<Operation, OperationHandler>> = {
  Converse: converse,
  ConverseStream: converseStreaming,
  InvokeModel: invokeModel,
  InvokeModelWithResponseStream: invokeModelStreaming,
  CountTokens: countTokens,
  ApplyGuardrail: applyGuardrail,
}
