import { describe, expect, it } from 'vitest'
import { createAnswerCollector, type StreamPiece } from './partial-answer.ts'
import { readConverseEvent, readInvokeChunk } from './stream-events.ts'

const chunk = (value: unknown) =>
  readInvokeChunk({ chunk: { bytes: new TextEncoder().encode(JSON.stringify(value)) } })

function collect(pieces: readonly StreamPiece[]) {
  const collector = createAnswerCollector()
  for (const piece of pieces) collector.add(piece)
  return collector.partial()
}

/** Text, then thinking, then a tool's input cut short, as each format spells it. */
const formats = {
  Converse: [
    readConverseEvent({ messageStart: { role: 'assistant' } }),
    readConverseEvent({ contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hel' } } }),
    readConverseEvent({ contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'lo' } } }),
    readConverseEvent({ contentBlockStop: { contentBlockIndex: 0 } }),
    readConverseEvent({
      contentBlockDelta: { contentBlockIndex: 1, delta: { reasoningContent: { text: 'Hm' } } },
    }),
    readConverseEvent({
      contentBlockStart: {
        contentBlockIndex: 2,
        start: { toolUse: { toolUseId: 't1', name: 'look' } },
      },
    }),
    readConverseEvent({
      contentBlockDelta: { contentBlockIndex: 2, delta: { toolUse: { input: '{"at":' } } },
    }),
  ],
  'InvokeModel, Anthropic': [
    chunk({ type: 'message_start', message: { role: 'assistant' } }),
    chunk({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    chunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } }),
    chunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } }),
    chunk({
      type: 'content_block_delta',
      index: 1,
      delta: { type: 'thinking_delta', thinking: 'Hm' },
    }),
    chunk({
      type: 'content_block_start',
      index: 2,
      content_block: { type: 'tool_use', id: 't1', name: 'look' },
    }),
    chunk({
      type: 'content_block_delta',
      index: 2,
      delta: { type: 'input_json_delta', partial_json: '{"at":' },
    }),
  ],
  'InvokeModel, Nova': [
    chunk({ messageStart: { role: 'assistant' } }),
    chunk({ contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hello' } } }),
    chunk({
      contentBlockDelta: { contentBlockIndex: 1, delta: { reasoningContent: { text: 'Hm' } } },
    }),
    chunk({
      contentBlockStart: {
        contentBlockIndex: 2,
        start: { toolUse: { toolUseId: 't1', name: 'look' } },
      },
    }),
    chunk({ contentBlockDelta: { contentBlockIndex: 2, delta: { toolUse: { input: '{"at":' } } } }),
  ],
}

describe.each(Object.entries(formats))('a stream of %s', (_, pieces) => {
  it('is collected block by block, as far as it came', () => {
    expect(collect(pieces)).toEqual({
      text: 'Hello',
      content: [
        { type: 'text', text: 'Hello' },
        { type: 'reasoning', text: 'Hm' },
        { type: 'toolUse', toolUseId: 't1', name: 'look', input: '{"at":' },
      ],
    })
  })

  it('begins to be content with its first delta', () => {
    const first = pieces.findIndex((piece) => piece.isContent)
    expect(pieces[first]?.text).toMatch(/^Hel/)
    expect(pieces.some((piece) => piece.isLast)).toBe(false)
  })
})

describe('the last event', () => {
  it.each([
    ['Converse', readConverseEvent({ messageStop: { stopReason: 'end_turn' } })],
    ['Anthropic', chunk({ type: 'message_stop' })],
    ['Nova', chunk({ messageStop: { stopReason: 'end_turn' } })],
    ['any other', chunk({ outputText: '', 'amazon-bedrock-invocationMetrics': {} })],
  ])('is known in the format of %s', (_, piece) => {
    expect(piece.isLast).toBe(true)
  })
})

describe('a chunk of a format that is not known', () => {
  it.each([
    ['JSON', chunk({ generation: 'Hi' })],
    ['not JSON', readInvokeChunk({ chunk: { bytes: new Uint8Array([0xff]) } })],
    ['empty', readInvokeChunk({} as never)],
  ])('is taken for content when it is %s', (_, piece) => {
    expect(piece).toMatchObject({ isContent: true, isLast: false })
  })
})
