import type { ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { createAssembler } from './assemble-message.ts'

const start = (contentBlockIndex: number, start: object) => ({
  contentBlockStart: { contentBlockIndex, start },
})
const delta = (contentBlockIndex: number, delta: object) => ({
  contentBlockDelta: { contentBlockIndex, delta },
})
const stop = (stopReason?: string) => ({ messageStop: { stopReason } })

/** What comes of these events. */
function assemble(...events: object[]) {
  const assembler = createAssembler()
  for (const event of events) assembler.add(event as ConverseStreamOutput)
  return { ...assembler.answer(), isComplete: assembler.isComplete() }
}

describe('an answer put together of its events', () => {
  it('has its blocks in order, each whole', () => {
    const answer = assemble(
      { messageStart: { role: 'assistant' } },
      delta(0, { reasoningContent: { text: 'Hm, ' } }),
      delta(0, { reasoningContent: { text: 'well.' } }),
      delta(0, { reasoningContent: { signature: 'sig' } }),
      { contentBlockStop: { contentBlockIndex: 0 } },
      start(2, { toolUse: { toolUseId: 't1', name: 'look' } }),
      delta(2, { toolUse: { input: '{"a":' } }),
      delta(1, { text: 'Let me ' }),
      delta(2, { toolUse: { input: '[1]}' } }),
      delta(1, { text: 'look.' }),
      stop('tool_use'),
      { metadata: { usage: { inputTokens: 3 } } },
      { metadata: { metrics: {} } },
    )
    expect(answer).toEqual({
      content: [
        { reasoningContent: { reasoningText: { text: 'Hm, well.', signature: 'sig' } } },
        { text: 'Let me look.' },
        { toolUse: { toolUseId: 't1', name: 'look', input: { a: [1] } } },
      ],
      stopReason: 'tool_use',
      usage: { inputTokens: 3 },
      isComplete: true,
    })
  })

  it.each([
    ['no input at all', [], {}],
    ['blank input', ['', ' '], {}],
    ['input that is cut', ['{"a": [1', ', 2'], '{"a": [1, 2'],
    ['input that is no object', ['7'], 7],
  ])('has %s of a tool use', (_, inputs, input) => {
    const { content } = assemble(
      start(0, { toolUse: { toolUseId: 't', name: 'n' } }),
      ...inputs.map((input) => delta(0, { toolUse: { input } })),
      stop('tool_use'),
    )
    expect(content).toEqual([{ toolUse: { toolUseId: 't', name: 'n', input } }])
  })

  it('keeps the encrypted reasoning of a model, byte for byte', () => {
    const redacted = (...bytes: number[]) => ({
      reasoningContent: { redactedContent: new Uint8Array(bytes) },
    })
    const { content } = assemble(delta(0, redacted(1, 2)), delta(0, redacted(3)), stop('end_turn'))
    expect(content).toEqual([{ reasoningContent: { redactedContent: new Uint8Array([1, 2, 3]) } }])
  })

  it('keeps reasoning that has no signature', () => {
    const { content } = assemble(delta(0, { reasoningContent: { text: 'Hm.' } }), stop())
    expect(content).toEqual([{ reasoningContent: { reasoningText: { text: 'Hm.' } } }])
  })

  it('has the citations with the text that they are for', () => {
    const citation = { title: 'Tides', location: { web: { url: 'https://example.com' } } }
    const { content } = assemble(delta(0, { text: 'High.' }), delta(0, { citation }), stop())
    expect(content).toEqual([
      { citationsContent: { content: [{ text: 'High.' }], citations: [citation] } },
    ])
  })

  it('has what the service’s own tools were asked and said', () => {
    const use = { toolUseId: 's', name: 'search', type: 'server_tool_use' }
    const { content } = assemble(
      start(0, { toolUse: use }),
      start(1, { toolResult: { toolUseId: 's', status: 'success' } }),
      delta(1, { toolResult: [{ text: 'found' }] }),
      start(2, { image: { format: 'png' } }),
      delta(2, { image: { source: { bytes: new Uint8Array([1]) } } }),
      stop(),
    )
    expect(content).toEqual([
      { toolUse: { ...use, input: {} } },
      { toolResult: { toolUseId: 's', status: 'success', content: [{ text: 'found' }] } },
      { image: { format: 'png', source: { bytes: new Uint8Array([1]) } } },
    ])
  })

  it('is not complete without its last event, and leaves unknown events out', () => {
    expect(assemble(delta(0, { text: 'a' }))).toMatchObject({ isComplete: false })
    expect(assemble({ $unknown: ['new', {}] }, delta(0, { novelty: 1 }), stop())).toMatchObject({
      content: [],
      stopReason: 'end_turn',
      isComplete: true,
    })
  })
})
