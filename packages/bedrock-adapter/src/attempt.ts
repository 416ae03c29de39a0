import { type Clock, raceAbort, whenAborted } from '@holdfast/internal'
import { TimeoutError } from '@holdfast/pipeline'
import { deriveAbort } from './derive-abort.ts'
import { IncompleteResponseError } from './errors.ts'
import type { BedrockCommand } from './fresh-command.ts'
import { type OpenStream, openStream } from './open-stream.ts'
import type { Operation } from './operations.ts'

/** Anything with the SDK client's `send`. */
export interface BedrockClient {
  send(command: never, options?: SendOptions): Promise<object>
}

/** Options of one `send`. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal | undefined
  readonly requestTimeout?: number | undefined
}

/** What an attempt brought: a whole answer, or one that has begun to stream. */
export interface Answer {
  readonly output: object
  readonly stream?: OpenStream | undefined
}

/** What an attempt needs beside its command. */
export interface AttemptSettings {
  readonly client: BedrockClient
  readonly operation: Operation
  readonly sendOptions: SendOptions
  /** The time for a whole answer, or for a stream to bring its first content. */
  readonly attemptTimeoutMs: number
  readonly clock: Clock
}

/**
 * Sends a command once. Resolves when a whole answer has come and nothing is missing in it, or when a stream has
 * brought its first content. However it fails, the connection is closed.
 *
 * @param signal - Ends the attempt, though not a stream that it has opened.
 */
export async function attempt(
  command: BedrockCommand,
  { client, operation, sendOptions, attemptTimeoutMs, clock }: AttemptSettings,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  // A stream outlives the attempt that opened it: it follows the caller's signal, and the attempt's only until then.
  const abort = deriveAbort(sendOptions.abortSignal)
  const callOff = whenAborted(signal, () => abort.abort(signal?.reason))
  const timer = clock.setTimeout(
    () => abort.abort(new TimeoutError(attemptTimeoutMs)),
    attemptTimeoutMs,
  )
  try {
    // Always with an options object: without one, a client with `cacheMiddleware` would keep our middleware.
    const sent = client.send(command as never, { ...sendOptions, abortSignal: abort.signal })
    // The SDK rejects with an AbortError of its own; the race rejects with the reason.
    const output = await raceAbort(sent, abort.signal)
    if (operation.kind === 'stream') {
      return {
        output,
        stream: await openStream(output, operation, command.input.modelId ?? '', abort),
      }
    }
    const missing = operation.missing(output)
    if (missing !== undefined) throw new IncompleteResponseError(missing)
    abort.dispose()
    return { output }
  } catch (error) {
    const failure = abort.signal.aborted ? abort.signal.reason : error
    abort.abort(failure)
    abort.dispose()
    throw failure
  } finally {
    clock.clearTimeout(timer)
    callOff()
  }
}
