import { setImmediate } from 'node:timers/promises'
import { advance, hang, listeners, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, it, vi } from 'vitest'
import { streamToolLoop } from './stream-tool-loop.ts'
import { expectSendable, hello, resultsIn, scriptedGuard, verdict } from './testing.ts'
import type { ToolDefinitions } from './tool-definition.ts'
import type { ToolLoopEvent } from './tool-loop-events.ts'
import { ToolLoopInterruptedError } from './tool-loop-interrupted-error.ts'

useVirtualTime()

const text = (text: string) => ({ contentBlockDelta: { contentBlockIndex: 0, delta: { text } } })
const use = (index: number, toolUseId: string, name: string) => [
  { contentBlockStart: { contentBlockIndex: index, start: { toolUse: { toolUseId, name } } } },
  { contentBlockDelta: { contentBlockIndex: index, delta: { toolUse: { input: '{}' } } } },
]
const stop = (stopReason: string) => [
  { messageStop: { stopReason } },
  { metadata: { usage: { inputTokens: 2, outputTokens: 1, totalTokens: 3 } } },
]

const TWO_CALLS = [
  text('Look.'),
  ...use(1, 'a', 'echo'),
  ...use(2, 'b', 'late'),
  ...stop('tool_use'),
]
const DONE = [text('Do'), text('ne.'), ...stop('end_turn')]

/** Stands in for the SDK's client: streams these answers, one a request, and ends silently when aborted, as the SDK does. */
function fakeStreams(...answers: readonly (readonly (object | Error | 'hang')[])[]) {
  const waiting = [...answers]
  const read: object[] = []
  const signals: AbortSignal[] = []
  const send = vi.fn(async (_: object, { abortSignal }: { abortSignal: AbortSignal }) => {
    signals.push(abortSignal)
    return { stream: serve(waiting.shift() ?? []) }
  })
  async function* serve(events: readonly (object | Error | 'hang')[]) {
    for (const event of events) {
      if (event instanceof Error) throw event
      if (event === 'hang') await hang()
      else {
        read.push(event)
        yield event
      }
    }
  }
  return { client: { send } as never, send, read, signals }
}

const tools: ToolDefinitions = {
  echo: { inputSchema: { type: 'object' }, run: () => 'here' },
  late: {
    inputSchema: { type: 'object' },
    run: () => new Promise((resolve) => setTimeout(resolve, 100, 'there')),
  },
}

const start = (model: ReturnType<typeof fakeStreams>, rest = {}) =>
  streamToolLoop({
    client: model.client,
    input: { modelId: 'm', messages: hello },
    tools,
    guard: scriptedGuard([], { b: verdict('warn') }),
    ...rest,
  })

