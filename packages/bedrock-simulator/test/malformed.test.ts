import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { CLAUDE, client, converse, simulator, until } from './support.ts'

const path = `/model/${encodeURIComponent(CLAUDE)}`

async function post(sim: Simulator, to: string, body: string, method = 'POST') {
  const response = await fetch(sim.url + to, { method, ...(method === 'POST' && { body }) })
  return {
    status: response.status,
    type: response.headers.get('x-amzn-errortype')?.split(':')[0],
    message: ((await response.json()) as { message?: string }).message,
  }
}

const user = { role: 'user', content: [{ text: 'x' }] }
const toolUse = { toolUse: { toolUseId: 'a', name: 't', input: {} } }
const converseCases: readonly [unknown, RegExp][] = [
  ['{', /Malformed input request/],
  [[], /Malformed input request/],
  [{}, /Value null at 'messages' failed to satisfy constraint: Member must not be null/],
  [{ messages: 'hi' }, /'messages' is invalid: expected a list/],
  [{ messages: [] }, /must start with a user message/],
  [
    { messages: [{ role: 'assistant', content: [{ text: 'x' }] }] },
    /must start with a user message/,
  ],
  [{ messages: [{ role: 'robot', content: [] }] }, /Value 'robot'.*enum value set/],
  [{ messages: [user, user] }, /must alternate/],
  [
    { messages: [{ role: 'user', content: [] }] },
    /content field in the Message object at messages.0 is empty/,
  ],
  [{ messages: [{ role: 'user', content: [{ text: ' ' }] }] }, /messages.0.content.0 is blank/],
  [{ messages: [{ role: 'user', content: [{ text: 7 }] }] }, /expected a string, got a number/],
  [{ messages: [{ role: 'user', content: [{}] }] }, /must set one of the following keys/],
  [
    { messages: [user], inferenceConfig: { maxTokens: 0 } },
    /Value '0' at 'inferenceConfig.maxTokens'.*greater than or equal to 1/,
  ],
  [{ messages: [user], inferenceConfig: { temperature: 2 } }, /less than or equal to 1/],
  [{ messages: [user], toolConfig: { tools: [] } }, /length greater than or equal to 1/],
  [
    { messages: [user], toolConfig: { tools: [{}], toolChoice: { tool: { name: 'x' } } } },
    /tool x in toolChoice/,
  ],
  [
    {
      messages: [user, { role: 'assistant', content: [toolUse] }, user],
      toolConfig: { tools: [{}] },
    },
    /Expected toolResult blocks at messages.2.content for the following Ids: a/,
  ],
  [
    {
      messages: [{ role: 'user', content: [{ toolResult: { toolUseId: 'a' } }] }],
      toolConfig: { tools: [{}] },
    },
    /exceeds the number of toolUse blocks/,
  ],
  [
    { messages: [user, { role: 'assistant', content: [toolUse] }] },
    /toolConfig field must be defined/,
  ],
]
const claude = {
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 5,
  messages: [{ role: 'user', content: 'x' }],
}
const claudeCases: readonly [unknown, RegExp][] = [
  [{ ...claude, max_tokens: undefined }, /max_tokens: Field required/],
  [{ ...claude, max_tokens: 'many' }, /valid integer/],
  [{ ...claude, messages: [] }, /at least one message/],
  [{ ...claude, messages: [{ role: 'x', content: 'x' }] }, /messages.0.role/],
  [{ ...claude, tool_choice: { type: 'tool', name: 'x' } }, /Tool 'x' not found/],
]

