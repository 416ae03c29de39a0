import { advance, hang, listeners, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import { ToolLoopError } from '@holdfast/tool-loop-guard'
import { describe, expect, it, vi } from 'vitest'
import { runToolLoop } from './run-tool-loop.ts'
import {
  type Answer,
  call,
  calls,
  expectSendable,
  fakeModel,
  hello,
  resultsIn,
  type Said,
  say,
  scriptedGuard,
  verdict,
} from './testing.ts'
import type { ToolDefinition, ToolDefinitions } from './tool-definition.ts'
import { ToolLoopInterruptedError } from './tool-loop-interrupted-error.ts'
import type { ToolLoopOptions } from './tool-loop-options.ts'

useVirtualTime()

const anyInput = { type: 'object' }
const tool = (run: ToolDefinition['run'], rest: Partial<ToolDefinition> = {}): ToolDefinition => ({
  inputSchema: anyInput,
  run,
  ...rest,
})
const echo = tool((input) => ({ input }))

/** A run whose model gives these answers. */
function start(
  answers: readonly Answer[],
  tools: ToolDefinitions,
  rest: Partial<ToolLoopOptions> = {},
) {
  const model = fakeModel(...answers)
  const input = { modelId: 'm', messages: hello }
  const run = runToolLoop({ client: model.client, input, tools, guard: scriptedGuard([]), ...rest })
  return { ...model, run }
}

/** How a run failed. */
async function failure(run: Promise<unknown>): Promise<ToolLoopInterruptedError> {
  const error = await run.catch((error: unknown) => error)
  expect(ToolLoopInterruptedError.isInstance(error)).toBe(true)
  expectSendable((error as ToolLoopInterruptedError).messages)
  return error as ToolLoopInterruptedError
}

/** The one result of a run with one call of `tool`. */
async function resultOf(only: ToolDefinition, input: unknown = {}) {
  const { messages } = await start([calls(call('1', 'only', input))], { only }).run
  return resultsIn(messages[2])[0]
}

describe('a run', () => {
  it('gives the model the results of the tools that it calls, until it calls none', async () => {
    const look = vi.fn(({ place }: { place: string }) => `fog at ${place}`)
    const { run, requests } = start(
      [calls({ text: 'Let me look.' }, call('1', 'look', { place: 'sea' })), say('There is fog.')],
      { look: { description: 'Looks.', inputSchema: anyInput, run: look } },
    )
    const result = await run
    expect(result).toMatchObject({
      text: 'There is fog.',
      stopReason: 'end_turn',
      steps: 2,
      verdicts: [],
    })
    expect(result.usage).toMatchObject({ inputTokens: 20, outputTokens: 10, totalTokens: 30 })
    expect(look).toHaveBeenCalledExactlyOnceWith(
      { place: 'sea' },
      { signal: expect.any(AbortSignal), toolUseId: '1', step: 1 },
    )
    expect(result.messages).toEqual([
      ...hello,
      {
        role: 'assistant',
        content: [{ text: 'Let me look.' }, call('1', 'look', { place: 'sea' })],
      },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: '1', content: [{ text: 'fog at sea' }] } }],
      },
      { role: 'assistant', content: [{ text: 'There is fog.' }] },
    ])
    expect(requests.map(({ messages }) => messages.length)).toEqual([1, 3])
    expect(requests[0]?.toolConfig?.tools).toEqual([
      { toolSpec: { name: 'look', description: 'Looks.', inputSchema: { json: anyInput } } },
    ])
    expect(hello).toHaveLength(1)
  })

  it('insists on a tool in its first request only, and keeps cache points', async () => {
    const cachePoint = { cachePoint: { type: 'default' } } as never
    const toolConfig = { tools: [cachePoint], toolChoice: { any: {} } }
    const { run, requests } = start(
      [calls(call('1', 'echo'))],
      { echo },
      { input: { modelId: 'm', messages: hello, toolConfig } },
    )
    await run
    expect(requests.map((request) => request.toolConfig?.toolChoice)).toEqual([
      { any: {} },
      undefined,
    ])
    for (const { toolConfig } of requests)
      expect(toolConfig?.tools).toEqual([expect.anything(), cachePoint])
  })

  it('runs tools at once, in order, as many as it may, and keeps their results in order', async () => {
    let running = 0
    let most = 0
    const begun: unknown[] = []
    const slow = tool(async (input) => {
      const { ms } = input as { ms: number }
      begun.push(ms)
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, ms))
      running--
      return `${ms}`
    })
    const all = [30, 10, 20, 5].map((ms, index) => call(`${index}`, 'slow', { ms }))
    const { run } = start([calls(...all)], { slow }, { toolConcurrency: 2 })
    await advance(100)
    const { messages } = await run
    expect(resultsIn(messages[2]).map((result) => result?.content?.[0]?.text)).toEqual([
      '30',
      '10',
      '20',
      '5',
    ])
    expect([most, begun]).toEqual([2, [30, 10, 20, 5]])
    expect(timers()).toBe(0)
  })

  it('joins messages of one role, so that a word of the user may follow results', async () => {
    const result = call('1', 'echo')
    const messages = [
      ...hello,
      { role: 'assistant' as const, content: [result] },
      { role: 'user' as const, content: [{ toolResult: { toolUseId: '1', content: [] } }] },
      { role: 'user' as const, content: [{ text: 'Go on.' }] },
    ] as never
    const { run } = start([], { echo }, { input: { modelId: 'm', messages } })
    expect((await run).messages).toHaveLength(4)
  })
})