async function readAll(stream: AsyncIterable<ToolLoopEvent>) {
  const events: ToolLoopEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

describe('a streamed run', () => {
  it('gives what happens as it happens, and its result last', async () => {
    const reading = watch(readAll(start(fakeStreams(TWO_CALLS, DONE))))
    await advance(100)
    const events = reading.value ?? []
    const brief = events.map((event) => {
      if (event.type === 'text') return `${event.step} text ${event.text}`
      if (event.type === 'end') return 'end'
      return `${event.step} ${event.type} ${'toolUseId' in event ? event.toolUseId : ''}`.trim()
    })
    expect(brief).toEqual([
      '1 text Look.',
      '1 tool-use a',
      '1 tool-use b',
      '1 answer',
      '1 verdict b',
      '1 tool-started a',
      '1 tool-started b',
      '1 tool-result a',
      '1 tool-result b',
      '2 text Do',
      '2 text ne.',
      '2 answer',
      'end',
    ])
    const end = events.at(-1)
    if (end?.type !== 'end') throw new Error('no end')
    expect(end.result).toMatchObject({ text: 'Done.', stopReason: 'end_turn', steps: 2 })
    expect(end.result.usage.totalTokens).toBe(6)
    expectSendable(end.result.messages)
    expect(resultsIn(end.result.messages[2]).map((each) => each?.content?.[0]?.text)).toEqual([
      'here',
      'there',
    ])
  })

  it('sends nothing before it is read, and then no more than is read', async () => {
    const model = fakeStreams(DONE)
    const run = start(model)
    await setImmediate()
    expect(model.send).not.toHaveBeenCalled()
    await run.next()
    await setImmediate()
    expect(model.read).toHaveLength(2)
    await run.next()
    await setImmediate()
    expect(model.read).toHaveLength(DONE.length)
  })

  it('that is left early ends its request', async () => {
    const model = fakeStreams([text('Hi.'), 'hang'])
    for await (const event of start(model)) if (event.type === 'text') break
    expect(model.signals[0]?.aborted).toBe(true)
  })

  it('that is left early ends its tools, and is over', async () => {
    let signal: AbortSignal | undefined
    const late = {
      inputSchema: { type: 'object' },
      run: (_: unknown, context: { signal: AbortSignal }) => {
        signal = context.signal
        return hang()
      },
    }
    const caller = new AbortController()
    const run = start(fakeStreams(TWO_CALLS), { tools: { ...tools, late }, signal: caller.signal })
    for await (const event of run) if (event.type === 'tool-result') break
    expect(signal?.aborted).toBe(true)
    expect(await run.next()).toEqual({ done: true, value: undefined })
    await setImmediate()
    expect([timers(), listeners(caller.signal)]).toEqual([0, 0])
  })

  it('that is left while it is being read ends that reading', async () => {
    const run = start(fakeStreams(['hang']))
    const reading = run.next()
    await setImmediate()
    await run.return?.()
    expect(await reading).toEqual({ done: true, value: undefined })
  })

  it('that is left before it begins sends nothing', async () => {
    const model = fakeStreams(DONE)
    const run = start(model)
    await run.return?.()
    expect(await run.next()).toEqual({ done: true, value: undefined })
    expect(model.send).not.toHaveBeenCalled()
  })

  it.each([
    ['ends without its last event', [text('Hi.')], 'ended'],
    ['fails', [text('Hi.'), new Error('reset')], 'failed'],
  ])('whose stream %s fails with what had come', async (_, events, reason) => {
    const reading = readAll(start(fakeStreams(TWO_CALLS, events))).catch((error) => error)
    await advance(100)
    const error = (await reading) as ToolLoopInterruptedError
    expect(ToolLoopInterruptedError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({
      reason: 'failed',
      steps: 1,
      cause: { code: 'STREAM_INTERRUPTED', reason, partial: { text: 'Hi.' } },
    })
    expectSendable(error.messages)
  })

  it('does not mind a fault behind the last event of an answer', async () => {
    const events = await readAll(
      start(
        fakeStreams([text('Hi.'), { messageStop: { stopReason: 'end_turn' } }, new Error('reset')]),
      ),
    )
    expect(events.at(-1)).toMatchObject({ type: 'end', result: { text: 'Hi.' } })
  })

  it('fails once, and is over then', async () => {
    const run = start(fakeStreams([]))
    await expect(run.next()).rejects.toBeInstanceOf(ToolLoopInterruptedError)
    expect(await run.next()).toEqual({ done: true, value: undefined })
  })

  it('aborted fails at once, though nobody answers', async () => {
    const reason = new Error('the user has left')
    const caller = new AbortController()
    const run = start(fakeStreams([text('Hi.'), 'hang']), { signal: caller.signal })
    await run.next()
    const reading = watch(run.next())
    await setImmediate()
    caller.abort(reason)
    await setImmediate()
    expect(reading).toMatchObject({
      state: 'rejected',
      reason: { reason: 'aborted', cause: reason },
    })
    expect(listeners(caller.signal)).toBe(0)
  })

  it('aborted behind the last event of an answer fails, and keeps the answer', async () => {
    const caller = new AbortController()
    const stopped = { messageStop: { stopReason: 'tool_use' } }
    const run = start(fakeStreams([...use(0, 'a', 'echo'), stopped, 'hang']), {
      signal: caller.signal,
    })
    expect(await run.next()).toMatchObject({ value: { type: 'tool-use' } })
    const reading = readAll(run).catch((error: unknown) => error)
    await setImmediate()
    caller.abort()
    const error = (await reading) as ToolLoopInterruptedError
    expect(error).toMatchObject({ reason: 'aborted', cause: caller.signal.reason, steps: 1 })
    expect(error.messages).toHaveLength(3)
    expectSendable(error.messages)
  })

  it('has its options checked at once', () => {
    expect(() => start(fakeStreams(), { toolTimeoutMs: 0 })).toThrow('`toolTimeoutMs`')
  })
})
