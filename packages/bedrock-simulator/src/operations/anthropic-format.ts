import { type Answer, type AnswerBlock, type Ask, token } from '../behaviours/answer.ts'
import { tokensOf } from '../behaviours/tokens.ts'
import { brokenConstraint, invalid } from '../exceptions.ts'
import { isRecord } from '../json.ts'
import { type Format, pieces, type StreamEvent, wordGroups } from './format.ts'

/** Anthropic's Messages API, which Claude models speak under InvokeModel. */
export const anthropicFormat: Format = {
  read: readAnthropic,

  body: (answer) => ({
    ...message(answer),
    content: answer.blocks.map(block),
    stop_reason: answer.stopReason,
    usage: { ...inputUsage(answer), output_tokens: answer.usage.outputTokens },
  }),

  events: (answer) => {
    const payloads: StreamEvent['payload'][] = [
      {
        type: 'message_start',
        message: { ...message(answer), usage: { ...inputUsage(answer), output_tokens: 1 } },
      },
      ...answer.blocks.flatMap((each, index) => blockEvents(each, index, answer.deltas)),
      {
        type: 'message_delta',
        delta: { stop_reason: answer.stopReason, stop_sequence: null },
        usage: { output_tokens: answer.usage.outputTokens },
      },
      { type: 'message_stop' },
    ]
    return payloads.map((payload) => ({ type: String(payload['type']), payload }))
  },
}

function readAnthropic(model: string, body: Record<string, unknown>): Ask {
  required(body, 'anthropic_version')
  required(body, 'max_tokens')
  required(body, 'messages')
  const { max_tokens: maxTokens, messages } = body
  if (!Number.isInteger(maxTokens)) {
    throw invalid('max_tokens: Input should be a valid integer')
  }
  if ((maxTokens as number) < 1) {
    throw brokenConstraint(
      maxTokens,
      'max_tokens',
      'Member must have value greater than or equal to 1',
    )
  }
  if (!Array.isArray(messages)) throw invalid('messages: Input should be a valid list')
  if (messages.length === 0) throw invalid('messages: at least one message is required')
  for (const [index, each] of messages.entries()) checkMessage(each, index)
  return {
    model,
    inputTokens: tokensOf([messages, body['system'], body['tools']]),
    maxTokens: maxTokens as number,
    lastText: lastUserText(messages),
    forcedTool: forcedTool(body),
    echoed: {},
  }
}

function required(body: Record<string, unknown>, name: string): void {
  if (body[name] === undefined || body[name] === null) throw invalid(`${name}: Field required`)
}

function checkMessage(message: unknown, index: number): void {
  if (!isRecord(message)) throw invalid(`messages.${index}: Input should be a valid dictionary`)
  const { role, content } = message
  if (role !== 'user' && role !== 'assistant') {
    throw invalid(`messages.${index}.role: Input should be 'user' or 'assistant'`)
  }
  if (typeof content !== 'string' && !Array.isArray(content)) {
    throw invalid(`messages.${index}.content: Field required`)
  }
  if (content.length === 0) {
    throw invalid(`messages.${index}: user messages must have non-empty content`)
  }
}

function lastUserText(messages: readonly unknown[]): string {
  const texts = messages
    .filter((each) => isRecord(each) && each['role'] === 'user')
    .flatMap((each) => {
      const { content } = each as { content: unknown }
      if (typeof content === 'string') return [content]
      return Array.isArray(content) ? content.map((part) => isRecord(part) && part['text']) : []
    })
    .filter((text): text is string => typeof text === 'string')
  return texts.at(-1) ?? ''
}

function forcedTool(body: Record<string, unknown>): Ask['forcedTool'] {
  const choice = isRecord(body['tool_choice']) ? body['tool_choice'] : {}
  if (choice['type'] !== 'any' && choice['type'] !== 'tool') return undefined
  const tools = (Array.isArray(body['tools']) ? body['tools'] : []).filter(isRecord)
  const tool =
    choice['type'] === 'any' ? tools[0] : tools.find(({ name }) => name === choice['name'])
  if (!tool || typeof tool['name'] !== 'string') {
    throw invalid(`tool_choice.name: Tool '${String(choice['name'])}' not found in provided tools`)
  }
  return { name: tool['name'], schema: tool['input_schema'] }
}

function message({ model, random }: Answer): Record<string, unknown> {
  return {
    model: model.replace(/^.*anthropic\./, '').replace(/-v\d+(:\d+)?$/, ''),
    id: `msg_bdrk_${token(random, 24)}`,
    type: 'message',
    role: 'assistant',
    content: [],
    stop_reason: null,
    stop_sequence: null,
  }
}

function inputUsage({ usage }: Answer): Record<string, number> {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteInputTokens ?? 0,
    cache_read_input_tokens: usage.cacheReadInputTokens ?? 0,
  }
}

function block(from: AnswerBlock): Record<string, unknown> {
  switch (from.type) {
    case 'text':
      return { type: 'text', text: from.text }
    case 'tool':
      return { type: 'tool_use', id: from.id, name: from.name, input: from.input }
    case 'reasoning':
      return { type: 'thinking', thinking: from.text, signature: from.signature }
  }
}

function blockEvents(from: AnswerBlock, index: number, deltas: number): StreamEvent['payload'][] {
  return [
    { type: 'content_block_start', index, content_block: emptyBlock(from) },
    ...blockDeltas(from, deltas).map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]
}

function emptyBlock(from: AnswerBlock): Record<string, unknown> {
  if (from.type === 'text') return { type: 'text', text: '' }
  if (from.type === 'reasoning') return { type: 'thinking', thinking: '', signature: '' }
  return { type: 'tool_use', id: from.id, name: from.name, input: {} }
}

function blockDeltas(from: AnswerBlock, deltas: number): Record<string, unknown>[] {
  switch (from.type) {
    case 'text':
      return wordGroups(from.text, deltas).map((text) => ({ type: 'text_delta', text }))
    case 'tool':
      return pieces(JSON.stringify(from.input), deltas).map((json) => ({
        type: 'input_json_delta',
        partial_json: json,
      }))
    case 'reasoning':
      return [
        ...wordGroups(from.text, deltas).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: from.signature },
      ]
  }
}
