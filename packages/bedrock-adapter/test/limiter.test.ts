import {
  ConverseCommand,
  ConverseStreamCommand,
  type TokenUsage,
} from '@aws-sdk/client-bedrock-runtime'
import { type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { adaptive } from '@holdfast/limiter'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BedrockRate, createResilience, withResilience } from '../src/index.ts'
import { ask, createClient, ending, HTTP, MODEL, NEXT } from './harness.ts'

let simulator: Simulator
beforeEach(async () => {
  simulator = await startSimulator()
})
afterEach(() => simulator.close())

describe('an adaptive limit', () => {
  const throttled = { type: 'error', error: 'ThrottlingException' } as const
  const limiter = { maxConcurrent: adaptive({ min: 1, max: 16, initial: 8 }) }

  it.each([
    ['of the only model', [MODEL], [throttled]],
    [
      'of the first of two models',
      [MODEL, NEXT],
      [throttled, { type: 'error', error: 'InternalServerException' }],
    ],
    [
      'of the last',
      [MODEL, NEXT],
      [{ type: 'error', error: 'InternalServerException' }, throttled],
    ],
  ] as const)('is halved by a throttle %s', async (_, models, behaviours) => {
    const resilience = createResilience({ models, limiter, retry: false })
    simulator.enqueue(...behaviours)
    await ending(ask.Converse(withResilience(createClient(simulator, 'h2'), { resilience })))
    expect(resilience.limiter?.stats().limit).toBe(4)
  })

  it.each(HTTP)('is halved by a throttle within a stream over %s', async (http) => {
    const resilience = createResilience({ models: [MODEL], limiter, retry: false })
    simulator.enqueue({ type: 'exception', at: 4, exception: 'throttlingException' })
    const client = withResilience(createClient(simulator, http), { resilience })
    expect(await ending(ask.ConverseStream(client))).toContain('StreamInterruptedError')
    expect(resilience.limiter?.stats().limit).toBe(4)
  })

  it('stays as it is when a model fails otherwise', async () => {
    const resilience = createResilience({ models: [MODEL], limiter, retry: false })
    simulator.enqueue({ type: 'error', error: 'InternalServerException' })
    await ending(ask.Converse(withResilience(createClient(simulator, 'h2'), { resilience })))
    expect(resilience.limiter?.stats()).toMatchObject({ limit: 8, failures: 1 })
  })
})

describe('what a call says of the service to the limiter', () => {
  it.each([
    ['a wrong request, nothing', { type: 'error', error: 'ValidationException' }, 'ignore'],
    [
      'a model that fails, a failure',
      { type: 'error', error: 'InternalServerException' },
      'failure',
    ],
    ['a throttle, a failure', { type: 'error', error: 'ThrottlingException' }, 'failure'],
    ['a stream that is cut, a failure', { type: 'kill', at: 4, by: 'rst', gapMs: 10 }, 'failure'],
  ] as const)('%s', async (_, behaviour, outcome) => {
    const outcomes: string[] = []
    const resilience = createResilience({
      models: [MODEL],
      retry: false,
      onEvent: (event) => event.type === 'limiter.settled' && outcomes.push(event.outcome),
    })
    simulator.enqueue(behaviour)
    const client = withResilience(createClient(simulator, 'h2'), { resilience })
    await ending(ask.ConverseStream(client))
    expect(outcomes).toEqual([outcome])
  })
})

describe('a rate of tokens', () => {
  const tokens: BedrockRate = {
    name: 'tokens',
    // So slowly that what comes back meanwhile is less than a token.
    perMinute: 1,
    burst: 100_000,
    cost: ({ input }) => ('inferenceConfig' in input ? (input.inferenceConfig?.maxTokens ?? 0) : 0),
    actual: ({ inputTokens = 0, outputTokens = 0 }: TokenUsage, modelId) =>
      inputTokens + outputTokens * (modelId.includes('claude') ? 5 : 1),
  }
  const usage = { inputTokens: 1_000, outputTokens: 200 }
  const input = {
    modelId: MODEL,
    messages: [{ role: 'user' as const, content: [{ text: 'Say something.' }] }],
    inferenceConfig: { maxTokens: 4_096 },
  }

  function create(rate: Partial<BedrockRate> = {}) {
    const resilience = createResilience({
      models: [MODEL],
      limiter: { rates: [{ ...tokens, ...rate }] },
      retry: false,
    })
    const client = withResilience(createClient(simulator, 'h2'), { resilience })
    const taken = () =>
      Math.round(100_000 - (resilience.limiter?.stats().rates['tokens']?.tokens ?? 0))
    return { client, taken }
  }

  it('is taken by what a call may need, then corrected by the usage of its answer', async () => {
    const { client, taken } = create()
    simulator.enqueue({ type: 'reply', text: 'Hi.', usage, delayMs: 50 })
    const answer = client.send(new ConverseCommand(input))
    expect(taken()).toBe(4_096)
    await answer
    expect(taken()).toBe(2_000)
  })

  it('is corrected by the end of a stream, for the model that answered', async () => {
    const { client, taken } = create()
    simulator.enqueue({ type: 'reply', text: 'Hi.', usage })
    const { stream } = await client.send(new ConverseStreamCommand(input))
    expect(taken()).toBe(4_096)
    for await (const _ of stream ?? []);
    expect(taken()).toBe(2_000)
  })

  it('keeps what was reserved for a call that fails, or whose usage is not told', async () => {
    const { client, taken } = create()
    simulator.enqueue({ type: 'error', error: 'InternalServerException' })
    await ending(client.send(new ConverseCommand(input)))
    expect(taken()).toBe(4_096)
    const { taken: untold, client: other } = create({ cost: () => 10 })
    await ask.InvokeModel(other)
    expect(untold()).toBe(10)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['gives no number', () => Number.NaN],
  ])('keeps it, and the answer, when `actual` %s', async (_, actual) => {
    const { client, taken } = create({ actual })
    await client.send(new ConverseCommand(input))
    expect(taken()).toBe(4_096)
  })

  it('with a cost that no bucket holds, says so and sends nothing', async () => {
    const { client } = create({ burst: 4_000 })
    await expect(client.send(new ConverseCommand(input))).rejects.toThrow('cost of tokens')
    expect(simulator.requests).toHaveLength(0)
  })

  it.each([
    [{ rates: [{ ...tokens, actual: 5 }] }, TypeError, '`actual`'],
    [{ rates: [{ ...tokens, perMinute: 0 }] }, RangeError, 'perMinute of tokens'],
    [{ rates: {} }, TypeError, '`rates`'],
  ])('%j are refused at creation', (limiter, kind, message) => {
    expect(() => createResilience({ limiter: limiter as never })).toThrow(kind)
    expect(() => createResilience({ limiter: limiter as never })).toThrow(message)
  })
})
