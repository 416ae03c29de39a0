import type { ContentBlock, Message, TokenUsage } from '@aws-sdk/client-bedrock-runtime'
import { isObject } from './json-schema/json.ts'

/** An answer of the model, as it came. */
export interface ModelAnswer {
  readonly content: readonly ContentBlock[]
  readonly stopReason: string
  readonly usage: Partial<TokenUsage> | undefined
}

/** A call that an answer asks for. */
export interface RequestedCall {
  readonly toolUseId: string
  readonly tool: string
  /** An object, or whatever came in its place: of a stream, text that is not JSON. */
  readonly input: unknown
}

/** An answer in the form in which Bedrock takes it back. */
export interface ReadAnswer {
  /** None when the answer is empty: Bedrock refuses such a message. */
  readonly message: Message | undefined
  readonly calls: readonly RequestedCall[]
  readonly text: string
}

/**
 * Reads an answer, and puts right what Bedrock gives but does not take back, so that one bad block does not spoil the
 * conversation for good: blank texts, inputs that are not objects, names of tools that no tool could have, and ids that
 * came before.
 *
 * @param usedIds - The ids in the conversation so far. Those of this answer are added.
 */
export function readAnswer({ content }: ModelAnswer, usedIds: Set<string>): ReadAnswer {
  const calls: RequestedCall[] = []
  const texts: string[] = []
  const kept = content.flatMap((block): ContentBlock[] => {
    if (block.text !== undefined) {
      if (block.text.trim() === '') return []
      texts.push(block.text)
    }
    const { toolUse } = block
    // One that the service runs by itself is none of ours.
    if (toolUse === undefined || toolUse.type === 'server_tool_use') return [block]
    const toolUseId = unusedId(toolUse.toolUseId, usedIds)
    const tool = toolUse.name ?? ''
    const { input = {} } = toolUse
    calls.push({ toolUseId, tool, input })
    const sendable = { toolUseId, name: toName(tool), input: isObject(input) ? input : {} }
    return [{ toolUse: sendable as never }]
  })
  const message: Message = { role: 'assistant', content: kept }
  return { message: kept.length > 0 ? message : undefined, calls, text: texts.join('') }
}

/** The ids of the tool uses in messages. */
export function idsIn(messages: readonly Message[]): Set<string> {
  const ids = messages.flatMap(({ content }) =>
    (content ?? []).map(({ toolUse }) => toolUse?.toolUseId ?? ''),
  )
  return new Set(ids)
}

/** Some models number their calls anew in each answer. */
function unusedId(id: string | undefined, usedIds: Set<string>): string {
  let unused = id || 'tooluse_1'
  for (let number = 2; usedIds.has(unused); number++) unused = `${id || 'tooluse'}_${number}`
  usedIds.add(unused)
  return unused
}

function toName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'unknown'
}
