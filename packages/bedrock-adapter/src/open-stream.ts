import { raceAbort, readProperty } from '@holdfast/internal'
import type { DerivedAbort } from './derive-abort.ts'
import { IncompleteResponseError, StreamInterruptedError } from './errors.ts'
import type { StreamOperation } from './operations.ts'
import { type AnswerCollector, createAnswerCollector } from './partial-answer.ts'

/** A stream that has brought its first content. */
export interface OpenStream {
  readonly modelId: string
  /** Where in the output the stream is. */
  readonly key: 'stream' | 'body'
  /** The events that came until then, the first content included. */
  readonly begun: readonly unknown[]
  /** Reads the next event; the rest is what `AsyncIterator.next` says. */
  readonly next: () => Promise<IteratorResult<unknown>>
  /** Collects what has come. */
  readonly collector: AnswerCollector
  /** Whether the last event has come. */
  readonly isComplete: () => boolean
  /** Ends the request. */
  readonly abort: DerivedAbort
}

/**
 * Reads a stream up to its first content, so that what fails before it can be tried again unseen.
 *
 * An error of the service comes through as it is; any other becomes the `cause` of a {@link StreamInterruptedError}.
 */
export async function openStream(
  output: object,
  { key, read }: StreamOperation,
  modelId: string,
  abort: DerivedAbort,
): Promise<OpenStream> {
  const source = readProperty(output, key) as AsyncIterable<never> | undefined
  if (source === undefined) throw new IncompleteResponseError('it has no stream')
  const iterator = source[Symbol.asyncIterator]()
  const collector = createAnswerCollector()
  const begun: unknown[] = []
  let complete = false
  let hasContent = false

  async function next(): Promise<IteratorResult<unknown>> {
    // Over HTTP/2 the SDK ends a stream silently when it is aborted; the race does not.
    const result = await raceAbort(iterator.next(), abort.signal)
    if (result.done) return { done: true, value: undefined }
    const piece = read(result.value)
    complete ||= piece.isLast
    hasContent ||= piece.isContent
    collector.add(piece)
    return result
  }

  while (!hasContent && !complete) {
    const result = await next().catch((error) => {
      if (abort.signal.aborted || readProperty(error, '$fault') !== undefined) throw error
      throw new StreamInterruptedError('failed', modelId, collector.partial(), error)
    })
    if (result.done) throw new StreamInterruptedError('ended', modelId, collector.partial())
    begun.push(result.value)
  }
  return { modelId, key, begun, next, collector, isComplete: () => complete, abort }
}
