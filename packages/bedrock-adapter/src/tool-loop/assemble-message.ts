import type {
  Citation,
  CitationsDelta,
  ContentBlock,
  ContentBlockDelta,
  ContentBlockStart,
  ConverseStreamOutput,
  TokenUsage,
} from '@aws-sdk/client-bedrock-runtime'
import type { ModelAnswer } from './answer.ts'

/** Puts the events of a ConverseStream together to the answer that Converse would have given. */
export interface Assembler {
  add(event: ConverseStreamOutput): void
  /** Whether the last event of the answer has come. */
  isComplete(): boolean
  answer(): ModelAnswer
}

/** A block, as far as it has come. What it will be is known by what comes for it. */
interface Block {
  readonly start: ContentBlockStart | undefined
  readonly deltas: ContentBlockDelta[]
}

export function createAssembler(): Assembler {
  const blocks = new Map<number, Block>()
  let stopReason: string | undefined
  let usage: TokenUsage | undefined

  function blockAt(index = 0, start?: ContentBlockStart): Block {
    const block = blocks.get(index) ?? { start, deltas: [] }
    blocks.set(index, block)
    return block
  }

  return {
    add({ contentBlockStart, contentBlockDelta, messageStop, metadata }) {
      if (contentBlockStart) blockAt(contentBlockStart.contentBlockIndex, contentBlockStart.start)
      const delta = contentBlockDelta?.delta
      if (delta) blockAt(contentBlockDelta.contentBlockIndex).deltas.push(delta)
      if (messageStop) stopReason = messageStop.stopReason ?? 'end_turn'
      usage = metadata?.usage ?? usage
    },
    isComplete: () => stopReason !== undefined,
    answer: () => ({
      content: [...blocks].sort(([a], [b]) => a - b).flatMap(([, block]) => toContent(block)),
      stopReason: stopReason ?? 'end_turn',
      usage,
    }),
  }
}

function toContent({ start, deltas }: Block): ContentBlock[] {
  const texts = (read: (delta: ContentBlockDelta) => string | undefined) =>
    deltas.map(read).join('')
  const has = (key: string) => deltas.some((delta) => key in delta)

  if (start?.toolUse || has('toolUse')) {
    const { toolUseId, name, type } = start?.toolUse ?? {}
    const input = toInput(texts((delta) => delta.toolUse?.input))
    return [{ toolUse: { toolUseId, name, input, ...(type && { type }) } }]
  }
  if (start?.toolResult) {
    return [{ toolResult: { ...start.toolResult, content: deltas.flatMap(toResults) } }]
  }
  if (start?.image) {
    const sources = deltas.flatMap(({ image }) => (image?.source ? [image.source] : []))
    return [{ image: { ...start.image, source: sources.at(-1) } }]
  }
  if (has('reasoningContent')) return [{ reasoningContent: toReasoning(deltas) }]
  const text = texts((delta) => delta.text)
  const citations = deltas.flatMap(({ citation }) => (citation ? [toCitation(citation)] : []))
  if (citations.length > 0) return [{ citationsContent: { content: [{ text }], citations } }]
  return has('text') ? [{ text }] : []
}

/** No input at all is that of a tool without parameters. What is not JSON stays text. */
function toInput(text: string): never {
  if (text.trim() === '') return {} as never
  try {
    return JSON.parse(text) as never
  } catch {
    return text as never
  }
}

function toResults({ toolResult = [] }: ContentBlockDelta): never[] {
  return toolResult as never[]
}

function toReasoning(deltas: readonly ContentBlockDelta[]): ContentBlock['reasoningContent'] & {} {
  const parts = deltas.flatMap(({ reasoningContent }) => reasoningContent ?? [])
  const redacted = parts.flatMap((part) => part.redactedContent ?? [])
  if (redacted.length > 0) return { redactedContent: Uint8Array.from(Buffer.concat(redacted)) }
  const signature = parts.map((part) => part.signature ?? '').join('')
  const text = parts.map((part) => part.text ?? '').join('')
  return { reasoningText: { text, ...(signature && { signature }) } }
}

function toCitation({ title, source, sourceContent, location }: CitationsDelta): Citation {
  return {
    ...(title !== undefined && { title }),
    ...(source !== undefined && { source }),
    ...(sourceContent && { sourceContent: sourceContent as never }),
    ...(location && { location }),
  }
}
