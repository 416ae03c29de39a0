import { systemClock } from '@holdfast/internal'
import { listeners } from '@holdfast/internal/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type DerivedAbort, deriveAbort } from './derive-abort.ts'
import { StreamInterruptedError } from './errors.ts'
import { guardStream } from './guard-stream.ts'
import { openStream } from './open-stream.ts'
import { readConverseEvent } from './stream-events.ts'

const START = { messageStart: { role: 'assistant' } }
const STOP = { messageStop: { stopReason: 'end_turn' } }
const METADATA = { metadata: { usage: {} } }
const delta = (text: string) => ({ contentBlockDelta: { contentBlockIndex: 0, delta: { text } } })
const operation = { kind: 'stream', key: 'stream', read: readConverseEvent } as const

/** A service that sends what it is told to, and ends silently when it is aborted, as the SDK does over HTTP/2. */
async function* serve(steps: readonly (object | Error | 'hang')[]) {
  for (const step of steps) {
    if (step instanceof Error) throw step
    if (step === 'hang') await new Promise(() => {})
    else yield step
  }
}

async function guard(steps: readonly (object | Error | 'hang')[], parent?: AbortSignal) {
  const abort = deriveAbort(parent)
  const settle = vi.fn()
  const onInterrupted = vi.fn()
  const opened = await openStream({ stream: serve(steps) }, operation, 'model', abort)
  const settings = { idleTimeoutMs: 1_000, clock: systemClock, settle, onInterrupted }
  return { stream: guardStream(opened, settings), abort, settle, onInterrupted, opened }
}

/** The outcome that counts: the first. */
const outcome = (settle: ReturnType<typeof vi.fn>) => settle.mock.calls[0]?.[0]

async function read(stream: AsyncIterable<unknown>) {
  const events: unknown[] = []
  const error = await (async () => {
    for await (const event of stream) events.push(event)
  })().catch((error: unknown) => error)
  return { events, error }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

describe('opening a stream', () => {
  const open = (steps: readonly (object | Error)[], abort: DerivedAbort = deriveAbort(undefined)) =>
    openStream({ stream: serve(steps) }, operation, 'model', abort)

  it('waits for the first content', async () => {
    expect((await open([START, delta('a'), delta('b')])).begun).toEqual([START, delta('a')])
  })

  it('is done with an answer that has no content but is complete', async () => {
    expect((await open([START, STOP])).isComplete()).toBe(true)
  })

  it('fails when the stream ends before', async () => {
    await expect(open([START])).rejects.toMatchObject({
      name: 'StreamInterruptedError',
      reason: 'ended',
    })
  })

  it('lets an error of the service through as it is', async () => {
    const error = Object.assign(new Error('busy'), {
      name: 'ThrottlingException',
      $fault: 'client',
    })
    await expect(open([START, error])).rejects.toBe(error)
  })

  it('makes any other error the cause of one that says what happened', async () => {
    const error = new Error('Truncated event message received.')
    await expect(open([START, error])).rejects.toMatchObject({ reason: 'failed', cause: error })
  })
})

describe('a stream that is whole', () => {
  it('comes through event by event and is a success at its last', async () => {
    const { stream, settle, abort } = await guard([START, delta('a'), delta('b'), STOP, METADATA])
    const { events, error } = await read(stream)
    expect(error).toBeUndefined()
    expect(events).toEqual([START, delta('a'), delta('b'), STOP, METADATA])
    expect(outcome(settle)).toBe('success')
    expect(abort.signal.aborted).toBe(false)
  })

  it('is a success as soon as its last event has come, though nobody reads on', async () => {
    const { stream, settle } = await guard([START, delta('a'), STOP, 'hang'])
    for (let index = 0; index < 3; index++) await stream.next()
    expect(outcome(settle)).toBe('success')
  })

  it('is not spoilt by what goes wrong after its last event', async () => {
    const { stream } = await guard([delta('a'), STOP, new Error('reset')])
    expect(await read(stream)).toEqual({ events: [delta('a'), STOP], error: undefined })
    const { stream: silent } = await guard([delta('a'), STOP, 'hang'])
    const reading = read(silent)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await reading).toEqual({ events: [delta('a'), STOP], error: undefined })
  })
})

describe('a stream that breaks off', () => {
  it.each([
    ['ends without its last event', [START, delta('Hel'), delta('lo')], 'ended', undefined],
    ['fails', [START, delta('Hello'), new Error('reset')], 'failed', 'reset'],
  ] as const)('is an error with the text so far when it %s', async (_, steps, reason, cause) => {
    const { stream, settle, abort, onInterrupted } = await guard(steps)
    const { error } = await read(stream)
    expect(StreamInterruptedError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({
      code: 'STREAM_INTERRUPTED',
      reason,
      modelId: 'model',
      partial: { text: 'Hello' },
    })
    expect(((error as Error).cause as Error | undefined)?.message).toBe(cause)
    expect(outcome(settle)).toBe('failure')
    expect(abort.signal.aborted).toBe(true)
    expect(onInterrupted).toHaveBeenCalledExactlyOnceWith(error)
  })

  it('is an error when no event comes in time, and its connection is closed', async () => {
    const { stream, settle, abort } = await guard([delta('Hel'), 'hang'])
    const reading = read(stream)
    await vi.advanceTimersByTimeAsync(999)
    expect(abort.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect((await reading).error).toMatchObject({
      reason: 'stalled',
      partial: { text: 'Hel' },
      cause: { code: 'TIMEOUT' },
    })
    expect(outcome(settle)).toBe('failure')
    expect(abort.signal.aborted).toBe(true)
  })

  it('stays at its end', async () => {
    const { stream } = await guard([delta('a')])
    await read(stream)
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })
})

describe('a reader', () => {
  it('who leaves early closes the connection and says nothing on the model', async () => {
    const { stream, settle, abort } = await guard([START, delta('a'), delta('b'), 'hang'])
    for await (const event of stream) if (event === START) break
    expect(outcome(settle)).toBe('ignore')
    expect(abort.signal.aborted).toBe(true)
  })

  it('who aborts gets the reason itself at once, in the middle of a wait', async () => {
    const controller = new AbortController()
    const { stream, settle } = await guard([delta('a'), 'hang'], controller.signal)
    const reading = read(stream)
    await vi.advanceTimersByTimeAsync(10)
    const reason = new Error('enough')
    controller.abort(reason)
    expect((await reading).error).toBe(reason)
    expect(outcome(settle)).toBe('ignore')
    expect(listeners(controller.signal)).toBe(0)
  })

  it('who aborts without reading gives the permit back in the same tick', async () => {
    const controller = new AbortController()
    const { stream, settle } = await guard([delta('a'), delta('b'), STOP], controller.signal)
    controller.abort(new Error('enough'))
    expect(outcome(settle)).toBe('ignore')
    await expect(stream.next()).rejects.toThrow('enough')
  })

  it('leaves no listener on a long-lived signal', async () => {
    const { signal } = new AbortController()
    await read((await guard([delta('a'), STOP], signal)).stream)
    await read((await guard([delta('a')], signal)).stream)
    await (await guard([delta('a'), 'hang'], signal)).stream.return?.()
    expect(listeners(signal)).toBe(0)
  })
})
