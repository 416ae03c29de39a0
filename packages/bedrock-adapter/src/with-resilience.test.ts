import {
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { createRetryBudget } from '@holdfast/retry'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createResilience } from './resilience.ts'
import { resilientInvoke, withResilience } from './with-resilience.ts'

const ANSWER = {
  output: { message: { role: 'assistant', content: [{ text: 'Hi.' }] } },
  $metadata: {},
}
const command = () => new ConverseCommand({ modelId: 'a', messages: [] })
const unavailable = () => Object.assign(new Error('busy'), { name: 'ServiceUnavailableException' })

/** Stands in for the SDK's client: answers by the model that is asked for. */
function fakeClient(answer: (modelId: string) => unknown = () => ANSWER) {
  return {
    marker: 'the client’s own',
    sent: [] as string[],
    send: vi.fn(async function (this: unknown, sent: { input: { modelId?: string } }) {
      const modelId = sent.input.modelId ?? ''
      const value = answer(modelId)
      if (value instanceof Error) throw value
      return value
    }),
    converse(): Promise<unknown> {
      return (this as unknown as { send(sent: object): Promise<unknown> }).send(command())
    },
  }
}

const wrap = (client: object, options = {}) =>
  withResilience(client as never, options) as unknown as ReturnType<typeof fakeClient> & {
    send(...args: unknown[]): Promise<unknown>
  }
const models = (client: ReturnType<typeof fakeClient>) =>
  client.send.mock.calls.map(([sent]) => sent.input.modelId)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a wrapped client', () => {
  it('answers as the client does', async () => {
    expect(await wrap(fakeClient()).send(command())).toBe(ANSWER)
  })

  it('is the client in all but send, and the client is not changed', () => {
    const client = fakeClient()
    const send = client.send
    const wrapped = wrap(client)
    expect(wrapped.marker).toBe(client.marker)
    expect(wrapped.send).not.toBe(send)
    expect(client.send).toBe(send)
  })

  it('leads methods of the client that send through the layers', async () => {
    const client = fakeClient((model) => (model === 'a' ? unavailable() : ANSWER))
    const wrapped = wrap(client, { models: ['a', 'b'], retry: false })
    expect(await wrapped.converse()).toBe(ANSWER)
    expect(models(client)).toEqual(['a', 'b'])
  })

  it('takes callbacks, with and without options', async () => {
    const wrapped = wrap(fakeClient())
    const called = await new Promise((resolve) =>
      wrapped.send(command(), (error: unknown, output: unknown) => resolve([error, output])),
    )
    expect(called).toEqual([null, ANSWER])
    const failing = wrap(
      fakeClient(() => new Error('no')),
      { retry: false },
    )
    const failed = await new Promise((resolve) => failing.send(command(), {}, resolve))
    expect(failed).toMatchObject({ message: 'no' })
  })

  it('sends a copy of the command, with options, and leaves the caller’s as it is', async () => {
    const client = fakeClient()
    const given = command()
    const stack = given.middlewareStack.identify()
    await wrap(client).send(given, { requestTimeout: 5 })
    const [sent, options] = client.send.mock.calls[0] as unknown as [ConverseCommand, object]
    expect(sent).not.toBe(given)
    expect(sent).toBeInstanceOf(ConverseCommand)
    expect(sent.input).toEqual(given.input)
    expect(sent.middlewareStack.identify()).not.toEqual(stack)
    expect(given.middlewareStack.identify()).toEqual(stack)
    expect(options).toMatchObject({ requestTimeout: 5, abortSignal: expect.any(AbortSignal) })
  })

  it('passes commands that the layers are not for straight to the client', async () => {
    const client = fakeClient(() => ({ inputTokens: 1 }))
    const given = new CountTokensCommand({ modelId: 'a', input: undefined })
    expect(await wrap(client).send(given, { requestTimeout: 5 })).toEqual({ inputTokens: 1 })
    expect(client.send).toHaveBeenCalledExactlyOnceWith(given, { requestTimeout: 5 })
  })

  it('knows commands of another copy of the SDK by the names of their classes', async () => {
    const Copied = { ConverseCommand: class extends ConverseCommand {} }.ConverseCommand
    Object.defineProperty(Copied, 'name', { value: 'ConverseCommand' })
    const client = fakeClient((model) => (model === 'a' ? unavailable() : ANSWER))
    const wrapped = wrap(client, { models: ['a', 'b'], retry: false })
    await wrapped.send(new Copied({ modelId: 'a', messages: [] }))
    expect(models(client)).toEqual(['a', 'b'])
  })
})