describe('an answer', () => {
  it.each([
    'max_tokens',
    'guardrail_intervened',
    'content_filtered',
    'malformed_tool_use',
    'stop_sequence',
  ])('that stops with %s ends the run, and none of its calls is run', async (stopReason) => {
    const run = vi.fn()
    const answer = {
      content: [{ text: 'I' }, call('1', 'only', { whole: true }), call('2', 'only', '{"cut')],
      stopReason,
    }
    const result = await start([answer], { only: tool(run) }).run
    expect(result).toMatchObject({ stopReason, text: 'I', steps: 1 })
    expectSendable(result.messages)
    expect(resultsIn(result.messages[2])).toEqual([
      { toolUseId: '1', status: 'error', content: [{ text: expect.stringContaining(stopReason) }] },
      { toolUseId: '2', status: 'error', content: [{ text: expect.stringContaining(stopReason) }] },
    ])
    // Bedrock takes nothing but objects back.
    expect(result.messages[1]?.content?.[2]?.toolUse?.input).toEqual({})
    expect(run).not.toHaveBeenCalled()
  })

  it('that calls tools and says end_turn has them run; one that says tool_use and calls none has ended', async () => {
    const result = await start(
      [
        { content: [call('1', 'echo')], stopReason: 'end_turn' },
        { content: [{ text: 'Hm.' }], stopReason: 'tool_use' },
      ],
      { echo },
    ).run
    expect(result).toMatchObject({ steps: 2, stopReason: 'end_turn', text: 'Hm.' })
  })

  it('that is empty, or blank, adds no message that Bedrock would refuse', async () => {
    for (const content of [[], [{ text: ' ' }]]) {
      const result = await start([{ content }], { echo }).run
      expect(result).toMatchObject({ messages: hello, text: '', steps: 1 })
    }
  })

  it('whose names and ids Bedrock would not take back is put right', async () => {
    const answers: Said[] = [
      calls(call('', '$get.it'), call('a', 'echo', 1), call('a', 'echo')),
      calls(call('a', 'x'.repeat(70))),
    ]
    const { messages } = await start(answers, { echo }).run
    expectSendable(messages)
    const uses = messages.flatMap(
      ({ content }) => content?.map(({ toolUse }) => toolUse?.name) ?? [],
    )
    expect(uses.filter(Boolean)).toEqual(['_get_it', 'echo', 'echo', 'x'.repeat(64)])
  })

  it('leaves the calls that the service runs by itself to it', async () => {
    const use = { toolUse: { toolUseId: 's', name: 'search', input: {}, type: 'server_tool_use' } }
    const result = await start([{ content: [use, { text: 'Found.' }], stopReason: 'end_turn' }], {
      echo,
    }).run
    expect(result).toMatchObject({ steps: 1, text: 'Found.' })
  })

  it('without a message is no answer', async () => {
    const client = { send: vi.fn(async () => ({})) } as never
    const error = await failure(
      runToolLoop({ client, input: { modelId: 'm', messages: hello }, tools: {} }),
    )
    expect(error).toMatchObject({ reason: 'failed', cause: { code: 'INCOMPLETE_RESPONSE' } })
  })
})

