import { getEventListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { BedrockRuntimeClient, Message } from '@aws-sdk/client-bedrock-runtime'
import { type Behaviour, type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { constant } from '@holdfast/retry'
import { createToolLoopGuard } from '@holdfast/tool-loop-guard'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  runToolLoop,
  streamToolLoop,
  type ToolDefinitions,
  ToolLoopInterruptedError,
  type ToolLoopOptions,
  type ToolLoopResult,
  withResilience,
} from '../src/index.ts'
import { createClient, HTTP, MODEL, NEXT } from './harness.ts'

const hello: Message[] = [{ role: 'user', content: [{ text: 'What is the weather in Bern?' }] }]

const tools: ToolDefinitions = {
  weather: {
    description: 'Tells the weather.',
    inputSchema: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    },
    run: ({ city }: { city: string }) => ({ city, sky: 'fog' }),
  },
  slow: {
    inputSchema: { type: 'object' },
    run: async (_, { signal }) => await setTimeout(5, 'at last', { signal }),
  },
  broken: {
    inputSchema: { type: 'object' },
    run: () => Promise.reject(new Error('disk full')),
  },
}

const use = (name: string, input: object = {}) => ({ toolUse: { name, input } })
const CALLS: Behaviour = {
  type: 'reply',
  content: [
    { reasoningContent: { reasoningText: { text: 'Let me think.', signature: 'c2ln' } } },
    { text: 'Let me look.' },
    { toolUse: { name: 'weather', input: { city: 'Bern' }, toolUseId: 'tooluse_1' } },
    { toolUse: { name: 'slow', input: {}, toolUseId: 'tooluse_2' } },
  ],
}
const DONE: Behaviour = { type: 'reply', text: 'There is fog in Bern.' }

/** Runs by Converse, or by ConverseStream to the end. */
const runners = {
  async Converse(options: ToolLoopOptions): Promise<ToolLoopResult> {
    return await runToolLoop(options)
  },
  async ConverseStream(options: ToolLoopOptions): Promise<ToolLoopResult> {
    for await (const event of streamToolLoop(options)) if (event.type === 'end') return event.result
    throw new Error('The run had no end')
  },
}
type Runner = keyof typeof runners
const RUNNERS = Object.keys(runners) as Runner[]

