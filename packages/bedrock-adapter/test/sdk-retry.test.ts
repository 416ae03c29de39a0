import {
  BedrockRuntime,
  BedrockRuntimeClient,
  ConverseCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ResilienceEvent, withResilience } from '../src/index.ts'
import { ask, createClient, ending, HTTP, MODEL, NEXT, QUICK } from './harness.ts'

const command = () =>
  new ConverseCommand({
    modelId: MODEL,
    messages: [{ role: 'user', content: [{ text: 'Hello.' }] }],
  })

let simulator: Simulator
beforeEach(async () => {
  simulator = await startSimulator({
    rules: [{ model: MODEL, behaviour: { type: 'error', error: 'InternalServerException' } }],
  })
})
afterEach(() => simulator.close())

/** How many requests a call makes. */
async function count(call: Promise<unknown>): Promise<number> {
  const before = simulator.requests.length
  await ending(call)
  return simulator.requests.length - before
}

describe('the SDK’s own retry', () => {
  it('is off for wrapped calls only', async () => {
    const plain = createClient(simulator, 'h2')
    const client = withResilience(plain, { models: [MODEL], retry: false })
    expect(await count(ask.Converse(client))).toBe(1)
    expect(await count(ask.Converse(plain))).toBe(3)
    expect(await count(ask.Converse(client))).toBe(1)
  })

  it('is off, and on again for plain calls, with a command that is sent by both', async () => {
    const plain = createClient(simulator, 'h2')
    const client = withResilience(plain, { models: [MODEL], retry: false })
    const shared = command()
    expect(await count(client.send(shared))).toBe(1)
    expect(await count(plain.send(shared))).toBe(3)
  })

  it('is neither kept nor lost by a client that caches its middleware', async () => {
    const plain = new BedrockRuntimeClient({ ...simulator.clientConfig, cacheMiddleware: true })
    const client = withResilience(plain, { models: [MODEL], retry: false })
    expect(await count(client.send(command()))).toBe(1)
    expect(await count(plain.send(command()))).toBe(3)
    expect(await count(client.send(command()))).toBe(1)
  })

  it.each(HTTP)('leaves true attempt numbers on the wire over %s', async (http) => {
    const output = await withResilience(createClient(simulator, http), QUICK).send(command())
    expect(output.$metadata).toMatchObject({ httpStatusCode: 200, attempts: 1 })
    const { requests } = simulator
    expect(
      requests.map(({ model, attempt, maxAttempts }) => [model, attempt, maxAttempts]),
    ).toEqual([
      [MODEL, 1, 2],
      [MODEL, 2, 2],
      [NEXT, 1, 2],
    ])
    expect(new Set(requests.map((request) => request.invocationId)).size).toBe(1)
  })
})

describe('the layers', () => {
  it('stand also around the methods of the aggregated client', async () => {
    const client = withResilience(new BedrockRuntime(simulator.clientConfig), QUICK)
    const { output } = await client.converse(command().input)
    expect(output?.message?.role).toBe('assistant')
    expect(simulator.requests.at(-1)?.model).toBe(NEXT)
  })

  it('send each model the input that was made for it', async () => {
    const client = withResilience(createClient(simulator, 'h2'), {
      ...QUICK,
      models: [
        MODEL,
        { modelId: NEXT, transform: (input) => ({ ...input, system: [{ text: 'Be brief.' }] }) },
      ],
    })
    await client.send(command())
    expect(simulator.requests.at(-1)?.body).toMatchObject({ system: [{ text: 'Be brief.' }] })
    expect(simulator.requests[0]?.body).not.toHaveProperty('system')
  })

  it('wait as long as the service asks', async () => {
    const events: ResilienceEvent[] = []
    simulator.enqueue({
      type: 'error',
      error: 'ThrottlingException',
      headers: { 'x-amz-retry-after': '30' },
    })
    simulator.enqueue({ type: 'reply' })
    const onEvent = (event: ResilienceEvent) => void events.push(event)
    await withResilience(createClient(simulator, 'h2'), { ...QUICK, onEvent }).send(command())
    expect(events.find((event) => event.type === 'retry.scheduled')).toMatchObject({
      waitMs: 30,
      hinted: true,
    })
  })
})
