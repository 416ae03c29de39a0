import type { Ask } from '../behaviours/answer.ts'
import { tokensOf } from '../behaviours/tokens.ts'
import { brokenConstraint, invalid } from '../exceptions.ts'
import { isRecord } from '../json.ts'
import { atLeast, member, unexpected, within } from './constraints.ts'

type Json = Record<string, unknown>

/** Reads a Converse request, or throws what the service answers to a wrong one. */
export function readConverse(model: string, body: Json): Ask {
  const messages = readMessages(body)
  const config = member(body, 'inferenceConfig')
  atLeast(config['maxTokens'], 1, 'inferenceConfig.maxTokens')
  within(config['temperature'], 'inferenceConfig.temperature')
  within(config['topP'], 'inferenceConfig.topP')
  const forcedTool = readTools(body, messages)
  return {
    model,
    inputTokens: tokensOf([messages, body['system'], body['toolConfig']]),
    maxTokens: config['maxTokens'] as number | undefined,
    lastText: lastUserText(messages),
    forcedTool,
    echoed: {
      ...(isRecord(body['performanceConfig']) && { performanceConfig: body['performanceConfig'] }),
      ...(isRecord(body['serviceTier']) && { serviceTier: body['serviceTier'] }),
    },
  }
}

interface Message {
  readonly role: string
  readonly content: readonly Json[]
}

function readMessages(body: Json): Message[] {
  const { messages } = body
  if (messages === undefined || messages === null) {
    throw brokenConstraint(messages, 'messages', 'Member must not be null')
  }
  if (!Array.isArray(messages)) throw unexpected(messages, 'messages', 'a list')
  const read = messages.map((message, index) => readMessage(message, index))
  if (read[0]?.role !== 'user') {
    throw invalid(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    )
  }
  if (read.some((message, index) => index > 0 && message.role === read[index - 1]?.role)) {
    throw invalid(
      'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
    )
  }
  checkToolResults(read)
  return read
}

function readMessage(message: unknown, index: number): Message {
  const at = `messages.${index + 1}.member`
  if (!isRecord(message)) throw unexpected(message, at, 'a structure')
  const { role, content } = message
  if (role !== 'user' && role !== 'assistant') {
    throw brokenConstraint(
      typeof role === 'string' ? role : undefined,
      `${at}.role`,
      typeof role === 'string'
        ? 'Member must satisfy enum value set: [user, assistant]'
        : 'Member must not be null',
    )
  }
  if (content === undefined || content === null) {
    throw brokenConstraint(content, `${at}.content`, 'Member must not be null')
  }
  if (!Array.isArray(content)) throw unexpected(content, `${at}.content`, 'a list')
  if (content.length === 0) {
    throw invalid(
      `The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`,
    )
  }
  return { role, content: content.map((block, place) => readBlock(block, index, place)) }
}

function readBlock(block: unknown, message: number, place: number): Json {
  const at = `messages.${message}.content.${place}`
  if (!isRecord(block)) throw unexpected(block, at, 'a structure')
  if (Object.keys(block).length !== 1) {
    throw invalid(
      `The ContentBlock object at ${at} must set one of the following keys: text, image, document, video, audio, toolUse, toolResult, guardContent, cachePoint, reasoningContent.`,
    )
  }
  const { text } = block
  if ('text' in block && typeof text !== 'string') throw unexpected(text, `${at}.text`, 'a string')
  if (typeof text === 'string' && text.trim() === '') {
    throw invalid(
      `The text field in the ContentBlock object at ${at} is blank. Add text to the text field, and try again.`,
    )
  }
  return block
}

/** A turn must answer the tool calls of the turn before it: all of them, and no others. */
function checkToolResults(messages: readonly Message[]): void {
  for (const [index, { content }] of messages.entries()) {
    const asked = ids(messages[index - 1]?.content ?? [], 'toolUse')
    const answered = ids(content, 'toolResult')
    if (answered.length > asked.length) {
      throw invalid(
        `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`,
      )
    }
    const missing = asked.filter((id) => !answered.includes(id))
    if (missing.length > 0) {
      throw invalid(
        `Expected toolResult blocks at messages.${index}.content for the following Ids: ${missing.join(', ')}`,
      )
    }
  }
}

function ids(content: readonly Json[], kind: 'toolUse' | 'toolResult'): unknown[] {
  return content.flatMap((block) => {
    const inner = block[kind]
    return isRecord(inner) ? [inner['toolUseId']] : []
  })
}

function readTools(body: Json, messages: readonly Message[]): Ask['forcedTool'] {
  const usesTools = messages.some(({ content }) =>
    content.some((block) => 'toolUse' in block || 'toolResult' in block),
  )
  if (body['toolConfig'] === undefined || body['toolConfig'] === null) {
    if (!usesTools) return undefined
    throw invalid(
      'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    )
  }
  const config = member(body, 'toolConfig')
  const { tools } = config
  if (!Array.isArray(tools)) throw unexpected(tools, 'toolConfig.tools', 'a list')
  if (tools.length === 0) {
    throw brokenConstraint(
      '[]',
      'toolConfig.tools',
      'Member must have length greater than or equal to 1',
    )
  }
  const choice = member(config, 'toolChoice')
  const specs = tools.flatMap((tool) =>
    isRecord(tool) && isRecord(tool['toolSpec']) ? [tool['toolSpec']] : [],
  )
  const wanted = isRecord(choice['tool']) ? choice['tool']['name'] : undefined
  if (wanted === undefined && !('any' in choice)) return undefined
  const spec = wanted === undefined ? specs[0] : specs.find(({ name }) => name === wanted)
  if (!spec || typeof spec['name'] !== 'string') {
    throw invalid(
      `The tool ${String(wanted)} in toolChoice is not defined in toolConfig. Define it and try again.`,
    )
  }
  return { name: spec['name'], schema: member(spec, 'inputSchema')['json'] }
}

function lastUserText(messages: readonly Message[]): string {
  const texts = messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => content.map(({ text }) => text))
    .filter((text): text is string => typeof text === 'string')
  return texts.at(-1) ?? ''
}
