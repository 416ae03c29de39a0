import { Agent } from 'node:https'
import { connect } from 'node:net'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../src/index.ts'
import { certificate } from './certificate.ts'
import { client, converse, simulator, stream, until, versions, wholeStream } from './support.ts'

const ours = (): string[] =>
  process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Timeout|HTTP/i.test(name))

describe('close', () => {
  it.each(versions)(
    'leaves no socket and no timer, whatever was under way: HTTP/%s',
    async (version) => {
      const before = ours().length
      const sim = await startSimulator({
        queue: [
          { type: 'hang', at: 'before-headers' },
          { type: 'hang', at: 3 },
          { type: 'reply', delayMs: 60_000 },
          { type: 'reply', gapMs: 60_000 },
        ],
      })
      const sdk = client(sim, version)
      const calls = [converse(sdk), stream(sdk), converse(sdk), stream(sdk)]
      const settled = Promise.allSettled(calls)
      const idle = connect(sim.port, '127.0.0.1').on('error', () => {})
      await until(() => sim.requests.length === 4)
      await sim.close()
      await settled
      sdk.destroy()
      expect(sim.requests.every(({ finishedAt }) => finishedAt !== undefined)).toBe(true)
      expect(sim.requests.some(({ closedEarly }) => closedEarly)).toBe(false)
      await until(() => idle.closed && ours().length <= before)
      await expect(fetch(sim.url)).rejects.toThrow()
    },
  )

  it('can be called twice, and by `await using`', async () => {
    const sim = await startSimulator()
    await Promise.all([sim.close(), sim.close()])
    await sim[Symbol.asyncDispose]()
  })
})

describe('start', () => {
  it('refuses a port that is taken', async () => {
    const { port } = await simulator()
    await expect(startSimulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('refuses wrong options by name', async () => {
    await expect(startSimulator({ port: -1 })).rejects.toThrow(/port: expected a whole number/)
    await expect(startSimulator({ prot: 1 } as object)).rejects.toThrow(/prot: unknown name/)
  })

  it('refuses wrong behaviours, rules and limits when they are given', async () => {
    const sim = await simulator()
    expect(() => sim.enqueue({ type: 'hang' } as never)).toThrow(TypeError)
    expect(() => sim.addRule({ behaviour: { type: 'reply' }, times: 0 })).toThrow(RangeError)
    expect(() => sim.setCapacity('m', { concurrent: -1 })).toThrow(RangeError)
  })

  it('a rule can be added and removed while it runs', async () => {
    const sim = await simulator()
    const remove = sim.addRule({ behaviour: { type: 'error', error: 'ConflictException' } })
    await expect(converse(client(sim))).rejects.toMatchObject({ name: 'ConflictException' })
    remove()
    await converse(client(sim))
  })
})

describe('TLS', () => {
  const trusting = (sim: Simulator, version: '1.1' | '2.0') =>
    client(sim, version, {
      requestHandler:
        version === '2.0'
          ? { nodeHttp2ConnectOptions: { ca: certificate.cert } }
          : new NodeHttpHandler({ httpsAgent: new Agent({ ca: certificate.cert }) }),
    })

  it.each(versions)('serves HTTP/%s by ALPN', async (version) => {
    const sim = await simulator({ tls: certificate })
    expect(sim.url).toMatch(/^https:/)
    const sdk = trusting(sim, version)
    await converse(sdk)
    expect((await stream(sdk)).events).toEqual(wholeStream)
    expect(sim.requests.map(({ httpVersion }) => httpVersion)).toEqual([version, version])
  })

  it.each(versions)('can be killed too: HTTP/%s', async (version) => {
    const sim = await simulator({ tls: certificate })
    const sdk = trusting(sim, version)
    for (const by of ['fin', 'rst'] as const) {
      sim.enqueue({ type: 'kill', at: 4, by, gapMs: 20 })
      expect((await stream(sdk)).events).toHaveLength(4)
    }
  })

  it('survives a client that does not trust it', async () => {
    const sim = await simulator({ tls: certificate })
    await expect(converse(client(sim))).rejects.toThrow(/self-signed/)
    await converse(trusting(sim, '2.0'))
  })
})
