import type { Answer, AnswerBlock } from '../behaviours/answer.ts'
import { readConverse } from './converse-request.ts'
import { type Format, pieces, type StreamEvent, wordGroups } from './format.ts'

/** The Converse API's own JSON, which Nova models also speak under InvokeModel. */
export const converseFormat: Format = {
  read: readConverse,

  body: (answer) => ({
    output: { message: { role: 'assistant', content: answer.blocks.map(block) } },
    stopReason: answer.stopReason,
    usage: answer.usage,
    metrics: { latencyMs: answer.latencyMs },
    ...answer.echoed,
  }),

  events: (answer) => [
    { type: 'messageStart', payload: { role: 'assistant' } },
    ...answer.blocks.flatMap((each, index) => blockEvents(each, index, answer.deltas)),
    { type: 'messageStop', payload: { stopReason: answer.stopReason } },
    { type: 'metadata', payload: metadata(answer) },
  ],
}

function metadata(answer: Answer): StreamEvent['payload'] {
  return { usage: answer.usage, metrics: { latencyMs: answer.latencyMs }, ...answer.echoed }
}

function block(from: AnswerBlock): Record<string, unknown> {
  switch (from.type) {
    case 'text':
      return { text: from.text }
    case 'tool':
      return { toolUse: { toolUseId: from.id, name: from.name, input: from.input } }
    case 'reasoning':
      return { reasoningContent: { reasoningText: { text: from.text, signature: from.signature } } }
  }
}

/** As in the service, only a tool's block has a start event. */
function blockEvents(from: AnswerBlock, contentBlockIndex: number, deltas: number): StreamEvent[] {
  const start: StreamEvent[] =
    from.type === 'tool'
      ? [
          {
            type: 'contentBlockStart',
            payload: {
              start: { toolUse: { toolUseId: from.id, name: from.name } },
              contentBlockIndex,
            },
          },
        ]
      : []
  return [
    ...start,
    ...blockDeltas(from, deltas).map((delta) => ({
      type: 'contentBlockDelta',
      payload: { delta, contentBlockIndex },
    })),
    { type: 'contentBlockStop', payload: { contentBlockIndex } },
  ]
}

function blockDeltas(from: AnswerBlock, deltas: number): Record<string, unknown>[] {
  switch (from.type) {
    case 'text':
      return wordGroups(from.text, deltas).map((text) => ({ text }))
    case 'tool':
      return pieces(JSON.stringify(from.input), deltas).map((input) => ({ toolUse: { input } }))
    case 'reasoning':
      return [
        ...wordGroups(from.text, deltas).map((text) => ({ reasoningContent: { text } })),
        { reasoningContent: { signature: from.signature } },
      ]
  }
}
