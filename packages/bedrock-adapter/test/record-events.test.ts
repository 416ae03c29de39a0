// What the layers around the real client tell, as metrics.
import { type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { createRegistry, type HoldfastEvent, recordEvents } from '@holdfast/metrics'
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest'
import { type ResilienceEvent, withResilience } from '../src/index.ts'
import { ask, createClient, ending, MODEL, NEXT, QUICK } from './harness.ts'

let simulator: Simulator
beforeEach(async () => {
  simulator = await startSimulator()
})
afterEach(() => simulator.close())

test('calls through all layers, one of them a stream that breaks off', async () => {
  expectTypeOf<ResilienceEvent>().toExtend<HoldfastEvent>()
  const registry = createRegistry()
  const onEvent = recordEvents(registry)
  const client = withResilience(createClient(simulator, 'h2'), { ...QUICK, onEvent })

  const error = { type: 'error', error: 'InternalServerException' } as const
  simulator.enqueue(error, error)
  await ask.Converse(client)
  simulator.enqueue({ type: 'exception', at: 4, exception: 'internalServerException' })
  await ending(ask.ConverseStream(client))

  const { families } = await registry.snapshot()
  const values = Object.fromEntries(
    families
      .filter(({ name, series }) => series.length > 0 && !name.endsWith('_seconds'))
      .map(({ name, series }) => [
        name,
        series.map(({ labels, values: [value] }) => [...labels, value].join(' ')),
      ]),
  )
  expect(values).toMatchObject({
    bedrock_stream_interrupted: [expect.stringContaining(MODEL)],
    circuit_breaker_state: [`${MODEL} closed 0`, `${NEXT} closed 0`],
    circuit_breaker_success: [`${MODEL} 0`, `${NEXT} 1`],
    circuit_breaker_failure: [`${MODEL} 2`, `${NEXT} 0`],
    limiter_in_flight: [expect.stringMatching(/ 0$/)],
    limiter_completed: [expect.stringMatching(/ 1$/)],
    limiter_failed: [expect.stringMatching(/ 1$/)],
    retry_attempts: expect.arrayContaining([`${MODEL} transient 1`]),
    retry_exhausted: expect.arrayContaining([`${MODEL} 1`]),
    model_fallback: [expect.stringContaining(`${MODEL} ${NEXT} 1`)],
  })
})
