import { describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { CLAUDE, client, converse, simulator } from './support.ts'

interface Answer {
  error: string
  requests: object[]
  queue: object[]
  capacity: object
}

async function call(sim: Simulator, method: string, path: string, body?: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${sim.url}/_simulator/${path}`, {
    method,
    ...(body !== undefined && { body: text }),
  })
  // The shape is what each test is about.
  return { status: response.status, body: (await response.json()) as Answer }
}

describe('the control endpoint', () => {
  it('adds, lists and removes rules', async () => {
    const sim = await simulator()
    const rule = { model: '*claude*', behaviour: { type: 'error', error: 'ThrottlingException' } }
    expect(await call(sim, 'POST', 'rules', rule)).toEqual({ status: 201, body: { ids: [1] } })
    expect((await call(sim, 'GET', 'rules')).body).toEqual({ rules: [{ id: 1, ...rule }] })
    await expect(converse(client(sim))).rejects.toMatchObject({ name: 'ThrottlingException' })
    expect((await call(sim, 'DELETE', 'rules/1')).status).toBe(200)
    expect((await call(sim, 'DELETE', 'rules/1')).status).toBe(404)
    await converse(client(sim))
  })

  it('queues behaviours, one or many', async () => {
    const sim = await simulator()
    await call(sim, 'POST', 'queue', { type: 'reply', text: 'one' })
    await call(sim, 'POST', 'queue', [{ type: 'reply', text: 'two' }])
    expect((await call(sim, 'GET', 'queue')).body.queue).toHaveLength(2)
    expect((await converse(client(sim))).output?.message?.content).toEqual([{ text: 'one' }])
    await call(sim, 'DELETE', 'queue')
    expect((await call(sim, 'GET', 'queue')).body).toEqual({ queue: [] })
  })

  it('sets and lifts limits', async () => {
    const sim = await simulator()
    await call(sim, 'POST', 'capacity', { [CLAUDE]: { concurrent: 0 } })
    expect((await call(sim, 'GET', 'capacity')).body.capacity).toEqual({
      [CLAUDE]: { concurrent: 0 },
    })
    await expect(converse(client(sim))).rejects.toThrow('Too many requests')
    await call(sim, 'POST', 'capacity', { [CLAUDE]: null })
    await converse(client(sim))
  })

  it('shows the log, and is not in it', async () => {
    const sim = await simulator()
    await converse(client(sim))
    const { requests } = (await call(sim, 'GET', 'requests')).body
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ model: CLAUDE, operation: 'Converse', status: 200 })
    await call(sim, 'DELETE', 'requests')
    expect(sim.requests).toEqual([])
  })

  it('resets to the start', async () => {
    const sim = await simulator({ queue: [{ type: 'reply', text: 'start' }] })
    await converse(client(sim))
    await call(sim, 'POST', 'reset')
    expect(sim.requests).toEqual([])
    expect((await converse(client(sim))).output?.message?.content).toEqual([{ text: 'start' }])
  })

  it.each([
    ['rules', { behaviour: { type: 'x' } }, /rules\[0\]\.behaviour\.type: expected 'reply'/],
    ['queue', [{ type: 'reply' }, { type: 'hang' }], /queue\[1\]\.at: expected/],
    ['capacity', { m: { concurrent: -1 } }, /capacity\["m"\]\.concurrent: expected/],
    ['queue', '{', /not JSON/],
  ])('says what is wrong with %s %j', async (path, body, message) => {
    const sim = await simulator()
    const answer = await call(sim, 'POST', path, body)
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatch(message)
  })

  it('says what there is when asked for something else', async () => {
    const answer = await call(await simulator(), 'GET', 'nothing')
    expect(answer.status).toBe(404)
    expect(answer.body.error).toMatch(/GET requests/)
  })
})
