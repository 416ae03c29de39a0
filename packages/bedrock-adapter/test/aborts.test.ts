import { setTimeout } from 'node:timers/promises'
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { exponential } from '@holdfast/retry'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createResilience, type Resilience, withResilience } from '../src/index.ts'
import { ask, createClient, HTTP, MODEL, type Operation } from './harness.ts'

const THROTTLED = { type: 'error', error: 'ThrottlingException' } as const

describe.each(HTTP)('an abort over %s', (http) => {
  const reason = new Error('the user has left')
  let simulator: Simulator
  let plain: BedrockRuntimeClient
  let resilience: Resilience
  let controller: AbortController

  beforeEach(async () => {
    simulator = await startSimulator()
    plain = createClient(simulator, http)
    resilience = createResilience({
      models: [MODEL],
      retry: { backoff: exponential({ initialMs: 60_000, maxMs: 60_000 }) },
    })
    controller = new AbortController()
  })
  afterEach(async () => {
    plain.destroy()
    await simulator.close()
  })

  /** What the caller gets, from the plain client and then from the wrapped one, of a call that is aborted after `until`. */
  async function abortBoth(operation: Operation, until: (requests: number) => Promise<unknown>) {
    const answers: unknown[] = []
    for (const [index, client] of [plain, withResilience(plain, { resilience })].entries()) {
      controller = new AbortController()
      const answer = ask[operation](client, { abortSignal: controller.signal })
      const settled = answer.then(
        (value) => value,
        (error: unknown) => error,
      )
      await until(index + 1)
      controller.abort(reason)
      answers.push(await settled)
    }
    expect(resilience.limiter?.active).toBe(0)
    return answers
  }

  /** The service has this many requests, and the last of them is being answered. */
  const requested = (count: number) =>
    vi.waitFor(() => {
      expect(simulator.requests).toHaveLength(count)
      expect(simulator.requests.at(-1)?.finishedAt).toBeUndefined()
    })
  /** The last of this many requests has been answered. */
  const answered = (count: number) =>
    vi.waitFor(() => {
      expect(simulator.requests).toHaveLength(count)
      expect(simulator.requests.at(-1)?.finishedAt).toBeDefined()
    })

  it('before the call sends nothing, and gives the reason that the plain client loses', async () => {
    controller.abort(reason)
    const options = { abortSignal: controller.signal }
    await expect(ask.Converse(plain, options)).rejects.toMatchObject({ name: 'AbortError' })
    await expect(ask.Converse(withResilience(plain), options)).rejects.toBe(reason)
    expect(simulator.requests).toHaveLength(0)
  })

  it('while the service thinks gives the reason, and closes the connection', async () => {
    simulator.addRule({ behaviour: { type: 'hang', at: 'before-headers' } })
    const [lost, kept] = await abortBoth('Converse', requested)
    expect(lost).toMatchObject({ name: 'AbortError' })
    expect(kept).toBe(reason)
    await vi.waitFor(() =>
      expect(simulator.requests.map((request) => request.closedEarly)).toEqual([true, true]),
    )
  })

  it('in a backoff gives the reason at once, and nothing is sent after it', async () => {
    simulator.addRule({ behaviour: { ...THROTTLED, headers: { 'retry-after': '5' } } })
    const [lost, kept] = await abortBoth('Converse', async (count) => {
      await answered(count)
      await setTimeout(20)
    })
    expect(lost).toMatchObject({ name: 'AbortError' })
    expect(kept).toBe(reason)
    expect(simulator.requests).toHaveLength(2)
  })

  it('in the middle of a stream gives the reason, where over HTTP/2 the plain client sees a whole answer', async () => {
    simulator.addRule({ behaviour: { type: 'hang', at: 3 } })
    const [lost, kept] = await abortBoth('ConverseStream', async (count) => {
      await requested(count)
      await setTimeout(50)
    })
    if (http === 'h2') expect(lost).toBeInstanceOf(Array)
    else expect(lost).toBeInstanceOf(Error)
    expect(lost).not.toBe(reason)
    expect(kept).toBe(reason)
  })
})
