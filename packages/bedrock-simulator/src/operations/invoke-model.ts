import type { Answer } from '../behaviours/answer.ts'
import { anthropicFormat } from './anthropic-format.ts'
import { converseFormat } from './converse-format.ts'
import { chunkStream, unary } from './encode.ts'
import type { Format } from './format.ts'
import { jsonBody, type OperationHandler } from './handler.ts'

/** Claude speaks Anthropic's Messages API. Every other model speaks as Nova does, in Converse's JSON. */
function formatOf(model: string): Format {
  return isClaude(model) ? anthropicFormat : converseFormat
}

function isClaude(model: string): boolean {
  return /anthropic|claude/i.test(model)
}

export const invokeModel: OperationHandler = {
  read: (model, body) => formatOf(model).read(model, jsonBody(body)),
  prepare: (answer) => unary(formatOf(answer.model).body(answer), tokenHeaders(answer)),
}

export const invokeModelStreaming: OperationHandler = {
  read: invokeModel.read,
  prepare: (answer) => {
    const events = formatOf(answer.model).events(answer)
    // Claude's events name their type inside; Nova's are wrapped in it.
    const chunks = isClaude(answer.model)
      ? events.map(({ payload }) => payload)
      : events.map(({ type, payload }) => ({ [type]: payload }))
    return chunkStream(chunks, answer)
  },
}

function tokenHeaders({ usage, latencyMs }: Answer): Record<string, string> {
  return {
    'x-amzn-bedrock-invocation-latency': String(latencyMs),
    'x-amzn-bedrock-input-token-count': String(usage.inputTokens),
    'x-amzn-bedrock-output-token-count': String(usage.outputTokens),
  }
}
