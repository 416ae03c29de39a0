import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { createRegistry, recordEvents } from '@holdfast/metrics'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type CommandFor,
  createResilience,
  type ResilienceEvent,
  type ResilienceOptions,
  resilientInvoke,
  withResilience,
} from '../src/index.ts'
import { ask, createClient, ending, HTTP, MODEL, NEXT, QUICK } from './harness.ts'

let simulator: Simulator
beforeEach(async () => {
  simulator = await startSimulator()
})
afterEach(() => simulator.close())

const usage = { inputTokens: 1_000, outputTokens: 200 }
const cached = { ...usage, cacheReadInputTokens: 50, cacheWriteInputTokens: 0 }
const messages = [{ role: 'user' as const, content: [{ text: 'Say something.' }] }]

/** A wrapped client, and what it tells of tokens. */
function setUp(options: ResilienceOptions = {}, http: 'h1' | 'h2' = 'h2') {
  const told: ResilienceEvent[] = []
  const onEvent = (event: ResilienceEvent) => {
    if (event.type === 'bedrock.tokens-used') told.push(event)
    options.onEvent?.(event)
  }
  return {
    client: withResilience(createClient(simulator, http), { ...QUICK, ...options, onEvent }),
    told,
  }
}

describe.each(HTTP)('tokens over %s', (http) => {
  it.each(['Converse', 'ConverseStream'] as const)(
    'are told once by an answer of %s',
    async (operation) => {
      const { client, told } = setUp({}, http)
      simulator.enqueue({ type: 'reply', text: 'Hi.', usage })
      await ask[operation](client)
      expect(told).toEqual([{ type: 'bedrock.tokens-used', name: MODEL, ...usage }])
    },
  )

  it('are not told by a stream that breaks off, nor by one that is left', async () => {
    const { client, told } = setUp({}, http)
    simulator.enqueue({ type: 'kill', at: 4, by: 'fin' }, { type: 'reply', text: 'Hi.', usage })
    expect(await ending(ask.ConverseStream(client))).toContain('StreamInterruptedError')
    const { stream } = await client.send(new ConverseStreamCommand({ modelId: MODEL, messages }))
    for await (const _ of stream ?? []) break
    expect(told).toEqual([])
  })
})

it('the model that answered is named, and what failed before it has told nothing', async () => {
  const { client, told } = setUp()
  const error = { type: 'error', error: 'InternalServerException' } as const
  simulator.enqueue(error, error, { type: 'reply', text: 'Hi.', usage })
  await ask.Converse(client)
  expect(told).toEqual([{ type: 'bedrock.tokens-used', name: NEXT, ...usage }])
})

it('what the prompt cache gave and took is told apart, a zero too', async () => {
  const { client, told } = setUp()
  simulator.enqueue({ type: 'reply', text: 'Hi.', usage: cached })
  await ask.Converse(client)
  expect(told).toEqual([{ type: 'bedrock.tokens-used', name: MODEL, ...cached }])
})

it('answers of InvokeModel tell nothing: their format is the model’s', async () => {
  const { client, told } = setUp()
  await ask.InvokeModel(client)
  await ask.InvokeModelWithResponseStream(client)
  expect(told).toEqual([])
})

it('a stream whose connection is cut behind its last event is whole, and its tokens are not known', async () => {
  const { client, told } = setUp()
  simulator.enqueue({ type: 'kill', at: 8, by: 'fin' })
  expect(await ending(ask.ConverseStream(client))).toBe('ok')
  expect(told).toEqual([])
})

