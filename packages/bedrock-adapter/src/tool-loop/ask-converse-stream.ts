import {
  type BedrockRuntimeClient,
  ConverseStreamCommand,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime'
import { raceAbort } from '@holdfast/internal'
import { IncompleteResponseError, StreamInterruptedError } from '../errors.ts'
import { createAnswerCollector } from '../partial-answer.ts'
import { readConverseEvent } from '../stream-events.ts'
import type { Ask, AskContext } from './ask.ts'
import { createAssembler } from './assemble-message.ts'

/** Asks by ConverseStream: tells of the pieces as they come, and gives the answer as Converse would have. */
export function askConverseStream(client: Pick<BedrockRuntimeClient, 'send'>): Ask {
  return async (input, context) => {
    const { signal, listener } = context
    const sent = client.send(new ConverseStreamCommand(input), { abortSignal: signal })
    const { stream } = await raceAbort(sent, signal)
    if (stream === undefined) throw new IncompleteResponseError('it has no stream')
    const assembler = createAssembler()
    const arrived = createAnswerCollector()
    const interrupted = (reason: 'ended' | 'failed', cause?: unknown) =>
      new StreamInterruptedError(reason, input.modelId ?? '', arrived.partial(), cause)
    try {
      // Over HTTP/2 the SDK ends a stream silently when it is aborted; the race does not.
      for await (const event of untilAborted(stream, signal)) {
        assembler.add(event)
        arrived.add(readConverseEvent(event))
        tellOf(event, context)
        await raceAbort(listener.room(), signal)
      }
    } catch (error) {
      // What is missing after the last event is not part of the answer.
      if (!assembler.isComplete()) {
        throw StreamInterruptedError.isInstance(error) ? error : interrupted('failed', error)
      }
    }
    // Nor does the SDK say so when one is cut off.
    if (!assembler.isComplete()) throw interrupted('ended')
    return assembler.answer()
  }
}

async function* untilAborted<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = stream[Symbol.asyncIterator]()
  for (;;) {
    const result = await raceAbort(iterator.next(), signal)
    if (result.done) return
    yield result.value
  }
}

function tellOf(event: ConverseStreamOutput, { step, listener }: AskContext): void {
  const toolUse = event.contentBlockStart?.start?.toolUse
  const delta = event.contentBlockDelta?.delta
  if (toolUse) {
    const { toolUseId = '', name = '' } = toolUse
    listener.tell({ type: 'tool-use', step, toolUseId, tool: name })
  }
  if (delta?.text) listener.tell({ type: 'text', step, text: delta.text })
  if (delta?.reasoningContent?.text) {
    listener.tell({ type: 'reasoning', step, text: delta.reasoningContent.text })
  }
}