describe.each(HTTP)('a tool loop over %s', (http) => {
  let simulator: Simulator
  let plain: BedrockRuntimeClient
  let client: BedrockRuntimeClient

  beforeEach(async () => {
    simulator = await startSimulator()
    plain = createClient(simulator, http)
    client = withResilience(plain, {
      models: [MODEL, NEXT],
      retry: { retries: 1, backoff: constant(0) },
      limiter: false,
      circuitBreaker: false,
      attemptTimeoutMs: 300,
      streamIdleTimeoutMs: 300,
    })
  })
  afterEach(async () => {
    plain.destroy()
    await simulator.close()
  })

  const options = (rest: Partial<ToolLoopOptions> = {}): ToolLoopOptions => ({
    client,
    input: { modelId: MODEL, messages: hello },
    tools,
    ...rest,
  })
  /** What the service refused. */
  const refused = () => simulator.requests.filter(({ status }) => status === 400)

  it('gives the same conversation whole and streamed, plain and resilient', async () => {
    const results: ToolLoopResult[] = []
    for (const each of [plain, client]) {
      for (const runner of RUNNERS) {
        simulator.enqueue(CALLS, DONE)
        results.push(await runners[runner](options({ client: each })))
      }
    }
    for (const result of results) {
      expect(result).toEqual(results[0])
      expect(result).toMatchObject({
        text: 'There is fog in Bern.',
        steps: 2,
        stopReason: 'end_turn',
      })
    }
    expect(results[0]?.messages[1]?.content?.[0]).toEqual({
      reasoningContent: { reasoningText: { text: 'Let me think.', signature: 'c2ln' } },
    })
    expect(results[0]?.messages[2]).toEqual({
      role: 'user',
      content: [
        {
          toolResult: { toolUseId: 'tooluse_1', content: [{ json: { city: 'Bern', sky: 'fog' } }] },
        },
        { toolResult: { toolUseId: 'tooluse_2', content: [{ text: 'at last' }] } },
      ],
    })
  })

  it.each(RUNNERS)(
    'by %s does not see throttles and cut streams that the layers overcome',
    async (runner) => {
      simulator.enqueue(
        { type: 'error', error: 'ThrottlingException' },
        CALLS,
        { type: 'kill', at: 0, by: 'rst' },
        DONE,
      )
      const result = await runners[runner](options())
      expect(result).toMatchObject({ text: 'There is fog in Bern.', steps: 2 })
    },
  )

  it.each(RUNNERS)('by %s that fails can be resumed where it was', async (runner) => {
    simulator.enqueue(CALLS)
    const remove = simulator.addRule({
      behaviour: { type: 'error', error: 'AccessDeniedException' },
    })
    const error = await runners[runner](options()).catch((error: unknown) => error)
    if (!ToolLoopInterruptedError.isInstance(error)) throw error
    expect(error).toMatchObject({ reason: 'failed', steps: 1, verdicts: [] })
    expect(error.messages).toHaveLength(3)
    remove()
    simulator.enqueue(DONE)
    const { messages } = error
    const result = await runners[runner](options({ input: { modelId: MODEL, messages } }))
    expect(result).toMatchObject({ text: 'There is fog in Bern.', steps: 1 })
    expect(refused()).toEqual([])
  })

  it.each(RUNNERS)(
    'by %s that runs in circles is asked for its last answer, with the tools still told',
    async (runner) => {
      simulator.addRule({
        behaviour: { type: 'reply', content: [use('weather', { city: 'Bern' })] },
      })
      const result = await runners[runner](options())
      expect(result).toMatchObject({ stopReason: 'guard' })
      expect(result.steps).toBeLessThan(10)
      expect(refused()).toEqual([])
      expect(
        simulator.requests.every(({ body }) => (body as { toolConfig?: object }).toolConfig),
      ).toBe(true)
      // It can be sent again, with a word of the user.
      const messages = [...result.messages, { role: 'user' as const, content: [{ text: 'Well?' }] }]
      simulator.reset()
      simulator.enqueue(DONE)
      await runners[runner](options({ input: { modelId: MODEL, messages } }))
      expect(refused()).toEqual([])
    },
  )

  it('that stalls in a stream ends with what had arrived', async () => {
    simulator.addRule({
      behaviour: { type: 'hang', at: 4, reply: { text: 'one two three four five six' } },
    })
    const error = await runners.ConverseStream(options()).catch((error: unknown) => error)
    expect(error).toMatchObject({
      reason: 'failed',
      cause: {
        code: 'STREAM_INTERRUPTED',
        reason: 'stalled',
        partial: { text: expect.stringMatching(/^one/) },
      },
    })
  })

  it('whose stream is cut fails, where the plain client sees a whole answer', async () => {
    simulator.addRule({ behaviour: { type: 'kill', at: 4, by: 'fin', gapMs: 5 } })
    const error = await runners
      .ConverseStream(options({ client: plain }))
      .catch((error: unknown) => error)
    expect(error).toMatchObject({ cause: { code: 'STREAM_INTERRUPTED' }, messages: hello })
  })

  it('that is left early closes its connection, with the plain client too', async () => {
    simulator.addRule({
      behaviour: { type: 'reply', deltas: 50, text: 'word '.repeat(50), gapMs: 5 },
    })
    for (const each of [plain, client]) {
      for await (const event of streamToolLoop(options({ client: each })))
        if (event.type === 'text') break
    }
    await vi.waitFor(() =>
      expect(simulator.requests.map(({ closedEarly }) => closedEarly)).toEqual([true, true]),
    )
  })

  /** What a request may meet, and what the model may say. */
  const behaviour = fc.oneof<fc.Arbitrary<Behaviour>[]>(
    fc
      .uniqueArray(fc.constantFrom('weather', 'slow', 'broken', 'nothing'), { minLength: 1 })
      .map((names) => ({
        type: 'reply' as const,
        content: [{ text: 'So.' }, ...names.map((name) => use(name, { city: 'Bern' }))],
      })),
    fc.constant({
      type: 'reply',
      content: [use('weather', { town: 1 })],
      stopReason: 'max_tokens',
    }),
    fc.constantFrom<Behaviour>(
      DONE,
      { type: 'error', error: 'ThrottlingException' },
      { type: 'error', error: 'ModelErrorException' },
      { type: 'kill', at: 'before-headers', by: 'rst' },
      { type: 'kill', at: 3, by: 'fin', reply: { content: [use('slow'), use('weather')] } },
      { type: 'end', at: 3 },
      { type: 'half-body' },
      { type: 'bad-checksum', at: 2 },
      { type: 'exception', at: 3, exception: 'modelStreamErrorException' },
      { type: 'hang', at: 3 },
      { type: 'hang', at: 'before-headers' },
    ),
  )

  it('whatever it meets and whenever it is aborted ends with messages that can be sent again', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const endings = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, { maxLength: 5 }),
        fc.constantFrom(...RUNNERS),
        fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
        async (behaviours, runner, abortMs) => {
          simulator.reset()
          simulator.enqueue(...behaviours)
          const controller = new AbortController()
          const { signal } = controller
          const timer =
            abortMs === undefined
              ? undefined
              : globalThis.setTimeout(() => controller.abort(), abortMs)
          const ended = await runners[runner](
            options({ signal, guard: createToolLoopGuard(), toolConcurrency: 2 }),
          ).catch((error: unknown) => error)
          clearTimeout(timer)
          if (ToolLoopInterruptedError.isInstance(ended)) {
            endings.add(ended.reason)
            if (ended.reason === 'aborted') expect(ended.cause).toBe(signal.reason)
          } else {
            expect(ended).not.toBeInstanceOf(Error)
            endings.add((ended as ToolLoopResult).stopReason)
          }
          expect(getEventListeners(signal, 'abort')).toEqual([])
          simulator.reset()
          simulator.enqueue(DONE)
          const { messages } = ended as ToolLoopResult
          const again = [...messages, { role: 'user' as const, content: [{ text: 'Go on.' }] }]
          await runToolLoop(options({ input: { modelId: MODEL, messages: again } }))
          expect(refused()).toEqual([])
        },
      ),
      {
        numRuns: 60,
        // Each way to end, whatever chance brings.
        examples: [
          [[DONE], 'Converse', undefined],
          [[{ type: 'error', error: 'ModelErrorException' }], 'Converse', undefined],
          [[{ type: 'hang', at: 'before-headers' }], 'Converse', 1],
        ],
      },
    )
    expect([...endings]).toEqual(expect.arrayContaining(['end_turn', 'failed', 'aborted']))
    await setTimeout(20)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})
