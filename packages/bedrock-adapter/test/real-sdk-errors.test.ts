// What `classifyError` makes of the errors that the AWS SDK really throws; those of Node and fetch are in packages/retry.
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { type Behaviour, type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { classifyError, type ErrorClass, isRetryable, retry, serverHintMs } from '@holdfast/retry'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, HTTP, type Http, type Operation } from './harness.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

/** A plain client that tries once, and waits for an answer no longer than told. */
function client(http: Http, { clientConfig }: Pick<Simulator, 'clientConfig'> = simulator) {
  const patience = { requestTimeout: 200, throwOnRequestTimeout: true }
  const requestHandler = http === 'h1' ? new NodeHttpHandler(patience) : patience
  return new BedrockRuntimeClient({ ...clientConfig, maxAttempts: 1, requestHandler })
}

async function thrownBy(act: () => Promise<unknown>): Promise<unknown> {
  try {
    await act()
  } catch (error) {
    return error
  }
  return expect.unreachable('it threw nothing')
}

/** What the SDK throws when a request meets this behaviour. */
const thrownAt = (
  behaviour: Behaviour,
  http: Http,
  operation: Operation = 'Converse',
  options: object = {},
) => {
  simulator.enqueue(behaviour)
  return thrownBy(() => ask[operation](client(http), options))
}

const nameOf = (error: unknown) => (error as Error).name
const retried = (errorClass: ErrorClass) =>
  ['throttle', 'transient', 'timeout'].includes(errorClass)

describe.each(HTTP)('over %s', (http) => {
  it.each<[name: string, expected: ErrorClass, status?: number]>([
    ['ThrottlingException', 'throttle'],
    ['ModelNotReadyException', 'throttle'],
    ['ServiceUnavailableException', 'transient'],
    ['InternalServerException', 'transient'],
    ['ModelTimeoutException', 'timeout'],
    ['ModelErrorException', 'client'],
    ['ModelStreamErrorException', 'client'],
    ['ServiceQuotaExceededException', 'client'],
    ['ValidationException', 'client'],
    ['ConflictException', 'client'],
    ['AccessDeniedException', 'client'],
    ['ResourceNotFoundException', 'client'],
    ['ExpiredTokenException', 'client'],
    ['InvalidSignatureException', 'client'],
    ['UnrecognizedClientException', 'client'],
    ['UnknownOperationException', 'client'],
    ['ThrottlingException', 'throttle', 400],
    ['TooManyRequestsException', 'throttle', 400],
    ['ProvisionedThroughputExceededException', 'throttle', 400],
    ['Overloaded', 'transient', 529],
    ['TooLarge', 'client', 413],
  ])('%s is %s (%s)', async (name, expected, status) => {
    const error = await thrownAt({ type: 'error', error: name, ...(status && { status }) }, http)
    expect([nameOf(error), classifyError(error)]).toEqual([name, expected])
    expect(isRetryable(error)).toBe(retried(expected))
  })

  it.each<[what: string, behaviour: Behaviour, expected: ErrorClass]>([
    [
      'a 502 of a gateway',
      { type: 'raw', status: 502, body: '<html>Bad gateway</html>' },
      'transient',
    ],
    ['a 503 without a body', { type: 'raw', status: 503, body: '' }, 'transient'],
    ['a 429 that names no error', { type: 'raw', status: 429, body: '{}' }, 'throttle'],
    ['a 400 that names no error', { type: 'raw', status: 400, body: '{}' }, 'client'],
    ['half a body', { type: 'half-body' }, 'transient'],
    [
      'a stream that is refused, or over HTTP/1.1 the connection',
      { type: 'kill', at: 'before-headers', by: { rstStream: 7 } },
      http === 'h2' ? 'transient' : 'timeout',
    ],
  ])('%s', async (_, behaviour, expected) => {
    const error = await thrownAt(behaviour, http)
    expect(classifyError(error)).toBe(expected)
    expect(isRetryable(error)).toBe(expected !== 'client')
  })

  // The SDK calls it a TimeoutError, or in pooled sessions, as Node's releases have it, a plain Error without a code.
  it.each(['fin', 'rst'] as const)(
    'a connection that dies by %s before the answer is retried',
    async (by) => {
      const error = await thrownAt({ type: 'kill', at: 'before-headers', by }, http)
      expect(['timeout', 'transient']).toContain(classifyError(error))
    },
  )

  it('no answer in the time of the request handler is a timeout', async () => {
    const error = await thrownAt({ type: 'hang', at: 'before-headers' }, http)
    expect([nameOf(error), classifyError(error)]).toEqual(['TimeoutError', 'timeout'])
  })

  it('the caller’s abort is an abort', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 30)
    const error = await thrownAt({ type: 'hang', at: 'before-headers' }, http, 'Converse', {
      abortSignal: controller.signal,
    })
    expect([nameOf(error), classifyError(error)]).toEqual(['AbortError', 'abort'])
  })

  it('nobody who listens is a connection fault', async () => {
    const gone = await startSimulator()
    await gone.close()
    const error = await thrownBy(() => ask.Converse(client(http, gone)))
    const code = http === 'h2' ? 'ERR_HTTP2_STREAM_CANCEL' : 'ECONNREFUSED'
    expect(error).toMatchObject({ code })
    expect(classifyError(error)).toBe('transient')
  })

  // No status comes with an event: what only the service's own names tell is in the adapter's table.
  it.each<[exception: string, expected: ErrorClass]>([
    ['throttlingException', 'throttle'],
    ['serviceUnavailableException', 'transient'],
    ['internalServerException', 'transient'],
    ['validationException', 'unknown'],
    ['modelStreamErrorException', 'unknown'],
  ])('%s in the middle of a stream', async (exception, expected) => {
    const error = await thrownAt({ type: 'exception', at: 2, exception }, http, 'ConverseStream')
    expect([nameOf(error).toLowerCase(), classifyError(error)]).toEqual([
      exception.toLowerCase(),
      expected,
    ])
  })

  it.each([
    ['retry-after', '7', 7000],
    ['x-amz-retry-after', '250', 250],
  ])('the hint of %s is read', async (header, value, expected) => {
    const headers = { [header]: value }
    const error = await thrownAt({ type: 'error', error: 'ThrottlingException', headers }, http)
    expect(serverHintMs(error)).toBe(expected)
  })
})

it('the attempts of a retry around a plain client are those that its classes allow', async () => {
  const count = async (error: string) => {
    const before = simulator.requests.length
    simulator.enqueue(...Array.from({ length: 3 }, () => ({ type: 'error' as const, error })))
    const call = retry(() => ask.Converse(client('h1')), { retries: 2, backoff: () => 0 })
    await call.catch(() => {})
    return simulator.requests.length - before
  }
  expect(await count('ThrottlingException')).toBe(3)
  expect(await count('ServiceUnavailableException')).toBe(3)
  expect(await count('ValidationException')).toBe(1)
})
