/** A block of an answer, as far as it has come. */
export type PartialBlock =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  | {
      readonly type: 'toolUse'
      readonly toolUseId: string
      readonly name: string
      /** The input's JSON text, possibly cut. */
      readonly input: string
    }

/** An answer, as far as it has come. */
export interface PartialAnswer {
  /** The text of all text blocks. */
  readonly text: string
  readonly content: readonly PartialBlock[]
}

/** What one event of a stream says, whatever the operation's format. */
export interface StreamPiece {
  /** The event is, or may be, content: from here on the answer is the caller's. */
  readonly isContent: boolean
  /** The event says that the answer is complete. */
  readonly isLast: boolean
  /** Which block the rest is about. */
  readonly index: number
  readonly tool?: { readonly toolUseId: string; readonly name: string } | undefined
  readonly text?: string | undefined
  readonly reasoning?: string | undefined
  readonly toolInput?: string | undefined
}

/** Collects the pieces of a stream. */
export interface AnswerCollector {
  add(piece: StreamPiece): void
  partial(): PartialAnswer
}

interface Block {
  type: PartialBlock['type']
  tool: { readonly toolUseId: string; readonly name: string }
  chunks: string[]
}

export function createAnswerCollector(): AnswerCollector {
  const blocks = new Map<number, Block>()

  function add({ index, tool, text, reasoning, toolInput }: StreamPiece): void {
    const type =
      tool || toolInput !== undefined ? 'toolUse' : reasoning !== undefined ? 'reasoning' : 'text'
    const chunk = text ?? reasoning ?? toolInput
    if (tool === undefined && chunk === undefined) return
    let block = blocks.get(index)
    if (block === undefined) {
      block = { type, tool: tool ?? { toolUseId: '', name: '' }, chunks: [] }
      blocks.set(index, block)
    }
    if (chunk !== undefined) block.chunks.push(chunk)
  }

  function partial(): PartialAnswer {
    const content = [...blocks.values()].map(({ type, tool, chunks }): PartialBlock => {
      const text = chunks.join('')
      return type === 'toolUse' ? { type, ...tool, input: text } : { type, text }
    })
    const texts = content.map((block) => (block.type === 'text' ? block.text : ''))
    return { text: texts.join(''), content }
  }

  return { add, partial }
}
