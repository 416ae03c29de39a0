import type { ConverseStreamOutput, ResponseStream } from '@aws-sdk/client-bedrock-runtime'
import { readProperty } from '@holdfast/internal'
import type { StreamPiece } from './partial-answer.ts'

/** Reads an event of ConverseStream. */
export function readConverseEvent(event: ConverseStreamOutput): StreamPiece {
  const { contentBlockStart, contentBlockDelta, messageStop } = event
  const index = contentBlockDelta?.contentBlockIndex ?? contentBlockStart?.contentBlockIndex ?? 0
  const toolUse = contentBlockStart?.start?.toolUse
  const delta = contentBlockDelta?.delta
  return {
    isContent: contentBlockDelta !== undefined,
    isLast: messageStop !== undefined,
    index,
    tool: toolUse && { toolUseId: toolUse.toolUseId ?? '', name: toolUse.name ?? '' },
    text: delta?.text,
    reasoning: delta?.reasoningContent?.text,
    toolInput: delta?.toolUse?.input,
  }
}

/**
 * Reads a chunk of InvokeModelWithResponseStream: in Anthropic's format, in Nova's (Converse's own events), or in
 * any other, of which only the end is known: the last chunk of every model carries the service's metrics.
 */
export function readInvokeChunk(event: ResponseStream): StreamPiece {
  const chunk = parseChunk(event)
  const type = readProperty(chunk, 'type')
  if (typeof type === 'string')
    return { ...readAnthropicEvent(type, chunk), isLast: isLastChunk(chunk) }
  const isEvent = [
    'messageStart',
    'contentBlockStart',
    'contentBlockDelta',
    'contentBlockStop',
    'messageStop',
    'metadata',
  ].some((key) => readProperty(chunk, key) !== undefined)
  const piece = readConverseEvent((isEvent ? chunk : {}) as ConverseStreamOutput)
  return { ...piece, isContent: piece.isContent || !isEvent, isLast: isLastChunk(chunk) }
}

function parseChunk(event: ResponseStream): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(event.chunk?.bytes))
  } catch {
    return undefined
  }
}

function isLastChunk(chunk: unknown): boolean {
  return (
    readProperty(chunk, 'type') === 'message_stop' ||
    readProperty(chunk, 'messageStop') !== undefined ||
    readProperty(chunk, 'amazon-bedrock-invocationMetrics') !== undefined
  )
}

function readAnthropicEvent(type: string, event: unknown): Omit<StreamPiece, 'isLast'> {
  const text = (from: unknown, key: string) => {
    const value = readProperty(from, key)
    return typeof value === 'string' ? value : undefined
  }
  const index = Number(readProperty(event, 'index') ?? 0)
  const delta = readProperty(event, 'delta')
  const block = readProperty(event, 'content_block')
  const isTool = type === 'content_block_start' && readProperty(block, 'type') === 'tool_use'
  return {
    isContent: type === 'content_block_delta',
    index,
    tool: isTool
      ? { toolUseId: text(block, 'id') ?? '', name: text(block, 'name') ?? '' }
      : undefined,
    text: text(delta, 'text'),
    reasoning: text(delta, 'thinking'),
    toolInput: text(delta, 'partial_json'),
  }
}
