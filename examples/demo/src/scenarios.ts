import assert from 'node:assert/strict'
import { ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { StreamInterruptedError } from '@holdfast/bedrock-adapter'
import type { Behaviour } from '@holdfast/bedrock-simulator'
import { PRIMARY, type Scenario, SECONDARY } from './scenario.ts'

const THROTTLED: Behaviour = { type: 'error', error: 'ThrottlingException' }
const DOWN: Behaviour = { type: 'error', error: 'ServiceUnavailableException' }

export const scenarios: readonly Scenario[] = [
  {
    name: 'calm',
    description: 'A successful call: one request, one answer.',
    async run({ ask, requests }) {
      assert.ok(await ask('What is a holdfast?'))
      assert.equal(requests(PRIMARY), 1)
      return 'answered'
    },
  },
  {
    name: 'throttled',
    description:
      'Two throttled attempts, then success: three requests, with waits of about 1 s and 2 s.',
    async run({ simulator, ask, requests }) {
      simulator.enqueue(THROTTLED, THROTTLED)
      assert.ok(await ask('Again?'))
      assert.equal(requests(PRIMARY), 3)
      return 'answered after 2 retries'
    },
  },
  {
    name: 'fallback',
    description: 'The primary model is down. After four attempts the next model answers.',
    async run({ simulator, ask, requests }) {
      simulator.addRule({ model: PRIMARY, behaviour: DOWN })
      assert.ok(await ask('Is anybody there?'))
      assert.equal(requests(PRIMARY), 4)
      assert.equal(requests(SECONDARY), 1)
      return 'answered by the next model'
    },
  },
  {
    name: 'circuit',
    description:
      'Five failed calls open the circuit of the primary model, and the next calls skip it. After 30 s a successful probe closes the circuit.',
    shownEvents: ['circuit-breaker.state-changed', 'circuit-breaker.rejected', 'fallback.served'],
    async run({ simulator, resilience, ask, wait, requests, note }) {
      const circuit = resilience.circuitBreakers?.for(PRIMARY)
      const recover = simulator.addRule({ model: PRIMARY, behaviour: DOWN })
      await Promise.all([1, 2, 3, 4, 5].map((number) => ask(`Failing call ${number}`)))
      assert.equal(circuit?.state, 'open')
      assert.equal(requests(PRIMARY), 20)

      note('three calls while the circuit is open')
      for (const number of [1, 2, 3]) await ask(`Call ${number} while open`)
      assert.equal(requests(PRIMARY), 20)

      note('the primary recovers; 30 s pass')
      recover()
      await wait(30_000)
      await ask('Are you back?')
      assert.equal(requests(PRIMARY), 21)
      assert.equal(circuit?.state, 'closed')
      return 'circuit opened, model skipped, probe succeeded, circuit closed'
    },
  },
  {
    name: 'overload',
    description:
      'Thirty concurrent calls: 5 run, 20 wait in the queue, and 5 are rejected with 503. The 25 others succeed.',
    shownEvents: ['limiter.queued', 'limiter.rejected'],
    async run({ simulator, ask, requests }) {
      simulator.addRule({ behaviour: { type: 'reply', text: 'Done.', delayMs: 20 } })
      const calls = Array.from({ length: 30 }, (_, index) => ask(`Call ${index}`))
      const settled = await Promise.allSettled(calls)
      const rejected = settled.filter((call) => call.status === 'rejected')
      assert.deepEqual(
        rejected.map(({ reason }) => [reason.code, reason.statusCode]),
        Array(5).fill(['QUEUE_FULL', 503]),
      )
      assert.equal(requests(), 25)
      return '25 answered, 5 rejected with 503'
    },
  },
  {
    name: 'cut-stream',
    description:
      'A stream is cut off half-way: the call fails with a typed error and the text so far. The SDK alone would report success.',
    async run({ simulator, client, requests, note }) {
      simulator.enqueue({ type: 'kill', at: 4, by: 'fin' })
      const { stream } = await client.send(
        new ConverseStreamCommand({
          modelId: PRIMARY,
          messages: [{ role: 'user', content: [{ text: 'Tell me about the sea.' }] }],
        }),
      )
      let received = ''
      const error = await (async () => {
        for await (const event of stream ?? []) {
          received += event.contentBlockDelta?.delta?.text ?? ''
        }
      })().then(
        () => undefined,
        (error: unknown) => error,
      )
      assert.ok(StreamInterruptedError.isInstance(error))
      assert.ok(received !== '' && error.partial.text === received)
      assert.equal(requests(), 1)
      note(`text so far: ${JSON.stringify(error.partial.text)}`)
      return `${error.name} (${error.reason})`
    },
  },
  {
    name: 'validation',
    description: 'A validation error: one request, without retry or fallback.',
    async run({ simulator, ask, requests }) {
      simulator.enqueue({
        type: 'error',
        error: 'ValidationException',
        message: 'messages: invalid',
      })
      const error = await ask('?').then(
        () => undefined,
        (error: Error) => error,
      )
      assert.equal(error?.name, 'ValidationException')
      assert.equal(requests(), 1)
      return 'ValidationException'
    },
  },
]