describe('the output of a tool', () => {
  const image = { image: { format: 'png', source: { bytes: new Uint8Array([1]) } } }
  it.each([
    ['text', 'fog', [{ text: 'fog' }]],
    ['an object', { a: { b: 1 } }, [{ json: { a: { b: 1 } } }]],
    [
      'an object with more than JSON',
      { at: new Date(0), none: undefined },
      [{ json: { at: '1970-01-01T00:00:00.000Z' } }],
    ],
    // Bedrock refuses JSON that is no object.
    ['a list', [1, { a: 2 }], [{ text: '[1,{"a":2}]' }]],
    ['a number', 7, [{ text: '7' }]],
    ['null', null, [{ text: 'null' }]],
    ['an empty list', [], [{ text: '[]' }]],
    ['nothing', undefined, [{ text: 'Done. There is no output.' }]],
    ['a blank text', ' \n', [{ text: 'The output is empty.' }]],
    [
      'blocks of Bedrock',
      [{ text: 'a' }, image, { json: { b: 1 } }],
      [{ text: 'a' }, image, { json: { b: 1 } }],
    ],
    [
      'what only looks like blocks',
      [{ text: 1 }, { json: [2] }],
      [{ text: '[{"text":1},{"json":[2]}]' }],
    ],
  ])('%s', async (_, output, content) => {
    expect(await resultOf(tool(() => output))).toEqual({ toolUseId: '1', content })
    expect(await resultOf(tool(async () => output))).toEqual({ toolUseId: '1', content })
  })

  const cycle: { self?: object } = {}
  cycle.self = cycle
  it.each([
    ['a BigInt', { n: 1n }],
    ['a cycle', cycle],
    ['a function', () => 1],
    ['a block with a BigInt', [{ json: { n: 1n } }]],
  ])('that is not JSON (%s) is an error that says so', async (_, output) => {
    const result = await resultOf(tool(() => output))
    expect(result).toMatchObject({ status: 'error' })
    expect(result?.content?.[0]?.text).toMatch(/^The tool failed: The output is not JSON: ./)
  })
})

