import {
  ApplyGuardrailCommand,
  ConverseCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import {
  CLAUDE,
  client,
  converse,
  messages,
  NOVA,
  simulator,
  stream,
  until,
  versions,
  wholeStream,
} from './support.ts'

const claudeBody = JSON.stringify({
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 200,
  messages: [{ role: 'user', content: 'Hello you' }],
})
const novaBody = JSON.stringify({ messages })
const tool = {
  toolSpec: {
    name: 'weather',
    inputSchema: {
      json: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
}

describe.each(versions)('over HTTP/%s', (version) => {
  it('Converse answers with text, usage, latency and a request id', async () => {
    const sim = await simulator()
    const output = await converse(client(sim, version))
    expect(output.output?.message?.role).toBe('assistant')
    expect(output.output?.message?.content?.[0]?.text).toContain('how are you today?')
    expect(output.stopReason).toBe('end_turn')
    const { inputTokens = 0, outputTokens = 0, totalTokens } = output.usage ?? {}
    expect(inputTokens).toBeGreaterThan(5)
    expect(totalTokens).toBe(inputTokens + outputTokens)
    expect(output.metrics?.latencyMs).toBe(350 + 12 * outputTokens)
    expect(output.$metadata.requestId).toBe(sim.requests[0]?.id)
  })

  it('ConverseStream sends its events in the documented order', async () => {
    const { events, outputs, error } = await stream(client(await simulator(), version))
    expect(error).toBeUndefined()
    expect(events).toEqual(wholeStream)
    const text = outputs.map((event) => event.contentBlockDelta?.delta?.text ?? '').join('')
    expect(text).toContain('how are you today?')
    expect(outputs.at(-1)?.metadata?.usage?.totalTokens).toBeGreaterThan(0)
  })

  it('InvokeModel speaks the Messages API for Claude and Nova for the rest', async () => {
    const sdk = client(await simulator(), version)
    const ask = async (modelId: string, body: string) => {
      const output = await sdk.send(new InvokeModelCommand({ modelId, body }))
      expect(output.contentType).toBe('application/json')
      return JSON.parse(Buffer.from(output.body).toString())
    }
    expect(await ask(CLAUDE, claudeBody)).toMatchObject({
      type: 'message',
      model: 'claude-sonnet-4-5-20250929',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: expect.stringContaining('Hello you') }],
      usage: { output_tokens: expect.any(Number) },
    })
    expect(await ask(NOVA, novaBody)).toMatchObject({
      output: { message: { content: [{ text: expect.any(String) }] } },
      stopReason: 'end_turn',
    })
  })

  it.each([
    [
      CLAUDE,
      claudeBody,
      [
        'message_start',
        'content_block_start',
        'content_block_delta',
        'content_block_delta',
        'content_block_delta',
        'content_block_delta',
        'content_block_delta',
        'content_block_stop',
        'message_delta',
        'message_stop',
      ],
    ],
    [NOVA, novaBody, wholeStream],
  ])('InvokeModelWithResponseStream of %s', async (modelId, body, order) => {
    const sdk = client(await simulator(), version)
    const output = await sdk.send(new InvokeModelWithResponseStreamCommand({ modelId, body }))
    expect(output.contentType).toBe('application/json')
    const chunks: Record<string, unknown>[] = []
    for await (const { chunk } of output.body ?? []) {
      chunks.push(JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()))
    }
    expect(chunks.map((chunk) => chunk['type'] ?? Object.keys(chunk)[0])).toEqual(order)
    expect(chunks.at(-1)?.['amazon-bedrock-invocationMetrics']).toMatchObject({
      inputTokenCount: expect.any(Number),
      outputTokenCount: expect.any(Number),
      invocationLatency: expect.any(Number),
      firstByteLatency: 350,
    })
  })

  it('CountTokens counts what Converse would', async () => {
    const sdk = client(await simulator(), version)
    const input = { converse: { messages } }
    const counted = await sdk.send(new CountTokensCommand({ modelId: CLAUDE, input }))
    expect(counted.inputTokens).toBe((await converse(sdk)).usage?.inputTokens)
    const invokeModel = { body: Buffer.from(claudeBody) }
    const other = new CountTokensCommand({ modelId: CLAUDE, input: { invokeModel } })
    expect((await sdk.send(other)).inputTokens).toBeGreaterThan(0)
  })

  it('ApplyGuardrail lets pass, or replaces the text as told', async () => {
    const sim = await simulator()
    const sdk = client(sim, version)
    const command = new ApplyGuardrailCommand({
      guardrailIdentifier: 'arn:aws:bedrock:us-east-1:1:guardrail/abc',
      guardrailVersion: '1',
      source: 'INPUT',
      content: [{ text: { text: 'secret' } }],
    })
    expect(await sdk.send(command)).toMatchObject({ action: 'NONE', outputs: [] })
    sim.enqueue({ type: 'reply', text: 'No.' })
    expect(await sdk.send(command)).toMatchObject({
      action: 'GUARDRAIL_INTERVENED',
      outputs: [{ text: 'No.' }],
    })
    expect(sim.requests[0]?.model).toBe('arn:aws:bedrock:us-east-1:1:guardrail/abc')
  })
})

