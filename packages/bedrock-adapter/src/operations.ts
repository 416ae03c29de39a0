import {
  ConverseCommand,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  InvokeModelCommand,
  type InvokeModelCommandOutput,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { readProperty } from '@holdfast/internal'
import type { StreamPiece } from './partial-answer.ts'
import { readConverseEvent, readInvokeChunk } from './stream-events.ts'

/** An operation whose answer comes whole. */
export interface WholeOperation {
  readonly kind: 'whole'
  /** What is missing in an answer that came with status 200, if anything is. */
  readonly missing: (output: object) => string | undefined
}

/** An operation whose answer comes as a stream of events. */
export interface StreamOperation {
  readonly kind: 'stream'
  /** Where in the output the stream is. */
  readonly key: 'stream' | 'body'
  readonly read: (event: never) => StreamPiece
}

/** An operation that the layers are for, and how its answer is read. */
export type Operation = WholeOperation | StreamOperation

const operations = new Map<abstract new (...args: never[]) => unknown, Operation>([
  [
    ConverseCommand,
    {
      kind: 'whole',
      missing: (output) =>
        (output as ConverseCommandOutput).output === undefined ? 'it has no output' : undefined,
    },
  ],
  [
    InvokeModelCommand,
    {
      kind: 'whole',
      missing: (output) =>
        (output as InvokeModelCommandOutput).body?.byteLength ? undefined : 'its body is empty',
    },
  ],
  [ConverseStreamCommand, { kind: 'stream', key: 'stream', read: readConverseEvent }],
  [InvokeModelWithResponseStreamCommand, { kind: 'stream', key: 'body', read: readInvokeChunk }],
])
const byName = new Map([...operations].map(([command, operation]) => [command.name, operation]))

/**
 * The operation of a command, if it is one that the layers are for. Known by its class, or, when it comes from
 * another copy of the SDK, by the name of its class.
 */
export function operationOf(command: unknown): Operation | undefined {
  const commandClass = readProperty(command, 'constructor')
  return (
    operations.get(commandClass as typeof ConverseCommand) ??
    byName.get(String(readProperty(commandClass, 'name')))
  )
}
