import type { TokenUsage } from '@aws-sdk/client-bedrock-runtime'

/** Tokens, added up over the answers of a run. */
export interface ToolLoopUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  readonly cacheReadInputTokens: number
  readonly cacheWriteInputTokens: number
}

export const NO_USAGE: ToolLoopUsage = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cacheReadInputTokens: 0,
  cacheWriteInputTokens: 0,
}

export function addUsage(sum: ToolLoopUsage, usage: Partial<TokenUsage> = {}): ToolLoopUsage {
  const add = (key: keyof ToolLoopUsage) => sum[key] + (usage[key] ?? 0)
  return {
    inputTokens: add('inputTokens'),
    outputTokens: add('outputTokens'),
    totalTokens: add('totalTokens'),
    cacheReadInputTokens: add('cacheReadInputTokens'),
    cacheWriteInputTokens: add('cacheWriteInputTokens'),
  }
}
