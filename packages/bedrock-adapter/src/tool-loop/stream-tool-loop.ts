import type { ConverseStreamCommandInput } from '@aws-sdk/client-bedrock-runtime'
import { deriveAbort } from '../derive-abort.ts'
import { askConverseStream } from './ask-converse-stream.ts'
import { createEventChannel } from './event-channel.ts'
import { toolLoop } from './tool-loop.ts'
import type { ToolLoopEvent } from './tool-loop-events.ts'
import { checkToolLoopOptions, type ToolLoopOptions } from './tool-loop-options.ts'

/**
 * `runToolLoop` by ConverseStream: gives what happens as it happens, the result last. It begins when it is first read. Leaving
 * it early ends the request and the tools; reading it slowly slows the model's stream down.
 *
 * @throws RangeError or TypeError at once, as `runToolLoop` does. Reading it fails with a {@link ToolLoopInterruptedError}.
 *
 * @example
 * for await (const event of streamToolLoop({ client, input, tools })) {
 *   if (event.type === 'text') process.stdout.write(event.text)
 * }
 */
export function streamToolLoop(
  options: ToolLoopOptions<ConverseStreamCommandInput>,
): AsyncIterableIterator<ToolLoopEvent, undefined> {
  const settings = checkToolLoopOptions(options)
  const channel = createEventChannel<ToolLoopEvent>()
  let leave: ((reason: unknown) => void) | undefined
  let isLeft = false

  function begin(): void {
    const abort = deriveAbort(settings.signal)
    leave = abort.abort
    const listener = { tell: channel.push, room: channel.room }
    toolLoop({ ...settings, signal: abort.signal }, askConverseStream(settings.client), listener)
      .then(
        (result) => {
          channel.push({ type: 'end', result })
          channel.end()
        },
        (error) => channel.end(isLeft ? undefined : { error }),
      )
      .finally(abort.dispose)
  }

  return {
    async next() {
      if (isLeft) return { done: true, value: undefined }
      if (leave === undefined) begin()
      return await channel.next()
    },
    async return() {
      isLeft = true
      channel.end()
      leave?.(new DOMException('The run was left before its end', 'AbortError'))
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
