// What the classifier says of errors that the real libraries throw, over a real socket. No error here is made by hand.
import { once } from 'node:events'
import { createServer, request as nodeRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
import * as grpc from '@grpc/grpc-js'
import Boom from '@hapi/boom'
import axios from 'axios'
import got from 'got'
import OpenAI from 'openai'
import { request as undiciRequest } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  classifyError,
  type ErrorClass,
  errorOutcome,
  isRetryable,
  type Outcome,
  serverHintMs,
} from '../src/index.ts'

/** Paths: `/429` answers with that status, `/half` breaks its body off, `/reset` breaks the connection, the rest hangs. */
const server = createServer((request, response) => {
  const [, path = ''] = (request.url ?? '').split('/')
  if (Number(path) >= 100) {
    const headers = { 'content-type': 'application/json', 'retry-after-ms': '1500' }
    response.writeHead(Number(path), headers).end('{"error":{"message":"no"}}')
  }
  if (path === 'reset') request.socket.resetAndDestroy()
  if (path === 'half') {
    response.writeHead(200, { 'content-length': 10 }).write('half', () => request.socket.destroy())
  }
})
/** A server that hears of a request and then aborts it or lets it time out, so that no test depends on time. */
const arrived = () => once(server, 'request')

let base = ''
let refusing = ''
beforeAll(async () => {
  const listen = async (target: typeof server) => {
    await once(target.listen(0, '127.0.0.1'), 'listening')
    return (target.address() as AddressInfo).port
  }
  base = `http://127.0.0.1:${await listen(server)}`
  // A port that was free a moment ago.
  const gone = createServer()
  refusing = `http://127.0.0.1:${await listen(gone)}`
  await once(gone.close(), 'close')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const thrownBy = (act: () => PromiseLike<unknown>): Promise<unknown> =>
  act().then(
    () => expect.unreachable('it threw nothing'),
    (error: unknown) => error,
  ) as Promise<unknown>

/** A signal that the caller aborts once the server has the request. */
function abortOnArrival(): AbortSignal {
  const controller = new AbortController()
  arrived().then(() => controller.abort())
  return controller.signal
}
const timeoutSignal = () => AbortSignal.timeout(30)

interface Row {
  readonly what: string
  readonly act: () => PromiseLike<unknown>
  readonly errorClass: ErrorClass
  readonly outcome: Outcome
}
const row = (what: string, errorClass: ErrorClass, outcome: Outcome, act: Row['act']): Row => ({
  what,
  act,
  errorClass,
  outcome,
})

async function check({ act, errorClass, outcome }: Row): Promise<void> {
  const error = await thrownBy(act)
  const said = [classifyError(error), isRetryable(error), errorOutcome(error)]
  const retryable = ['throttle', 'transient', 'timeout'].includes(errorClass)
  expect(said, String(error)).toEqual([errorClass, retryable, outcome])
}

describe('node:http', () => {
  const call = (url: string, signal?: AbortSignal) =>
    new Promise((resolve, reject) => {
      nodeRequest(url, { signal: signal as AbortSignal }, resolve)
        .on('error', reject)
        .end()
    })
  test.each([
    row('a timeout signal', 'timeout', 'failure', () => call(`${base}/hang`, timeoutSignal())),
    row('an abort', 'abort', 'ignore', () => call(`${base}/hang`, abortOnArrival())),
    row('a refused connection', 'transient', 'failure', () => call(refusing)),
    row('a reset connection', 'transient', 'failure', () => call(`${base}/reset`)),
  ])('$what: $errorClass, $outcome', check)
})

describe('axios', () => {
  const call = (path: string, options: object = {}) => axios.get(base + path, options)
  test.each([
    row('status 429', 'throttle', 'failure', () => call('/429')),
    row('status 400', 'client', 'ignore', () => call('/400')),
    row('status 503', 'transient', 'failure', () => call('/503')),
    row('an abort', 'abort', 'ignore', () => call('/hang', { signal: abortOnArrival() })),
    row('a timeout signal', 'timeout', 'failure', () => call('/hang', { signal: timeoutSignal() })),
    row('its own timeout', 'timeout', 'failure', () => call('/hang', { timeout: 30 })),
    row('a refused connection', 'transient', 'failure', () => axios.get(refusing)),
    row('a body cut off', 'transient', 'failure', () => call('/half')),
  ])('$what: $errorClass, $outcome', check)
})

describe('got', () => {
  const call = (path: string, options: object = {}) =>
    got(base + path, { retry: { limit: 0 }, ...options })
  test.each([
    row('status 429', 'throttle', 'failure', () => call('/429')),
    row('status 404', 'client', 'ignore', () => call('/404')),
    row('status 503', 'transient', 'failure', () => call('/503')),
    row('an abort', 'abort', 'ignore', () => call('/hang', { signal: abortOnArrival() })),
    row('a timeout signal', 'timeout', 'failure', () => call('/hang', { signal: timeoutSignal() })),
    row('its own timeout', 'timeout', 'failure', () => call('/hang', { timeout: { request: 30 } })),
    row('a refused connection', 'transient', 'failure', () =>
      got(refusing, { retry: { limit: 0 } }),
    ),
    row('a body cut off', 'transient', 'failure', () => call('/half')),
  ])('$what: $errorClass, $outcome', check)
})

describe('undici', () => {
  const call = (url: string, options: object = {}) => undiciRequest(url, options)
  test.each([
    row('an abort', 'abort', 'ignore', () => call(`${base}/hang`, { signal: abortOnArrival() })),
    row('a timeout signal', 'timeout', 'failure', () =>
      call(`${base}/hang`, { signal: timeoutSignal() }),
    ),
    row('headers that are late', 'timeout', 'failure', () =>
      call(`${base}/hang`, { headersTimeout: 30 }),
    ),
    row('a refused connection', 'transient', 'failure', () => call(refusing)),
    row('a body cut off', 'transient', 'failure', () =>
      call(`${base}/half`).then(({ body }) => body.text()),
    ),
  ])('$what: $errorClass, $outcome', check)
})

const withoutRetries = { apiKey: 'none', maxRetries: 0 }

describe.each([
  [
    'OpenAI',
    (baseURL: string, options: object = {}, signal?: AbortSignal) =>
      new OpenAI({ ...withoutRetries, baseURL, ...options }).models.list(signal ? { signal } : {}),
  ],
  [
    'Anthropic',
    (baseURL: string, options: object = {}, signal?: AbortSignal) =>
      new Anthropic({ ...withoutRetries, baseURL, ...options }).models.list(
        {},
        signal ? { signal } : {},
      ),
  ],
])('%s', (_, call) => {
  test.each([
    row('status 429', 'throttle', 'failure', () => call(`${base}/429`)),
    row('status 400', 'client', 'ignore', () => call(`${base}/400`)),
    row('status 529', 'transient', 'failure', () => call(`${base}/529`)),
    row('an abort', 'abort', 'ignore', () => call(`${base}/hang`, {}, abortOnArrival())),
    row('its own timeout', 'timeout', 'failure', () => call(`${base}/hang`, { timeout: 30 })),
    row('a refused connection', 'transient', 'failure', () => call(refusing)),
    row('a reset connection', 'transient', 'failure', () => call(`${base}/reset`)),
  ])('$what: $errorClass, $outcome', check)

  test('a connection error without a code or a cause is transient', async () => {
    const error = await thrownBy(() => call(refusing))
    Object.defineProperty(error, 'cause', { value: undefined })
    expect(classifyError(error)).toBe('transient')
  })

  test('the wait that the server asks for is read', async () => {
    expect(serverHintMs(await thrownBy(() => call(`${base}/429`)))).toBe(1500)
  })
})

describe('grpc-js', () => {
  const serialize = (text: string) => Buffer.from(text)
  const deserialize = (bytes: Buffer) => bytes.toString()
  const path = '/test.Service/Answer'
  const service = new grpc.Server()
  let client: grpc.Client
  let unreachable: grpc.Client

  beforeAll(async () => {
    const definition = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: serialize,
      requestDeserialize: deserialize,
      responseSerialize: serialize,
      responseDeserialize: deserialize,
    }
    service.addService(
      { answer: definition },
      {
        answer(call: { request: string }, respond: grpc.sendUnaryData<string>) {
          const metadata = new grpc.Metadata()
          // A RetryInfo whose delay is 7 s and 500 ms, as protobuf.
          const delay = [0x08, 7, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]
          metadata.set('google.rpc.retryinfo-bin', Buffer.from([0x0a, delay.length, ...delay]))
          if (call.request !== 'hang')
            respond({ code: Number(call.request), details: '', metadata })
        },
      },
    )
    const credentials = grpc.ServerCredentials.createInsecure()
    const port = await new Promise<number>((resolve, reject) => {
      service.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      )
    })
    client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure())
    unreachable = new grpc.Client(refusing.slice(7), grpc.credentials.createInsecure())
  })
  afterAll(() => {
    client.close()
    unreachable.close()
    service.forceShutdown()
  })

  const call = (request: string, options: grpc.CallOptions = {}, target = client) => {
    let running: grpc.ClientUnaryCall | undefined
    const answer = new Promise((resolve, reject) => {
      const settle = (error: unknown, value: unknown) => (error ? reject(error) : resolve(value))
      running = target.makeUnaryRequest(path, serialize, deserialize, request, options, settle)
    })
    return { answer, cancel: () => running?.cancel() }
  }

  test.each([
    ...(
      [
        [3, 'client'],
        [4, 'timeout'],
        [5, 'client'],
        [7, 'client'],
        [8, 'throttle'],
        [14, 'transient'],
        [16, 'client'],
      ] as const
    ).map(([code, errorClass]) =>
      row(
        `code ${code}`,
        errorClass,
        errorClass === 'client' ? 'ignore' : 'failure',
        () => call(String(code)).answer,
      ),
    ),
    row(
      'a deadline',
      'timeout',
      'failure',
      () => call('hang', { deadline: Date.now() + 50 }).answer,
    ),
    row('a call that the caller cancels', 'abort', 'ignore', () => {
      const { answer, cancel } = call('hang')
      cancel()
      return answer
    }),
    row('a refused connection', 'transient', 'failure', () => call('0', {}, unreachable).answer),
  ])('$what: $errorClass, $outcome', check)

  test('the delay of RetryInfo is read', async () => {
    expect(serverHintMs(await thrownBy(() => call('8').answer))).toBe(7_500)
  })
})

describe('Boom', () => {
  const rejected = (error: unknown) => () => Promise.reject(error)
  test.each([
    row('503', 'transient', 'failure', rejected(Boom.serverUnavailable())),
    row('429', 'throttle', 'failure', rejected(Boom.tooManyRequests())),
    row('404', 'client', 'ignore', rejected(Boom.notFound())),
  ])('$what: $errorClass, $outcome', check)
})

test('addresses that all refuse are classified like each of them', async () => {
  const error = await thrownBy(() =>
    Promise.any([fetch(refusing), fetch(`${base}/reset`), fetch(refusing)]),
  )
  expect(error).toBeInstanceOf(AggregateError)
  expect([classifyError(error), isRetryable(error)]).toEqual(['transient', true])
})