describe('a tool that goes wrong', () => {
  it.each([
    [new Error('disk full'), 'The tool failed: disk full'],
    ['a text', 'The tool failed: a text'],
    [undefined, 'The tool failed: no reason was given'],
    [new Error(''), 'The tool failed: no reason was given'],
    [Object.create(null), 'The tool failed: no reason was given'],
  ])('by throwing %o is told by its message', async (thrown, text) => {
    const result = await resultOf(tool(() => Promise.reject(thrown)))
    expect(result).toEqual({ toolUseId: '1', status: 'error', content: [{ text }] })
    const atOnce = tool(() => {
      throw thrown
    })
    expect(await resultOf(atOnce)).toEqual(result)
  })

  it('is told without its stack, and without what would fill the context', async () => {
    const result = await resultOf(tool(() => Promise.reject(new Error('x'.repeat(100_000)))))
    expect(result?.content?.[0]?.text?.length).toBeLessThan(5_000)
  })

  it.each([
    [{ toolTimeoutMs: 100 }, {}, 100],
    [{ toolTimeoutMs: 100 }, { timeoutMs: 300 }, 300],
    [{}, {}, 60_000],
  ])('by taking too long (%j, %j) is aborted and told after %i ms', async (options, own, ms) => {
    let signal: AbortSignal | undefined
    const slow = tool((_, context) => {
      signal = context.signal
      return hang()
    }, own)
    const guard = scriptedGuard([])
    const run = watch(start([calls(call('1', 'slow'))], { slow }, { ...options, guard }).run)
    await advance(ms - 1)
    expect([run.state, signal?.aborted]).toEqual(['pending', false])
    await advance(1)
    expect(signal?.aborted).toBe(true)
    expect(resultsIn(run.value?.messages[2])).toEqual([
      {
        toolUseId: '1',
        status: 'error',
        content: [{ text: `The tool failed: Timed out after ${ms} ms` }],
      },
    ])
    expect(guard.after).toHaveBeenCalledWith('1', {
      error: expect.objectContaining({ code: 'TIMEOUT' }),
    })
    expect(timers()).toBe(0)
  })

  it('does not keep the others from their results', async () => {
    const bad = tool(() => Promise.reject(new Error('no')))
    const { messages } = await start([calls(call('1', 'bad'), call('2', 'echo'))], { bad, echo })
      .run
    expect(resultsIn(messages[2]).map((result) => result?.status)).toEqual(['error', undefined])
  })

  it.each(['nothing', 'constructor', '__proto__'])(
    'by not being there (%s) is told with those that are',
    async (name) => {
      const guard = scriptedGuard([])
      const { messages } = await start([calls(call('1', name))], { echo, other: echo }, { guard })
        .run
      expect(resultsIn(messages[2])[0]?.content?.[0]?.text).toBe(
        `There is no tool "${name}". These are: echo, other.`,
      )
      expect(guard.after).toHaveBeenCalledWith('1', { error: expect.any(Error) })
    },
  )
})

describe('an input', () => {
  const inputSchema = {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  }
  it('that does not fit its schema is not run, and told where and what is allowed', async () => {
    const run = vi.fn()
    const guard = scriptedGuard([])
    const only = { inputSchema, run }
    const { messages } = await start([calls(call('1', 'only', { town: 1 }))], { only }, { guard })
      .run
    expect(resultsIn(messages[2])[0]?.content?.[0]?.text).toBe(
      'The tool was not run: its input does not fit its schema. city is required; town is not one of city',
    )
    expect(run).not.toHaveBeenCalled()
    expect(guard.after).toHaveBeenCalledWith('1', { error: expect.any(Error) })
  })

  it.each([[7], [null], [[]], ['{"city": "Be']])(
    'that is no object (%j) is not run',
    async (input) => {
      const run = vi.fn()
      const result = await resultOf({ inputSchema, run }, input)
      expect(result?.status).toBe('error')
      expect(run).not.toHaveBeenCalled()
    },
  )

  it('may be checked by another than the schema', async () => {
    const run = vi.fn(() => 'ran')
    const validate = vi.fn(async (input: unknown) =>
      (input as { ok?: boolean }).ok ? undefined : 'not ok',
    )
    const other = { inputSchema: { type: 'object', $ref: 'https://example.com' }, run, validate }
    expect((await resultOf(other, { ok: true }))?.content).toEqual([{ text: 'ran' }])
    expect((await resultOf(other, {}))?.content?.[0]?.text).toMatch(
      /does not fit its schema. not ok$/,
    )
    expect(run).toHaveBeenCalledTimes(1)
  })
})

