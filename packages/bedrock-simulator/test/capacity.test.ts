import { expect, it } from 'vitest'
import { CLAUDE, client, converse, NOVA, simulator, stream, until } from './support.ts'

it('refuses with the real error and text when requests run out, and refills with time', async () => {
  let now = 0
  const sim = await simulator({ now: () => now, capacity: { [CLAUDE]: { requestsPerMinute: 1 } } })
  const sdk = client(sim)
  await converse(sdk)
  await expect(converse(sdk)).rejects.toMatchObject({
    name: 'ThrottlingException',
    message: 'Too many requests, please wait before trying again.',
    $metadata: { httpStatusCode: 429 },
  })
  await converse(sdk, NOVA)
  now = 60_000
  await converse(sdk)
  expect(sim.requests.map(({ behaviour }) => behaviour)).toEqual([
    'reply',
    'capacity',
    'reply',
    'reply',
  ])
})

it('reserves 64,000 tokens for a request without maxTokens: the commonest surprise', async () => {
  const sim = await simulator({ capacity: { '*': { tokensPerMinute: 60_000 } } })
  await expect(converse(client(sim))).rejects.toThrow('Too many tokens, please wait')
  sim.setCapacity('*', { tokensPerMinute: 60_000, defaultMaxTokens: 1_000 })
  await converse(client(sim))
  sim.setCapacity('*', { tokensPerDay: 1 })
  await expect(converse(client(sim))).rejects.toThrow('Too many tokens per day')
  sim.setCapacity('*', undefined)
  await converse(client(sim))
})

it('holds a place for a stream until its end, and gives it back when the client leaves', async () => {
  const sim = await simulator({
    capacity: { '*': { concurrent: 1 } },
    queue: [{ type: 'hang', at: 2 }],
  })
  const controller = new AbortController()
  const first = stream(client(sim), controller.signal)
  await until(() => sim.requests[0]?.status === 200)
  await expect(converse(client(sim))).rejects.toThrow('Too many requests')
  controller.abort()
  await first
  await until(() => sim.requests[0]?.finishedAt !== undefined)
  await converse(client(sim))
})

it('a refused request leaves the queue as it is', async () => {
  const sim = await simulator({ capacity: { '*': { concurrent: 0 } } })
  sim.enqueue({ type: 'reply', text: 'kept' })
  await expect(converse(client(sim))).rejects.toThrow('Too many requests')
  sim.setCapacity('*', undefined)
  expect((await converse(client(sim))).output?.message?.content).toEqual([{ text: 'kept' }])
})