describe('answers', () => {
  it('can have several scripted blocks, with a tool among them', async () => {
    const sim = await simulator()
    const reply = {
      type: 'reply',
      content: [
        { reasoningContent: { reasoningText: { text: 'let me think', signature: 'sig' } } },
        { text: 'I ask.' },
        { toolUse: { toolUseId: 'tooluse_1', name: 'weather', input: { city: 'Bern' } } },
      ],
      usage: { inputTokens: 7, outputTokens: 8, cacheReadInputTokens: 5 },
    } as const
    sim.enqueue(reply, reply)
    const output = await converse(client(sim))
    expect(output.stopReason).toBe('tool_use')
    expect(output.output?.message?.content).toEqual(reply.content)
    expect(output.usage).toEqual({
      inputTokens: 7,
      outputTokens: 8,
      cacheReadInputTokens: 5,
      totalTokens: 20,
    })

    const { outputs } = await stream(client(sim))
    expect(outputs.find((event) => event.contentBlockStart)?.contentBlockStart).toEqual({
      contentBlockIndex: 2,
      start: { toolUse: { toolUseId: 'tooluse_1', name: 'weather' } },
    })
    const deltas = outputs.map((event) => event.contentBlockDelta?.delta)
    const joined = deltas.map((delta) => delta?.toolUse?.input ?? '').join('')
    expect(JSON.parse(joined)).toEqual({ city: 'Bern' })
    expect(deltas.map((delta) => delta?.reasoningContent?.text ?? '').join('')).toBe('let me think')
    expect(deltas.some((delta) => delta?.reasoningContent?.signature === 'sig')).toBe(true)
  })

  it('use a tool that the request insists on, with input that fits its schema', async () => {
    const output = await client(await simulator()).send(
      new ConverseCommand({
        modelId: CLAUDE,
        messages,
        toolConfig: { tools: [tool], toolChoice: { any: {} } },
      }),
    )
    expect(output.stopReason).toBe('tool_use')
    expect(output.output?.message?.content?.[0]?.toolUse).toMatchObject({
      name: 'weather',
      input: { city: 'sample' },
    })
  })

  it('stop at maxTokens', async () => {
    const output = await client(await simulator()).send(
      new ConverseCommand({ modelId: CLAUDE, messages, inferenceConfig: { maxTokens: 3 } }),
    )
    expect(output.stopReason).toBe('max_tokens')
    expect(output.usage?.outputTokens).toBe(3)
  })

  it('are the same for the same seed', async () => {
    const ask = async () => {
      const sdk = client(await simulator({ seed: 5 }))
      const output = await sdk.send(
        new ConverseCommand({
          modelId: CLAUDE,
          messages,
          toolConfig: { tools: [tool], toolChoice: { tool: { name: 'weather' } } },
        }),
      )
      return output.output
    }
    expect(await ask()).toEqual(await ask())
  })

  it('are given under an ARN too', async () => {
    const sim = await simulator()
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2'
    await converse(client(sim), arn)
    expect(sim.requests[0]?.model).toBe(arn)
  })
})

describe('the log', () => {
  it('tells attempts, versions, bodies and times', async () => {
    const sim = await simulator({
      queue: [{ type: 'error', error: 'ServiceUnavailableException' }],
    })
    await converse(client(sim, '1.1', { maxAttempts: 2 }))
    const [first, second] = sim.requests
    expect(first).toMatchObject({
      model: CLAUDE,
      operation: 'Converse',
      httpVersion: '1.1',
      attempt: 1,
      maxAttempts: 2,
      status: 503,
      behaviour: 'error',
      closedEarly: false,
      body: { messages },
    })
    expect(second).toMatchObject({ attempt: 2, status: 200, behaviour: 'reply' })
    expect(first?.invocationId).toBe(second?.invocationId)
    expect(second?.finishedAt).toBeGreaterThanOrEqual(second?.startedAt ?? Number.NaN)
  })

  it('keeps the latest requests only, and starts anew at a reset', async () => {
    const sim = await simulator({ maxRequests: 2 })
    const sdk = client(sim)
    for (const model of ['a', 'b', 'c']) await converse(sdk, model)
    expect(sim.requests.map(({ model }) => model)).toEqual(['b', 'c'])
    sim.reset()
    expect(sim.requests).toEqual([])
  })

  it('tells an observer of each request, and does not mind if it throws', async () => {
    const seen: string[] = []
    const sim = await simulator({
      onRequest: ({ operation }) => {
        seen.push(operation)
        throw new Error('mine')
      },
    })
    await converse(client(sim))
    await stream(client(sim))
    await until(() => seen.length === 2)
    expect(seen).toEqual(['Converse', 'ConverseStream'])
  })
})