describe('what the guard says', () => {
  const two = calls(call('1', 'echo'), call('2', 'echo'))

  it('is asked of each answer and call, and told how they ended', async () => {
    const guard = scriptedGuard([])
    const cost = vi.fn(() => 0.5)
    await start([calls({ text: 'Hm.' }, call('1', 'echo', { a: 1 }))], { echo }, { guard, cost })
      .run
    expect(guard.turn).toHaveBeenNthCalledWith(1, {
      text: 'Hm.',
      usage: expect.objectContaining({ totalTokens: 15 }),
      cost: 0.5,
    })
    expect(guard.before).toHaveBeenCalledWith({ id: '1', tool: 'echo', input: { a: 1 } })
    expect(guard.after).toHaveBeenCalledWith('1', { output: { input: { a: 1 } } })
  })

  it('warn: the call is run, and its result carries the warning', async () => {
    const guard = scriptedGuard([], { 2: verdict('warn') })
    const { messages, verdicts } = await start([two], { echo }, { guard }).run
    expect(resultsIn(messages[2]).map((result) => result?.content)).toEqual([
      [{ json: { input: {} } }],
      [{ json: { input: {} } }, { text: 'warn!' }],
    ])
    expect(verdicts).toEqual([{ step: 1, toolUseId: '2', verdict: verdict('warn') }])
  })

  it('warn of an answer: told with the first result', async () => {
    const guard = scriptedGuard([verdict('warn', 'slow down')], { 1: verdict('warn', 'again') })
    const { messages } = await start([two], { echo }, { guard }).run
    expect(resultsIn(messages[2]).map((result) => result?.content?.[1]?.text)).toEqual([
      'again\nslow down',
      undefined,
    ])
  })

  it('block: this call is not run, the others are', async () => {
    const run = vi.fn()
    const guard = scriptedGuard([], { 1: verdict('block') })
    const { messages, steps } = await start([two], { echo: tool(run) }, { guard }).run
    expect(resultsIn(messages[2])[0]).toEqual({
      toolUseId: '1',
      status: 'error',
      content: [{ text: 'block!' }],
    })
    expect(run).toHaveBeenCalledTimes(1)
    expect(guard.after).toHaveBeenCalledExactlyOnceWith('2', expect.anything())
    expect(steps).toBe(2)
  })

  it.each([
    ['a call', [], { 2: verdict('finish') }],
    ['an answer', [verdict('finish')], {}],
  ])(
    'finish, of %s: no call is run, and the model is asked once more',
    async (_, ofAnswers, ofCalls) => {
      const run = vi.fn()
      const guard = scriptedGuard(ofAnswers, ofCalls)
      const { run: running, requests } = start(
        [two, say('That is all.')],
        { echo: tool(run) },
        { guard },
      )
      const result = await running
      expect(result).toMatchObject({ stopReason: 'guard', text: 'That is all.', steps: 2 })
      expect(resultsIn(result.messages[2]).map((each) => each?.content?.[0]?.text)).toEqual([
        'finish!',
        'finish!',
      ])
      expect(run).not.toHaveBeenCalled()
      // Bedrock refuses a conversation with tool uses and no tools.
      expect(requests[1]?.toolConfig?.tools).toHaveLength(1)
    },
  )

  it('finish: calls of the last answer are not run either, and have their results', async () => {
    const guard = scriptedGuard([verdict('finish')])
    const answers = [two, calls({ text: 'One more.' }, call('3', 'echo'))]
    const result = await start(answers, { echo }, { guard }).run
    expect(result).toMatchObject({ stopReason: 'guard', text: 'One more.', steps: 2 })
    expectSendable(result.messages)
    expect(result.messages).toHaveLength(5)
  })

  it.each([
    ['a call', [], { 1: verdict('finish'), 2: verdict('stop') }],
    ['an answer', [verdict('stop')], {}],
  ])('stop, of %s: ends the run, and nothing is lost', async (_, ofAnswers, ofCalls) => {
    const guard = scriptedGuard(ofAnswers, ofCalls)
    const error = await failure(start([two], { echo }, { guard }).run)
    expect(error).toMatchObject({ reason: 'stopped', steps: 1, code: 'TOOL_LOOP_INTERRUPTED' })
    expect(ToolLoopError.isInstance(error.cause)).toBe(true)
    expect(resultsIn(error.messages[2]).at(-1)?.content?.[0]?.text).toBe('stop!')
  })

  it('of an answer that calls no tool changes nothing: the work is done', async () => {
    const guard = scriptedGuard([verdict('stop')])
    const result = await start([say('Done.')], { echo }, { guard }).run
    expect(result).toMatchObject({ text: 'Done.', stopReason: 'end_turn' })
    expect(result.verdicts).toHaveLength(1)
  })

  it('by default ends an agent that loops, with an answer', async () => {
    let steps = 0
    const model = fakeModel()
    model.send.mockImplementation(async ({ input }) => {
      expectSendable(input.messages)
      const message = { role: 'assistant', content: [call(`${++steps}`, 'echo', { q: 1 })] }
      return { output: { message }, stopReason: 'tool_use', usage: {} as never }
    })
    const input = { modelId: 'm', messages: hello }
    const result = await runToolLoop({ client: model.client, input, tools: { echo } })
    expect(result.stopReason).toBe('guard')
    expect(result.steps).toBeLessThan(10)
    expect(result.verdicts.map(({ verdict }) => verdict.action)).toEqual(
      expect.arrayContaining(['warn', 'block', 'finish']),
    )
  })
})