describe('the layers', () => {
  it('retry a model, then go to the next, and leave a model alone that keeps failing', async () => {
    const client = fakeClient((model) => (model === 'a' ? unavailable() : ANSWER))
    const wrapped = wrap(client, { models: ['a', 'b'] })
    for (let call = 1; call <= 5; call++) {
      const answer = wrapped.send(command())
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await answer).toBe(ANSWER)
    }
    expect(models(client)).toEqual(Array(5).fill(['a', 'a', 'a', 'a', 'b']).flat())
    await wrapped.send(command())
    expect(models(client).slice(25)).toEqual(['b'])
  })

  it('close a circuit by a probe that takes minutes, as long answers do', async () => {
    const slowly = () => new Promise((resolve) => setTimeout(() => resolve(ANSWER), 200_000))
    const resilience = createResilience({ models: ['a'] })
    const breaker = resilience.circuitBreakers?.for('a')
    breaker?.open()
    await vi.advanceTimersByTimeAsync(30_000)
    const answer = wrap({ send: slowly }, { resilience }).send(command())
    await vi.advanceTimersByTimeAsync(200_000)
    expect(await answer).toBe(ANSWER)
    expect(breaker?.state).toBe('closed')
  })

  it('leave a model alone at once when openOn says so, and for longer each time that its probe fails', async () => {
    const client = fakeClient(unavailable)
    const resilience = createResilience({
      models: ['a'],
      retry: false,
      random: () => 0,
      circuitBreaker: {
        openOn: (error) => (error as Error).name === 'ServiceUnavailableException',
        openForMs: 10_000,
        openFactor: 3,
        openJitter: 0.1,
      },
    })
    const wrapped = wrap(client, { resilience })
    const cooldownMs = () => resilience.circuitBreakers?.for('a').stats().retryAfterMs
    await wrapped.send(command()).catch(() => {})
    expect(cooldownMs()).toBe(9_000)
    await vi.advanceTimersByTimeAsync(9_000)
    await wrapped.send(command()).catch(() => {})
    expect(cooldownMs()).toBe(27_000)
    expect(client.send).toHaveBeenCalledTimes(2)
  })

  it('hand out the error of an only model untouched', async () => {
    const error = unavailable()
    const answer = wrap(
      fakeClient(() => error),
      { models: ['a'], retry: false },
    ).send(command())
    await expect(answer).rejects.toBe(error)
  })

  it('tell what every model failed with', async () => {
    const answer = wrap(fakeClient(unavailable), { models: ['a', 'b'], retry: false }).send(
      command(),
    )
    await expect(answer).rejects.toMatchObject({
      code: 'FALLBACK_EXHAUSTED',
      errors: [{ name: 'ServiceUnavailableException' }, { name: 'ServiceUnavailableException' }],
    })
  })

  it('can be switched off one by one', async () => {
    const off = { limiter: false, circuitBreaker: false, retry: false, models: ['a'] } as const
    const resilience = createResilience(off)
    expect(resilience.limiter).toBeUndefined()
    expect(resilience.circuitBreakers).toBeUndefined()
    const client = fakeClient(unavailable)
    const wrapped = wrap(client, { resilience })
    for (let call = 0; call < 30; call++) await wrapped.send(command()).catch(() => {})
    expect(client.send).toHaveBeenCalledTimes(30)
  })

  it('give the SDK’s empty success for what it is', async () => {
    const empty = fakeClient(() => ({ $metadata: {} }))
    const answer = wrap(empty, { retry: false }).send(command())
    await expect(answer).rejects.toMatchObject({ code: 'INCOMPLETE_RESPONSE' })
    const bodiless = wrap(
      fakeClient(() => ({ body: new Uint8Array() })),
      { retry: false },
    )
    const invoked = bodiless.send(new InvokeModelCommand({ modelId: 'a' }))
    await expect(invoked).rejects.toMatchObject({ code: 'INCOMPLETE_RESPONSE' })
    const streamless = wrap(empty, { retry: false })
    const streamed = streamless.send(new ConverseStreamCommand({ modelId: 'a' }))
    await expect(streamed).rejects.toMatchObject({ code: 'INCOMPLETE_RESPONSE' })
  })

  it('end an attempt that takes too long, though the client ignores its signal', async () => {
    const client = { send: vi.fn(() => new Promise(() => {})) }
    const answer = wrap(client, { attemptTimeoutMs: 1_000, retry: false }).send(command())
    const settled = expect(answer).rejects.toMatchObject({ code: 'TIMEOUT' })
    await vi.advanceTimersByTimeAsync(1_000)
    await settled
    expect(vi.getTimerCount()).toBe(0)
  })

  it('end a call at the deadline of its retry, in the middle of an attempt', async () => {
    const client = { send: vi.fn(() => new Promise(() => {})) }
    const answer = wrap(client, { retry: { deadlineMs: 5_000 } }).send(command())
    const settled = expect(answer).rejects.toMatchObject({ name: 'TimeoutError' })
    await vi.advanceTimersByTimeAsync(5_000)
    await settled
    expect(client.send).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('stop retrying when a shared budget is spent', async () => {
    const budget = createRetryBudget({ capacity: 14 })
    const client = fakeClient(unavailable)
    const wrapped = wrap(client, { models: ['a'], retry: { budget } })
    const answer = wrapped.send(command()).catch(() => {})
    await vi.advanceTimersByTimeAsync(10_000)
    await answer
    expect(models(client)).toEqual(['a', 'a'])
    await wrapped.send(command()).catch(() => {})
    expect(models(client)).toEqual(['a', 'a', 'a'])
  })

  it('leave a stream alone whose retry had a deadline, once it is open', async () => {
    async function* slow() {
      yield { messageStart: { role: 'assistant' } }
      yield { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hi.' } } }
      await new Promise((resolve) => setTimeout(resolve, 60_000))
      yield { messageStop: { stopReason: 'end_turn' } }
    }
    const client = fakeClient(() => ({ stream: slow(), $metadata: {} }))
    const wrapped = wrap(client, { retry: { deadlineMs: 5_000 } })
    const output = (await wrapped.send(new ConverseStreamCommand({ modelId: 'a' }))) as {
      stream: AsyncIterable<object>
    }
    const reading = (async () => {
      const events: object[] = []
      for await (const event of output.stream) events.push(event)
      return events
    })()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await reading).toHaveLength(3)
  })

  it('reject an aborted call at once with the reason itself, and free its permits', async () => {
    const resilience = createResilience()
    const client = { send: vi.fn(() => new Promise(() => {})) }
    const controller = new AbortController()
    const answer = wrap(client, { resilience }).send(command(), { abortSignal: controller.signal })
    await vi.advanceTimersByTimeAsync(1)
    expect(resilience.limiter?.active).toBe(1)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(answer).rejects.toBe(reason)
    expect(resilience.limiter?.active).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('an abort at any moment', () => {
  const START = { messageStart: { role: 'assistant' } }
  const DELTA = { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hi.' } } }
  async function* events() {
    yield START
    yield DELTA
    await new Promise(() => {})
  }

  it.each([
    ['a whole answer', command, () => ANSWER],
    [
      'a stream',
      () => new ConverseStreamCommand({ modelId: 'a' }),
      () => ({ stream: events(), $metadata: {} }),
    ],
  ] as const)(
    'around the coming of %s leaves no permit and no probe out',
    async (_, make, answer) => {
      for (let ticks = 0; ticks < 60; ticks++) {
        const circuitBreaker = { openForMs: 0 }
        const resilience = createResilience({ models: ['a'], circuitBreaker })
        const breaker = resilience.circuitBreakers?.for('a')
        breaker?.open()
        const controller = new AbortController()
        const client = wrap(fakeClient(answer), { resilience })
        const call = client.send(make(), { abortSignal: controller.signal }).catch(() => {})
        for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
        controller.abort(new Error('enough'))
        await call
        expect(resilience.limiter?.active, `after ${ticks} ticks`).toBe(0)
        expect(() => breaker?.acquire(), `after ${ticks} ticks`).not.toThrow()
      }
    },
  )
})

describe('resilientInvoke', () => {
  it('is one call through layers of its own, or through those that are given', async () => {
    const client = fakeClient((model) => (model === 'a' ? unavailable() : ANSWER))
    expect(
      await resilientInvoke(client as never, command(), { models: ['a', 'b'], retry: false }),
    ).toBe(ANSWER)
    const resilience = createResilience({ models: ['a', 'b'], retry: false })
    for (let call = 0; call < 5; call++)
      await resilientInvoke(client as never, command(), { resilience })
    expect(resilience.circuitBreakers?.for('a').state).toBe('open')
  })
})

describe('bad options', () => {
  it.each([
    [{ limiter: { maxConcurrent: -1 } }, RangeError, '`maxConcurrent`'],
    [{ retry: { retries: 1.5 } }, RangeError, '`retries`'],
    [{ circuitBreaker: { openForMs: '30s' } }, TypeError, '`openForMs`'],
    [{ attemptTimeoutMs: 0 }, RangeError, '`attemptTimeoutMs`'],
    [{ streamIdleTimeoutMs: Number.NaN }, RangeError, '`streamIdleTimeoutMs`'],
    [{ errorRules: {} }, TypeError, '`errorRules`'],
    [{ onEvent: 'log' }, TypeError, '`onEvent`'],
    [{ models: [] }, TypeError, '`models`'],
  ])('%j are refused at creation', (options, kind, message) => {
    expect(() => withResilience(fakeClient() as never, options as never)).toThrow(kind)
    expect(() => withResilience(fakeClient() as never, options as never)).toThrow(message)
  })

  it('a client without send is refused', () => {
    expect(() => withResilience({} as never)).toThrow('`client.send` must be a function')
    expect(() => withResilience(undefined as never)).toThrow('`client.send` must be a function')
  })
})

describe('mistakes in options', () => {
  const client = { send: async () => ({}) }

  it.each<[options: unknown, message: string]>([
    [5, '`createResilience` takes an object of options'],
    [{ model: 'a' }, '`createResilience` has no option `model`, only `models`'],
    [{ retry: 3 }, '`retry` must be an object of options, or `false` to switch the layer off'],
    [{ retry: { attempts: 3 } }, '`createRetry` has no option `attempts`'],
    [{ limiter: { concurrency: 3 } }, '`createLimiter` has no option `concurrency`'],
    [{ circuitBreaker: { threshold: 3 } }, '`createCircuitBreakers` has no option `threshold`'],
  ])('%j are named at creation', (options, message) => {
    expect(() => withResilience(client as never, options as never)).toThrow(message)
  })

  it('`resilience: undefined` counts as absent', () => {
    expect(() => withResilience(client as never, { resilience: undefined } as never)).not.toThrow()
  })
})