describe('the observer is told last', () => {
  const layers = { limiter: { maxConcurrent: 1, maxQueue: 0 } }

  it.each(['Converse', 'ConverseStream'] as const)(
    'so it may make a call of its own of what %s has given back',
    async (operation) => {
      const before: string[] = []
      let again: Promise<unknown> | undefined
      const { client, told } = setUp({
        ...layers,
        onEvent(event) {
          if (event.type === 'bedrock.tokens-used') again ??= ask.Converse(client)
          if (again === undefined) before.push(event.type)
        },
      })
      await ask[operation](client)
      expect(await ending(again as Promise<unknown>)).toBe('ok')
      const ends = ['circuit-breaker.settled', 'fallback.served', 'limiter.settled']
      expect(before).toEqual(expect.arrayContaining(ends))
      expect(told).toHaveLength(2)
    },
  )

  it('and one that throws takes nothing from the answer', async () => {
    const { client } = setUp({
      onEvent(event) {
        if (event.type === 'bedrock.tokens-used') throw new Error('boom')
      },
    })
    expect(await ending(ask.Converse(client))).toBe('ok')
    expect(await ending(ask.ConverseStream(client))).toBe('ok')
  })
})

describe('a service that tells oddly', () => {
  interface Answer {
    readonly stream?: AsyncIterable<unknown> | undefined
    readonly $metadata: object
  }

  /** One answer, whatever it is, through the layers. */
  async function tokensOf(command: CommandFor<Answer>, output: object) {
    const types: string[] = []
    const resilience = createResilience({
      ...QUICK,
      onEvent: (event) => {
        types.push(event.type)
        if (event.type === 'bedrock.tokens-used') told.push(event)
      },
    })
    const told: ResilienceEvent[] = []
    const client = { send: async () => output } as unknown as Parameters<typeof resilientInvoke>[0]
    const answer = await resilientInvoke(client, command, { resilience })
    const failed = await (async () => {
      for await (const _ of answer.stream ?? []);
    })().then(
      () => false,
      () => true,
    )
    return { told, failed, last: types.at(-1) }
  }
  async function* events(...all: object[]) {
    yield* all
  }
  const DELTA = { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hi' } } }
  const STOP = { messageStop: { stopReason: 'end_turn' } }
  const METADATA = { metadata: { usage } }
  const ZERO = { metadata: { usage: { inputTokens: 0, outputTokens: 0 } } }
  const streaming = new ConverseStreamCommand({ modelId: MODEL, messages })
  const whole = new ConverseCommand({ modelId: MODEL, messages })
  const tokens = { type: 'bedrock.tokens-used', name: MODEL, ...usage }

  it.each([
    ['of the usage before the last event', [DELTA, METADATA, STOP], [tokens]],
    ['of it twice', [DELTA, METADATA, ZERO, STOP, ZERO], [tokens]],
    ['of it before the stream breaks off', [DELTA, METADATA], []],
    ['of no usage', [DELTA, STOP, { metadata: {} }], []],
  ])('%s', async (_, all, expected) => {
    const { told, failed, last } = await tokensOf(streaming, { stream: events(...all) })
    expect(told).toEqual(expected)
    expect(failed).toBe(!all.includes(STOP))
    expect(last === 'bedrock.tokens-used').toBe(expected.length > 0)
  })

  it.each([
    ['nothing', null, []],
    [
      'of only one direction',
      { outputTokens: 7 },
      [{ ...tokens, inputTokens: 0, outputTokens: 7 }],
    ],
  ])('in a whole answer: %s', async (_, usage, expected) => {
    const { told } = await tokensOf(whole, { output: {}, usage })
    expect(told).toEqual(expected)
  })
})

it('become a metric by model and direction', async () => {
  const registry = createRegistry()
  const { client } = setUp({ onEvent: recordEvents(registry) })
  simulator.enqueue(
    { type: 'reply', text: 'Hi.', usage },
    { type: 'reply', text: 'Hi.', usage: cached },
  )
  await ask.Converse(client)
  await ask.ConverseStream(client)
  const lines = (await registry.render()).split('\n')
  const series = (direction: string) =>
    `bedrock_tokens_total{model_id="${MODEL}",direction="${direction}"}`
  expect(lines.filter((line) => line.startsWith('bedrock_tokens_total'))).toEqual([
    `${series('input')} 2000`,
    `${series('output')} 400`,
    `${series('cache_read')} 50`,
    `${series('cache_write')} 0`,
  ])
})
