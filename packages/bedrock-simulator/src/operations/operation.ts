/** The operations of Bedrock Runtime that the simulator answers. */
export type Operation =
  | 'Converse'
  | 'ConverseStream'
  | 'InvokeModel'
  | 'InvokeModelWithResponseStream'
  | 'CountTokens'
  | 'ApplyGuardrail'

export const operations: readonly Operation[] = [
  'Converse',
  'ConverseStream',
  'InvokeModel',
  'InvokeModelWithResponseStream',
  'CountTokens',
  'ApplyGuardrail',
]

/** Whether a model answers it, so that quotas count it. Counting tokens and guardrails have their own. */
export function isInference(operation: Operation): boolean {
  return operation !== 'CountTokens' && operation !== 'ApplyGuardrail'
}
