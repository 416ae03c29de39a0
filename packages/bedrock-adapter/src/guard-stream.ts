import { type Clock, type Outcome, throwIfAborted, whenAborted } from '@holdfast/internal'
import { TimeoutError } from '@holdfast/pipeline'
import { type InterruptionReason, StreamInterruptedError } from './errors.ts'
import type { OpenStream } from './open-stream.ts'

/** What a guarded stream needs beside the stream. */
export interface GuardSettings {
  /** How long the next event may take to come, in milliseconds. */
  readonly idleTimeoutMs: number
  readonly clock: Clock
  /** Told at least once how the stream ended; the first time counts. */
  readonly settle: (outcome: Outcome, error?: unknown) => void
  readonly onInterrupted: (error: StreamInterruptedError) => void
}

/**
 * The stream that the caller gets. It ends well only after its last event, fails with {@link StreamInterruptedError},
 * rejects with the reason of the caller's abort, and closes the connection when it is left early.
 */
export function guardStream(
  { modelId, begun, next, collector, isComplete, abort }: OpenStream,
  { idleTimeoutMs, clock, settle, onInterrupted }: GuardSettings,
): AsyncIterableIterator<unknown> {
  const pending = [...begun]
  let ended = false

  // The caller may abort while it is not reading.
  whenAborted(abort.signal, () => settle('ignore'))
  if (isComplete()) settle('success')

  function end(): IteratorReturnResult<undefined> {
    ended = true
    abort.dispose()
    return { done: true, value: undefined }
  }

  function fail(reason: InterruptionReason, cause?: unknown): never {
    const error = new StreamInterruptedError(reason, modelId, collector.partial(), cause)
    settle('failure', error)
    onInterrupted(error)
    abort.abort(error)
    end()
    throw error
  }

  async function nextInTime(): Promise<IteratorResult<unknown>> {
    const stalled = new TimeoutError(idleTimeoutMs)
    const timer = clock.setTimeout(() => {
      if (!isComplete()) settle('failure', stalled)
      abort.abort(stalled)
    }, idleTimeoutMs)
    try {
      return await next()
    } catch (error) {
      // What is missing after the last event is not part of the answer.
      if (isComplete()) return end()
      if (error === stalled) return fail('stalled', stalled)
      if (abort.signal.aborted) throw abort.signal.reason
      return fail('failed', error)
    } finally {
      clock.clearTimeout(timer)
    }
  }

  return {
    async next() {
      if (ended) return end()
      if (!isComplete()) throwIfAborted(abort.signal)
      if (pending.length > 0) return { done: false, value: pending.shift() }
      const result = await nextInTime()
      if (isComplete()) settle('success')
      if (!result.done) return result
      return isComplete() ? end() : fail('ended')
    },
    async return() {
      if (!ended) {
        settle('ignore')
        abort.abort(new DOMException('The stream was left before its end', 'AbortError'))
      }
      return end()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
