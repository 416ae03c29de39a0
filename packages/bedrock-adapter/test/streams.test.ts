import { type BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { consecutiveFailures } from '@holdfast/circuit-breaker'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createResilience,
  type Resilience,
  StreamInterruptedError,
  withResilience,
} from '../src/index.ts'
import { ask, createClient, HTTP, MODEL, NEXT, QUICK } from './harness.ts'

const command = () =>
  new ConverseStreamCommand({
    modelId: MODEL,
    messages: [{ role: 'user', content: [{ text: 'Tell me a long story.' }] }],
  })

describe.each(HTTP)('a stream over %s', (http) => {
  let simulator: Simulator
  let plain: BedrockRuntimeClient
  let resilience: Resilience
  let client: BedrockRuntimeClient

  beforeEach(async () => {
    simulator = await startSimulator()
    plain = createClient(simulator, http)
    resilience = createResilience(QUICK)
    client = withResilience(plain, { resilience })
  })
  afterEach(async () => {
    plain.destroy()
    await simulator.close()
  })

  it.each(['ConverseStream', 'InvokeModelWithResponseStream'] as const)(
    'of %s comes through event by event as the plain client gives it',
    async (operation) => {
      const kinds = async (each: BedrockRuntimeClient) =>
        ((await ask[operation](each)) as object[]).map((event) => Object.keys(event))
      const whole = await kinds(plain)
      expect(whole.length).toBeGreaterThan(5)
      expect(await kinds(client)).toEqual(whole)
    },
  )

  it('holds its permits until its last event', async () => {
    const { stream } = await client.send(command())
    const seen: number[] = []
    for await (const event of stream ?? []) {
      seen.push(resilience.limiter?.active ?? -1)
      if (event.messageStop) break
    }
    expect(new Set(seen.slice(0, -1))).toEqual(new Set([1]))
    expect(seen.at(-1)).toBe(0)
  })

  it('that is left early is closed, where the plain client lets it run on', async () => {
    simulator.addRule({
      behaviour: { type: 'reply', deltas: 50, text: 'word '.repeat(50), gapMs: 5 },
    })
    for (const each of [plain, client]) {
      for await (const event of (await each.send(command())).stream ?? []) {
        if (event.contentBlockDelta) break
      }
    }
    await vi.waitFor(() => {
      const [left, closed] = simulator.requests
      expect(closed).toMatchObject({ closedEarly: true, finishedAt: expect.any(Number) })
      expect(left).toMatchObject({ closedEarly: false, finishedAt: expect.any(Number) })
    })
    expect(resilience.limiter?.active).toBe(0)
    expect(resilience.circuitBreakers?.for(MODEL).state).toBe('closed')
  })

  it('rejects with the reason of an abort, where the plain client loses it', async () => {
    simulator.addRule({ behaviour: { type: 'hang', at: 3 } })
    const controller = new AbortController()
    const reason = new Error('the user has left')
    const { stream } = await client.send(command(), { abortSignal: controller.signal })
    const reading = (async () => {
      for await (const event of stream ?? []) {
        if (event.contentBlockDelta) setTimeout(() => controller.abort(reason), 10)
      }
    })()
    await expect(reading).rejects.toBe(reason)
    expect(resilience.limiter?.active).toBe(0)
    await vi.waitFor(() => expect(simulator.requests[0]?.closedEarly).toBe(true))
  })

  it('that breaks off gives what arrived: text, and a tool’s input as far as it came', async () => {
    simulator.enqueue({
      type: 'kill',
      by: 'fin',
      at: 7,
      reply: {
        content: [
          { text: 'Let me look.' },
          { toolUse: { name: 'look', toolUseId: 'tooluse_1', input: { where: 'under the sea' } } },
        ],
        deltas: 2,
      },
    })
    const error = await ask.ConverseStream(client).catch((error: unknown) => error)
    expect(StreamInterruptedError.isInstance(error)).toBe(true)
    const { partial, modelId } = error as StreamInterruptedError
    expect(modelId).toBe(MODEL)
    expect(partial.content).toEqual([
      { type: 'text', text: 'Let me look.' },
      {
        type: 'toolUse',
        toolUseId: 'tooluse_1',
        name: 'look',
        input: expect.stringMatching(/^\{"where"/),
      },
    ])
    expect(partial.text).toBe('Let me look.')
  })

  it('counts against the model when it breaks off, and opens its circuit', async () => {
    simulator.addRule({ model: MODEL, behaviour: { type: 'end', at: 3 } })
    for (let call = 0; call < 5; call++) {
      await expect(ask.ConverseStream(client)).rejects.toBeInstanceOf(StreamInterruptedError)
    }
    expect(resilience.circuitBreakers?.for(MODEL).state).toBe('open')
    await ask.ConverseStream(client)
    expect(simulator.requests.at(-1)?.model).toBe(NEXT)
  })

  it('is slow when its last event comes late, and opens its circuit if slow calls shall', async () => {
    const openWhen = consecutiveFailures(1)
    const circuitBreaker = { openWhen, slowCallMs: 100 }
    resilience = createResilience({ ...QUICK, circuitBreaker })
    client = withResilience(plain, { resilience })
    const breaker = resilience.circuitBreakers?.for(MODEL)
    simulator.addRule({ behaviour: { type: 'reply', deltas: 10, gapMs: 15 } })
    await ask.ConverseStream(client)
    expect(breaker?.stats()).toMatchObject({ state: 'open', successes: 1, slow: 1 })
  })

  it('whose first model fails before the first content is answered whole by the next', async () => {
    simulator.addRule({ model: MODEL, behaviour: { type: 'kill', at: 1, by: 'rst' } })
    const events = (await ask.ConverseStream(client)) as {
      messageStart?: object
      messageStop?: object
    }[]
    expect(events.filter((event) => event.messageStart)).toHaveLength(1)
    expect(events.filter((event) => event.messageStop)).toHaveLength(1)
  })
})
