import { type BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { raceAbort } from '@holdfast/internal'
import { IncompleteResponseError } from '../errors.ts'
import type { Ask } from './ask.ts'

/** Asks by Converse: the answer comes whole. */
export function askConverse(client: Pick<BedrockRuntimeClient, 'send'>): Ask {
  return async (input, { signal }) => {
    const sent = client.send(new ConverseCommand(input), { abortSignal: signal })
    // The SDK rejects with an AbortError of its own; the race rejects with the reason.
    const { output, stopReason = 'end_turn', usage } = await raceAbort(sent, signal)
    const content = output?.message?.content
    if (content === undefined) throw new IncompleteResponseError('it has no message')
    return { content, stopReason, usage }
  }
}
