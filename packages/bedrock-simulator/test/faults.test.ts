import { InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttp2Handler } from '@smithy/node-http-handler'
import { describe, expect, it } from 'vitest'
import type { Behaviour } from '../src/index.ts'
import {
  client,
  converse,
  messages,
  NOVA,
  simulator,
  stream,
  until,
  type Version,
  versions,
  wholeStream,
} from './support.ts'

const faulty = async (behaviour: Behaviour, version: Version) => {
  const sim = await simulator({ queue: [behaviour] })
  return { sim, sdk: client(sim, version) }
}
// A pause lets the client read what came before a kill; a reset may overtake it.
const gapMs = 20

describe.each(versions)('over HTTP/%s', (version) => {
  it('raw bytes reach the client as they are', async () => {
    const html = {
      type: 'raw',
      status: 502,
      body: '<html>',
      headers: { 'content-type': 'text/html' },
    } as const
    const { sdk } = await faulty(html, version)
    const error = await converse(sdk).catch((reason) => reason)
    expect(error).toMatchObject({ name: 'SyntaxError', $metadata: { httpStatusCode: 502 } })
  })

  it('an empty body is a success to the client', async () => {
    const { sdk } = await faulty({ type: 'raw', body: { base64: '' } }, version)
    expect((await converse(sdk)).output).toBeUndefined()
  })

  it('a delay comes before the headers, gaps between events', async () => {
    const { sim, sdk } = await faulty({ type: 'reply', delayMs: 40, gapMs: 5 }, version)
    expect((await stream(sdk)).events).toEqual(wholeStream)
    const { startedAt, finishedAt = 0 } = sim.requests[0] ?? { startedAt: 0 }
    expect(finishedAt - startedAt).toBeGreaterThanOrEqual(40 + 8 * 5 - 10)
  })

  it.each(['before-headers', 'after-headers', 'mid-body'] as const)(
    'a hang %s holds until the client gives up',
    async (at) => {
      const { sim, sdk } = await faulty({ type: 'hang', at }, version)
      const controller = new AbortController()
      const call = converse(sdk, NOVA, controller.signal).catch((reason) => reason)
      await until(() => sim.requests.length === 1)
      controller.abort()
      const outcome = await call
      // Once headers are there, the client may take an aborted call for an answer without content.
      if (at === 'before-headers') expect(outcome.name).toBe('AbortError')
      await until(() => sim.requests[0]?.finishedAt !== undefined)
      expect(sim.requests[0]).toMatchObject({ closedEarly: true, behaviour: 'hang' })
    },
  )

  it('a hang in mid-stream comes after its events', async () => {
    const { sim, sdk } = await faulty({ type: 'hang', at: 4 }, version)
    const controller = new AbortController()
    const { events } = await stream(sdk, controller.signal, (count) => {
      if (count === 4) controller.abort()
    })
    expect(events).toEqual(wholeStream.slice(0, 4))
    await until(() => sim.requests[0]?.closedEarly === true)
  })

  it('an error frame is an error of its code', async () => {
    const fault = { type: 'error-frame', at: 2, code: 'Broken', message: 'why' } as const
    const { events, error } = await stream((await faulty(fault, version)).sdk)
    expect(events).toHaveLength(2)
    expect(error).toMatchObject({ name: 'Broken', message: 'why' })
  })

  it('an exception as the first event fails the call itself', async () => {
    const fault = { type: 'exception', at: 0, exception: 'throttlingException' } as const
    const { events, error } = await stream((await faulty(fault, version)).sdk)
    expect(events).toEqual([])
    expect(error?.name).toBe('ThrottlingException')
  })

  it('an exception on a unary operation is the error itself', async () => {
    const fault = { type: 'exception', at: 2, exception: 'modelTimeoutException' } as const
    const { sdk } = await faulty(fault, version)
    await expect(converse(sdk)).rejects.toMatchObject({
      name: 'ModelTimeoutException',
      $metadata: { httpStatusCode: 408 },
    })
  })

  it('a bad checksum is noticed at its event', async () => {
    const { events, error } = await stream(
      (await faulty({ type: 'bad-checksum', at: 3 }, version)).sdk,
    )
    expect(events.length).toBeLessThanOrEqual(3)
    expect(error?.message).toMatch(/checksum/)
  })

  it('a truncated frame is noticed at the end', async () => {
    const { events, error } = await stream(
      (await faulty({ type: 'truncated-frame', at: 3 }, version)).sdk,
    )
    expect(events).toEqual(wholeStream.slice(0, 3))
    expect(error?.message).toBe('Truncated event message received.')
  })

  it('an end without messageStop is a success to the client', async () => {
    const { events, error } = await stream((await faulty({ type: 'end', at: 4 }, version)).sdk)
    expect(events).toEqual(wholeStream.slice(0, 4))
    expect(error).toBeUndefined()
  })

  it('half a body', async () => {
    const { sdk } = await faulty({ type: 'half-body' }, version)
    const error = await converse(sdk).catch((reason) => reason)
    // An end that breaks the promised length is an error of HTTP/2's own; a cut connection is none.
    expect(error.code).toBe(version === '2.0' ? 'ERR_HTTP2_STREAM_ERROR' : 'ECONNRESET')
  })

  it.each(['fin', 'rst', { rstStream: 8 }, { goaway: 0 }] as const)(
    'killed in mid-stream by %j',
    async (by) => {
      const { sim, sdk } = await faulty({ type: 'kill', at: 4, by, gapMs }, version)
      const { events, error } = await stream(sdk)
      expect(events).toEqual(wholeStream.slice(0, 4))
      if (version === '2.0') expect(error).toBeUndefined()
      else expect(error).toMatchObject({ code: 'ECONNRESET' })
      await until(() => sim.requests[0]?.finishedAt !== undefined)
      expect(sim.requests[0]).toMatchObject({ closedEarly: false, behaviour: 'kill', status: 200 })
    },
  )

  it.each(['fin', 'rst', { rstStream: 0 }, { goaway: 0 }] as const)(
    'killed before the headers by %j',
    async (by) => {
      const { sim, sdk } = await faulty({ type: 'kill', at: 'before-headers', by }, version)
      const error = await converse(sdk).catch((reason) => reason)
      if (version === '2.0') expect(error.name).toBe('TimeoutError')
      else expect(error.code).toBe('ECONNRESET')
      await until(() => sim.requests[0]?.finishedAt !== undefined)
      expect(sim.requests[0]?.status).toBeUndefined()
    },
  )
})