describe('a failure', () => {
  it('of the model carries the conversation so far, from which the run goes on', async () => {
    const throttled = Object.assign(new Error('Too many requests'), {
      $metadata: { httpStatusCode: 429 },
    })
    const error = await failure(start([calls(call('1', 'echo')), throttled], { echo }).run)
    expect(error).toMatchObject({ reason: 'failed', cause: throttled, statusCode: 429, steps: 1 })
    expect(error.messages).toHaveLength(3)
    const input = { modelId: 'm', messages: error.messages }
    const result = await start([say('Here again.')], { echo }, { input }).run
    expect(result).toMatchObject({ text: 'Here again.', steps: 1 })
  })

  it('of a guard of one’s own ends the tools that run', async () => {
    let signal: AbortSignal | undefined
    const slow = tool((_, context) => {
      signal = context.signal
      return hang()
    })
    const guard = scriptedGuard([])
    guard.after.mockImplementation(() => {
      throw new Error('guard!')
    })
    const error = await failure(
      start([calls(call('1', 'slow'), call('2', 'echo'))], { slow, echo }, { guard }).run,
    )
    expect(error).toMatchObject({ reason: 'failed', cause: { message: 'guard!' } })
    expect(signal?.aborted).toBe(true)
    expect(timers()).toBe(0)
  })
})