describe('malformed requests', () => {
  it.each(converseCases)('Converse: %j', async (body, message) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await post(await simulator(), `${path}/converse`, text)
    expect(answer).toMatchObject({ status: 400, type: 'ValidationException' })
    expect(answer.message).toMatch(message)
  })

  it.each(claudeCases)('InvokeModel: %j', async (body, message) => {
    const answer = await post(await simulator(), `${path}/invoke`, JSON.stringify(body))
    expect(answer).toMatchObject({ status: 400, type: 'ValidationException' })
    expect(answer.message).toMatch(message)
  })

  it.each(['count-tokens', 'invoke-with-response-stream', 'converse-stream'])(
    '%s of nothing',
    async (action) => {
      const answer = await post(await simulator(), `${path}/${action}`, '')
      expect(answer).toMatchObject({ status: 400, type: 'ValidationException' })
    },
  )

  it('ApplyGuardrail without a source', async () => {
    const answer = await post(await simulator(), '/guardrail/g/version/1/apply', '{"content":[]}')
    expect(answer.message).toMatch(/'source' failed to satisfy constraint/)
  })

  it('reach the client as a ValidationException, and leave the queue as it is', async () => {
    const sim = await simulator({ queue: [{ type: 'reply', text: 'kept' }] })
    const empty = new ConverseCommand({ modelId: CLAUDE, messages: [] })
    await expect(client(sim).send(empty)).rejects.toMatchObject({ name: 'ValidationException' })
    expect(sim.requests[0]).toMatchObject({ behaviour: 'rejected', status: 400 })
    expect((await converse(client(sim))).output?.message?.content).toEqual([{ text: 'kept' }])
  })

  it.each([
    ['POST', '/'],
    ['POST', '/model/x/dance'],
    ['POST', '/model/%E0%A4%A/converse'],
    ['POST', '/model//converse'],
    ['GET', `${path}/converse`],
    ['DELETE', `${path}/converse`],
    ['POST', '/async-invoke'],
  ])('unknown: %s %s', async (method, to) => {
    const sim = await simulator()
    expect(await post(sim, to, '{}', method)).toMatchObject({
      status: 404,
      type: 'UnknownOperationException',
    })
    expect(sim.requests).toEqual([])
  })

  it('a body past the limit is read to its end and answered with 413', async () => {
    const sim = await simulator({ maxBodyBytes: 1_000 })
    const command = new ConverseCommand({
      modelId: CLAUDE,
      messages: [{ role: 'user', content: [{ text: 'x'.repeat(300_000) }] }],
    })
    for (const version of ['2.0', '1.1'] as const) {
      await expect(client(sim, version).send(command)).rejects.toMatchObject({
        name: 'ValidationException',
        $metadata: { httpStatusCode: 413 },
      })
    }
  })

  it('a large body within the limit is taken whole', async () => {
    const sim = await simulator()
    const text = 'word '.repeat(600_000)
    const command = new ConverseCommand({
      modelId: CLAUDE,
      messages: [{ role: 'user', content: [{ text }] }],
    })
    for (const version of ['2.0', '1.1'] as const) {
      expect((await client(sim, version).send(command)).usage?.inputTokens).toBeGreaterThan(700_000)
    }
  })

  it('no JSON at all makes it fail', async () => {
    const sim = await simulator()
    const message = fc.record({
      role: fc.constantFrom('user', 'assistant'),
      content: fc.jsonValue(),
    })
    const near = fc.record({
      messages: fc.oneof(fc.array(message, { minLength: 1 }), fc.jsonValue()),
      max_tokens: fc.oneof(fc.integer(), fc.jsonValue()),
      anthropic_version: fc.string(),
      toolConfig: fc.jsonValue(),
      inferenceConfig: fc.jsonValue(),
      input: fc.jsonValue(),
      content: fc.jsonValue(),
      source: fc.constantFrom('INPUT', 'x'),
    })
    const routes = [
      `${path}/converse`,
      `${path}/invoke`,
      `${path}/count-tokens`,
      '/guardrail/g/version/1/apply',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.jsonValue(), near),
        fc.constantFrom(...routes),
        async (body, to) => {
          const { status } = await post(sim, to, JSON.stringify(body))
          expect([200, 400]).toContain(status)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('nesting deeper than the call stack is no reason to fail', async () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    const body = `{"messages":${JSON.stringify([user])},"system":${deep}}`
    expect((await post(await simulator(), `${path}/converse`, body)).status).toBe(200)
  })

  it.each(['\0\0\0', 'GET\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage, not frames', 'PR'])(
    'bytes that are not HTTP: %j',
    async (bytes) => {
      const sim = await simulator()
      await new Promise<void>((resolve) => {
        const socket = connect(sim.port, '127.0.0.1', () => socket.end(bytes))
        socket.on('error', () => {})
        socket.on('close', () => resolve())
        socket.resume()
      })
      await converse(client(sim))
    },
  )

  it('a preface in pieces is still HTTP/2', async () => {
    const sim = await simulator()
    const socket = connect(sim.port, '127.0.0.1')
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
    let answer = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
    })
    socket.setNoDelay(true)
    for (const piece of ['P', 'RI * HT', preface.slice(8), '\0\0\0\x04\0\0\0\0\0']) {
      await new Promise((resolve) => socket.write(piece, 'latin1', resolve))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    // The server's own SETTINGS frame: type 4 on stream 0.
    await until(() => answer.length >= 9)
    expect(answer[3]).toBe(4)
    socket.destroy()
  })

  it('a client that leaves in the middle of its upload is logged', async () => {
    const sim = await simulator()
    const session = connectHttp2(sim.url)
    session.on('error', () => {})
    const request = session.request({ ':method': 'POST', ':path': `${path}/converse` })
    request.on('error', () => {})
    await new Promise((resolve) => request.write('{"messages":', resolve))
    session.destroy()
    await until(() => sim.requests.length === 1)
    expect(sim.requests[0]).toMatchObject({ closedEarly: true, body: undefined })
  })

  it('what is not JSON is logged as bytes', async () => {
    const sim = await simulator()
    await post(sim, `${path}/invoke`, '{ not json')
    expect(Buffer.from(sim.requests[0]?.body as Uint8Array).toString()).toBe('{ not json')
  })
})