describe('only HTTP/2 has', () => {
  it.each([1, 2, 11, 13])('RST_STREAM %i', async (rstStream) => {
    const { sdk } = await faulty({ type: 'kill', at: 3, by: { rstStream }, gapMs }, '2.0')
    const { events, error } = await stream(sdk)
    expect(events).toEqual(wholeStream.slice(0, 3))
    expect(error).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' })
  })

  it('RST_STREAM 7, which the client takes as a reason to try again', async () => {
    const { sim } = await faulty(
      { type: 'kill', at: 'before-headers', by: { rstStream: 7 } },
      '2.0',
    )
    const output = await converse(client(sim, '2.0', { maxAttempts: 2 }))
    expect(output.$metadata.attempts).toBe(2)
  })

  it('GOAWAY with an error code', async () => {
    const { sdk } = await faulty({ type: 'kill', at: 3, by: { goaway: 2 }, gapMs }, '2.0')
    expect((await stream(sdk)).error).toMatchObject({ code: 'ERR_HTTP2_SESSION_ERROR' })
  })

  it('GOAWAY 0 and then silence', async () => {
    const by = { goaway: 0, silent: true } as const
    const { sim, sdk } = await faulty({ type: 'kill', at: 'before-headers', by }, '2.0')
    const controller = new AbortController()
    const call = converse(sdk, NOVA, controller.signal).catch((reason) => reason)
    await until(() => sim.requests[0]?.behaviour === 'kill')
    setTimeout(() => controller.abort(), 40)
    expect((await call).name).toBe('AbortError')
  })

  it('a cut body of InvokeModel that the client takes for whole', async () => {
    const { sdk } = await faulty({ type: 'kill', at: 'mid-body', by: 'fin' }, '2.0')
    const output = await sdk.send(
      new InvokeModelCommand({ modelId: NOVA, body: JSON.stringify({ messages }) }),
    )
    expect(output.body.byteLength).toBeGreaterThan(0)
    expect(() => JSON.parse(Buffer.from(output.body).toString())).toThrow(SyntaxError)
  })

  it('a connection that survives the end of one stream', async () => {
    const sim = await simulator({ queue: [{ type: 'kill', at: 3, by: { rstStream: 2 }, gapMs }] })
    const sdk = client(sim, '2.0', {
      requestHandler: new NodeHttp2Handler({ disableConcurrentStreams: false }),
    })
    const [broken, whole] = await Promise.all([stream(sdk), stream(sdk)])
    expect([broken.error, whole.error].filter(Boolean)).toHaveLength(1)
  })
})

it('what a fault interrupts can be scripted', async () => {
  const reply = { content: [{ text: 'a' }, { toolUse: { name: 't', input: {} } }] }
  const sim = await simulator({ queue: [{ type: 'end', at: 4, reply }] })
  const { events } = await stream(client(sim))
  expect(events).toEqual([
    'messageStart',
    'contentBlockDelta',
    'contentBlockStop',
    'contentBlockStart',
  ])
})

it('rules by chance make the same faults for the same seed', async () => {
  const rules = [
    { probability: 0.5, behaviour: { type: 'error', error: 'InternalServerException' } },
  ] as const
  const run = async () => {
    const sim = await simulator({ seed: 3, rules })
    const sdk = client(sim)
    for (let n = 0; n < 10; n++) await converse(sdk).catch(() => {})
    return sim.requests.map(({ behaviour }) => behaviour)
  }
  const first = await run()
  expect(new Set(first).size).toBe(2)
  expect(await run()).toEqual(first)
})