describe('an abort', () => {
  const reason = new Error('the user has left')

  it('before the run sends nothing', async () => {
    const { run, send } = start([], { echo }, { signal: AbortSignal.abort(reason) })
    expect(await failure(run)).toMatchObject({ reason: 'aborted', cause: reason, messages: hello })
    expect(send).not.toHaveBeenCalled()
  })

  it('while the model thinks ends the request at once', async () => {
    const controller = new AbortController()
    const { run, send } = start(['hang'], { echo }, { signal: controller.signal })
    await advance(10)
    controller.abort(reason)
    expect(await failure(run)).toMatchObject({ reason: 'aborted', cause: reason })
    expect(send.mock.calls[0]?.[1]).toMatchObject({ abortSignal: { reason } })
    expect(listeners(controller.signal)).toBe(0)
  })

  it('while tools run ends them at once, and keeps the results of those that have ended', async () => {
    const controller = new AbortController()
    const signals: AbortSignal[] = []
    const deaf = tool((_, { signal }) => {
      signals.push(signal)
      return hang()
    })
    const answer = calls(call('1', 'deaf'), call('2', 'echo'), call('3', 'deaf'))
    const guard = scriptedGuard([])
    const { run } = start([answer], { deaf, echo }, { signal: controller.signal, guard })
    const watched = watch(run)
    await advance(10)
    controller.abort(reason)
    await advance(0)
    expect(watched).toMatchObject({ state: 'rejected', settledAt: 10 })
    const error = await failure(run)
    expect(resultsIn(error.messages[2]).map((result) => result?.status)).toEqual([
      'error',
      undefined,
      'error',
    ])
    expect(signals.map((signal) => signal.reason)).toEqual([reason, reason])
    expect(guard.after).toHaveBeenCalledTimes(1)
    expect([timers(), listeners(controller.signal)]).toEqual([0, 0])
  })

  it('of a thousand runs leaves no listener on a signal that they share', async () => {
    const { signal } = new AbortController()
    const runs = Array.from(
      { length: 100 },
      () => start([calls(call('1', 'echo'))], { echo }, { signal }).run,
    )
    await Promise.all(runs)
    expect([listeners(signal), timers()]).toEqual([0, 0])
  })

  it('at any moment leaves messages that can be sent again, and nothing behind', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const answers = [
      calls(call('1', 'echo'), call('2', 'late')),
      calls(call('3', 'late')),
      say('Done.'),
    ]
    const late = tool(async () => {
      for (let tick = 0; tick < 5; tick++) await Promise.resolve()
      throw new Error('late')
    })
    let ended = 0
    for (let ticks = 0; ticks < 120; ticks++) {
      const controller = new AbortController()
      const { run } = start(answers, { echo, late }, { signal: controller.signal })
      const outcome = run.then(() => 'ended', failure.bind(undefined, run))
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
      controller.abort(reason)
      if ((await outcome) === 'ended') ended++
      expect([timers(), listeners(controller.signal)], `after ${ticks} ticks`).toEqual([0, 0])
    }
    expect(ended).toBeGreaterThan(0)
    expect(ended).toBeLessThan(110)
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('bad options are refused before anything is sent', () => {
  const { client } = fakeModel()
  const input = { modelId: 'm', messages: hello }
  it.each([
    [{ client: {} }, '`client.send` must be a function'],
    [{ input: 'hello' }, '`input` must be'],
    [{ tools: [] }, '`tools` must be tools by name'],
    [{ tools: { 'get weather': echo } }, '`tools.get weather` must have a name of'],
    [{ tools: { a: 1 } }, '`tools.a` must be a tool'],
    [{ tools: { a: { inputSchema: anyInput } } }, '`tools.a.run` must be a function'],
    [
      { tools: { a: { run() {} } } },
      "`tools.a.inputSchema` must be a schema with `type: 'object'`",
    ],
    [{ tools: { a: tool(() => 1, { timeoutMs: 0 }) } }, '`tools.a.timeoutMs` must be'],
    [{ tools: { a: { ...echo, validate: 1 } } }, '`tools.a.validate` must be a function'],
    [
      { tools: { a: { ...echo, inputSchema: { type: 'object', required: 'x' } } } },
      '`tools.a.inputSchema.required` must be a list of names',
    ],
    [
      { tools: { a: { ...echo, inputSchema: { type: 'object', const: 1n } } } },
      '`tools.a.inputSchema` must be JSON',
    ],
    [
      { input: { ...input, toolConfig: { tools: [{ toolSpec: { name: 'x' } }] } } },
      '`input.toolConfig.tools` must not define x',
    ],
    [{ toolConcurrency: 0 }, '`toolConcurrency` must be'],
    [{ toolTimeoutMs: '1s' }, '`toolTimeoutMs` must be'],
    [{ cost: 1 }, '`cost` must be a function'],
    [{ guard: {} }, '`guard.before` must be a function'],
  ])('%o', async (options, message) => {
    const run = runToolLoop({ client, input, tools: { echo }, ...options } as never)
    await expect(run).rejects.toThrow(message)
    await expect(run).rejects.not.toBeInstanceOf(ToolLoopInterruptedError)
  })
})
