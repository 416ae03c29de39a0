// What the user's own rules and models may do to a call, through the real client and a real socket.
import { type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { FallbackExhaustedError } from '@holdfast/pipeline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type BedrockErrorRule,
  createResilience,
  type ResilienceEvent,
  withResilience,
} from '../src/index.ts'
import { ask, createClient, ending, HTTP, MODEL, NEXT } from './harness.ts'

let simulator: Simulator
beforeEach(async () => {
  simulator = await startSimulator()
})
afterEach(() => simulator.close())

describe('a rule whose `when` throws', () => {
  // Legal by the SDK's types, and wrong: a timeout has no `$metadata`.
  const when = (error: unknown) =>
    (error as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode === 429
  const mine: BedrockErrorRule = {
    id: 'mine',
    when,
    retry: false,
    fallback: false,
    breaker: 'ignore',
  }

  it.each(HTTP)('keeps no slot over %s, and is reported', async (http) => {
    const events: ResilienceEvent[] = []
    const resilience = createResilience({
      models: [MODEL],
      retry: false,
      circuitBreaker: false,
      limiter: { maxConcurrent: 5, maxQueue: 0 },
      attemptTimeoutMs: 50,
      errorRules: [mine],
      onEvent: (event) => void events.push(event),
    })
    const client = withResilience(createClient(simulator, http), { resilience })
    for (let call = 0; call < 6; call++) simulator.enqueue({ type: 'hang', at: 'before-headers' })
    const endings: string[] = []
    for (let call = 0; call < 6; call++) endings.push(await ending(ask.Converse(client)))
    for (const end of endings) expect(end).toContain('TimeoutError')
    expect(resilience.limiter?.active).toBe(0)
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'callback.failed', callback: 'errorRules.when' }),
    )
  })

  it.each(HTTP)('closes a stream that breaks off over %s', async (http) => {
    const resilience = createResilience({ models: [MODEL], retry: false, errorRules: [mine] })
    const client = withResilience(createClient(simulator, http), { resilience })
    simulator.enqueue({ type: 'kill', at: 4, by: 'rst', gapMs: 10 })
    expect(await ending(ask.ConverseStream(client))).toContain('StreamInterruptedError')
    expect(resilience.limiter?.active).toBe(0)
  })
})

describe('after a switch', () => {
  it('a model that refuses the input is skipped, and why the first one failed is the cause', async () => {
    const models = [MODEL, NEXT, 'third']
    const client = withResilience(createClient(simulator, 'h2'), { models, retry: false })
    const refusal = {
      type: 'error',
      error: 'ValidationException',
      message: 'The maximum tokens you requested exceeds the model limit of 8192.',
    } as const
    simulator.enqueue({ type: 'error', error: 'ServiceUnavailableException' }, refusal)
    expect(await ask.Converse(client)).toBeDefined()

    const overloaded = { type: 'error', error: 'ServiceUnavailableException' } as const
    simulator.enqueue(overloaded, refusal, refusal)
    const error = await ask.Converse(client).catch((thrown: unknown) => thrown)
    expect(FallbackExhaustedError.isInstance(error)).toBe(true)
    const { errors, cause } = error as FallbackExhaustedError
    expect(errors).toHaveLength(3)
    expect(cause).toBe(errors[0])
    expect((cause as Error).name).toBe('ServiceUnavailableException')
  })

  it('a wrong request to the first model still ends the call', async () => {
    const client = withResilience(createClient(simulator, 'h2'), { models: [MODEL, NEXT] })
    simulator.enqueue({ type: 'error', error: 'ValidationException' })
    await expect(ask.Converse(client)).rejects.toMatchObject({ name: 'ValidationException' })
  })
})
