import { getEventListeners } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { type Behaviour, startSimulator } from '@holdfast/bedrock-simulator'
import { describe, expect, it, vi } from 'vitest'
import { createResilience, withResilience } from '../src/index.ts'
import { ask, createClient, ending, HTTP, type Operation, QUICK } from './harness.ts'

/** How many of this kind keep the process alive. */
const count = (resource: 'TCPSocketWrap' | 'Timeout') =>
  process.getActiveResourcesInfo().filter((active) => active === resource).length

/** Looks again each turn of the event loop: polling by timers would be counted itself. */
async function eventually(isSo: () => boolean): Promise<boolean> {
  const deadline = performance.now() + 5_000
  while (!isSo() && performance.now() < deadline) await setImmediate()
  return isSo()
}

/** A call of each kind of ending. */
const calls: [Operation, Behaviour][] = [
  ['Converse', { type: 'reply' }],
  ['InvokeModel', { type: 'reply' }],
  ['ConverseStream', { type: 'reply' }],
  ['InvokeModelWithResponseStream', { type: 'reply' }],
  ['Converse', { type: 'error', error: 'ThrottlingException' }],
  ['Converse', { type: 'error', error: 'ValidationException' }],
  ['Converse', { type: 'kill', at: 'before-headers', by: 'rst' }],
  ['Converse', { type: 'hang', at: 'before-headers' }],
  ['Converse', { type: 'hang', at: 'after-headers' }],
  ['InvokeModel', { type: 'kill', at: 'mid-body', by: 'fin' }],
  ['ConverseStream', { type: 'exception', at: 0, exception: 'throttlingException' }],
  ['ConverseStream', { type: 'hang', at: 1 }],
  ['ConverseStream', { type: 'hang', at: 3 }],
  ['ConverseStream', { type: 'end', at: 3 }],
  ['ConverseStream', { type: 'kill', at: 3, by: 'fin' }],
  ['ConverseStream', { type: 'bad-checksum', at: 3 }],
]

describe.each(HTTP)('after calls of every ending over %s', (http) => {
  it('no connection, timer, listener or permit is left', async () => {
    const timers = count('Timeout')
    expect(count('TCPSocketWrap')).toBe(0)
    const simulator = await startSimulator()
    const client = createClient(simulator, http)
    const resilience = createResilience({
      ...QUICK,
      limiter: { maxConcurrent: 2, maxQueue: 100 },
      circuitBreaker: false,
      attemptTimeoutMs: 300,
      streamIdleTimeoutMs: 300,
    })
    const wrapped = withResilience(client, { resilience })
    const { signal } = new AbortController()
    for (const [operation, behaviour] of calls) {
      const remove = simulator.addRule({ behaviour })
      await ending(ask[operation](wrapped, { abortSignal: signal }))
      remove()
    }
    // Some in flight, some in the queue.
    simulator.addRule({ behaviour: { type: 'hang', at: 'before-headers' } })
    const controller = new AbortController()
    const aborted = Array.from({ length: 10 }, () =>
      ending(ask.Converse(wrapped, { abortSignal: controller.signal })),
    )
    await vi.waitFor(() => expect(resilience.limiter?.queued).toBe(8))
    controller.abort()
    expect(await Promise.all(aborted)).toEqual(Array(10).fill('AbortError 20'))

    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    expect([resilience.limiter?.active, resilience.limiter?.queued]).toEqual([0, 0])
    // The client's pool of idle connections is its own affair.
    client.destroy()
    expect(await eventually(() => count('TCPSocketWrap') === 0)).toBe(true)
    // Vitest may have timers of its own.
    expect(count('Timeout')).toBeLessThanOrEqual(timers)
    await simulator.close()
  })
})
