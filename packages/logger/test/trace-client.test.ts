import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  newTrace,
  parseTraceparent,
  runWithTrace,
  type TraceContext,
  traceClient,
  withTracestate,
} from '../src/trace/index.ts'

// A bearer token in the environment would win over the simulator's credentials.
delete process.env['AWS_BEARER_TOKEN_BEDROCK']

const input = {
  modelId: 'us.amazon.nova-lite-v1:0',
  messages: [{ role: 'user' as const, content: [{ text: 'Say something.' }] }],
}

type Headers = Readonly<Record<string, string>>

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
beforeEach(() => simulator.reset())

/** A client of the SDK, and the headers of what it puts on the wire. */
function createClient(http: 'h1' | 'h2' = 'h2', options: object = {}) {
  const handler = http === 'h1' ? { requestHandler: new NodeHttpHandler() } : {}
  const client = new BedrockRuntimeClient({ ...simulator.clientConfig, ...handler, ...options })
  const { requestHandler } = client.config
  const handle = requestHandler.handle.bind(requestHandler)
  const sent: Headers[] = []
  requestHandler.handle = (request, ...rest) => {
    sent.push({ ...request.headers })
    return handle(request, ...rest)
  }
  return { client, sent }
}

const parentOf = (headers: Headers | undefined) => parseTraceparent(headers?.['traceparent'])

describe.each(['h1', 'h2'] as const)('a client over %s', (http) => {
  it('sends the current trace along, with a span id of its own for each call', async () => {
    const { client, sent } = createClient(http)
    const trace = withTracestate(newTrace(), 'own', 'x')
    await runWithTrace(trace, async () => {
      await traceClient(client).send(new ConverseCommand(input))
      const { stream } = await client.send(new ConverseStreamCommand(input))
      for await (const _ of stream ?? []);
    })
    expect(sent.map((headers) => headers['tracestate'])).toEqual(['own=x', 'own=x'])
    const parents = sent.map(parentOf)
    for (const parent of parents) {
      expect(parent).toMatchObject({ traceId: trace.traceId, flags: trace.flags })
    }
    expect(new Set([trace, ...parents].map((parent) => parent?.spanId)).size).toBe(3)
    expect(simulator.requests.map(({ status }) => status)).toEqual([200, 200])
  })

  it('gives each attempt of the SDK’s own retry a span id of its own', async () => {
    const { client, sent } = createClient(http)
    const trace = newTrace()
    simulator.enqueue(
      { type: 'error', error: 'InternalServerException' },
      { type: 'error', error: 'InternalServerException' },
    )
    const send = () => traceClient(client).send(new ConverseCommand(input))
    const { $metadata } = await runWithTrace(trace, send)
    expect($metadata.attempts).toBe(3)
    expect(new Set(sent.map((headers) => parentOf(headers)?.spanId)).size).toBe(3)
    expect(new Set(sent.map((headers) => parentOf(headers)?.traceId))).toEqual(
      new Set([trace.traceId]),
    )
  })

  it('does so too when the SDK sends with a token instead of a signature', async () => {
    const { client, sent } = createClient(http, {
      token: { token: 'secret' },
      authSchemePreference: ['httpBearerAuth'],
    })
    simulator.enqueue({ type: 'error', error: 'InternalServerException' })
    await runWithTrace(newTrace(), () => traceClient(client).send(new ConverseCommand(input)))
    expect(sent.map((headers) => headers['Authorization'])).toEqual(Array(2).fill('Bearer secret'))
    expect(new Set(sent.map((headers) => parentOf(headers)?.spanId)).size).toBe(2)
  })
})

describe('the headers', () => {
  it('are not signed, so that a proxy may write its own', async () => {
    const { client, sent } = createClient()
    await runWithTrace(newTrace(), () => traceClient(client).send(new ConverseCommand(input)))
    const signed = /SignedHeaders=([^,]*)/.exec(sent[0]?.['authorization'] ?? '')?.[1]
    expect(signed?.split(';')).toContain('x-amz-date')
    expect(signed).not.toContain('trace')
    expect(sent[0]).toHaveProperty('traceparent')
  })

  it('are not there outside of a trace', async () => {
    const { client, sent } = createClient()
    await traceClient(client).send(new ConverseCommand(input))
    expect(Object.keys(sent[0] ?? {}).join()).not.toContain('trace')
  })

  it('are those of each call where many go on at once', async () => {
    const { client, sent } = createClient()
    const traces = Array.from({ length: 5 }, (): TraceContext => newTrace())
    traceClient(client)
    await Promise.all(
      traces.map((trace, index) => {
        const command = new ConverseCommand({ ...input, modelId: `model-${index}` })
        // So that they can be told apart.
        command.middlewareStack.add(
          (next) => (args) => {
            Object.assign((args.request as { headers: object }).headers, { 'x-index': `${index}` })
            return next(args)
          },
          { step: 'build' },
        )
        return runWithTrace(trace, () => client.send(command))
      }),
    )
    expect(sent).toHaveLength(5)
    for (const headers of sent) {
      expect(parentOf(headers)?.traceId).toBe(traces[Number(headers['x-index'])]?.traceId)
    }
  })

  it('are the caller’s own if there are any', async () => {
    const { client, sent } = createClient()
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const command = new ConverseCommand(input)
    command.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args.request as { headers: object }).headers, { traceparent })
        return next(args)
      },
      { step: 'build' },
    )
    await runWithTrace(newTrace(), () => traceClient(client).send(command))
    expect(sent[0]?.['traceparent']).toBe(traceparent)
  })
})

describe('a client', () => {
  it('is the one that was given, and is traced once', () => {
    const { client } = createClient()
    const before = client.middlewareStack.identify().length
    expect(traceClient(traceClient(client))).toBe(client)
    expect(client.middlewareStack.identify()).toHaveLength(before + 1)
  })
})
