// The classifier is as good as its knowledge of what is really thrown: no error here is made by hand.
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type RequestOptions } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, createConnection } from 'node:net'
import { finished } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { classifyError, constant, type ErrorClass, isRetryable, retry } from '../src/index.ts'

let base = ''
let refusing = ''
let requests: string[] = []
const server = createServer((request, response) => {
  const { url = '', socket } = request
  requests.push(url)
  const status = Number(url.slice(1))
  if (status >= 100) response.writeHead(status, { 'retry-after': '0' }).end()
  if (url === '/reset') socket.resetAndDestroy()
  if (url === '/close') socket.destroy()
  if (url === '/nonsense') socket.end('This is not HTTP.\r\n\r\n')
  if (url === '/redirect') response.writeHead(302, { location: '/redirect' }).end()
  if (url === '/half' || url === '/stall') {
    response.writeHead(200, { 'content-length': 10 }).write('half')
    if (url === '/half') setTimeout(10).then(() => socket.destroy())
  }
  // Else no answer.
})

beforeAll(async () => {
  const port = async (listening: typeof server) => {
    await once(listening.listen(0, '127.0.0.1'), 'listening')
    return (listening.address() as AddressInfo).port
  }
  base = `http://127.0.0.1:${await port(server)}`
  // A port that was free a moment ago.
  const gone = createServer()
  refusing = `http://127.0.0.1:${await port(gone)}`
  await once(gone.close(), 'close')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

interface Thrown {
  readonly name?: string
  readonly code?: string
  readonly cause?: Thrown
}
/** How an error calls itself, and its causes: what a row is about. */
const names = ({ name, code, cause }: Thrown): string =>
  [typeof code === 'string' ? code : name, ...(cause ? [names(cause)] : [])].join(' < ')

type Row = [
  what: string,
  act: () => Promise<unknown>,
  /** A pattern where Node's releases differ. */
  thrown: string | RegExp,
  expected: ErrorClass,
]

const thrownBy = (act: () => Promise<unknown>): Promise<Thrown> =>
  act().then(
    () => expect.unreachable('it threw nothing'),
    (error) => error,
  )

const check = async (...[, act, thrown, expected]: Row) => {
  const error = await thrownBy(act)
  const named = typeof thrown === 'string' ? thrown : expect.stringMatching(thrown)
  expect([names(error), classifyError(error)]).toEqual([named, expected])
  expect(isRetryable(error)).toBe(['throttle', 'transient', 'timeout'].includes(expected))
}

describe('fetch', () => {
  const aborted = (afterMs: number, reason?: Error) => {
    const controller = new AbortController()
    setTimeout(afterMs).then(() => controller.abort(reason))
    return controller.signal
  }
  const body = async (path: string, init?: RequestInit) => (await fetch(base + path, init)).text()

  test.each<Row>([
    ['refused', () => fetch(refusing), 'TypeError < ECONNREFUSED', 'transient'],
    ['reset', () => fetch(`${base}/reset`), 'TypeError < ECONNRESET', 'transient'],
    ['closed', () => fetch(`${base}/close`), 'TypeError < UND_ERR_SOCKET', 'transient'],
    ['body cut off', () => body('/half'), 'TypeError < UND_ERR_SOCKET', 'transient'],
    [
      'not HTTP',
      () => fetch(`${base}/nonsense`),
      /^TypeError < (HPE_INVALID_CONSTANT|HTTPParserError)$/,
      'transient',
    ],
    [
      'AbortSignal.timeout, no answer',
      () => fetch(`${base}/silence`, { signal: AbortSignal.timeout(20) }),
      'TimeoutError',
      'timeout',
    ],
    [
      'AbortSignal.timeout, in the body',
      () => body('/stall', { signal: AbortSignal.timeout(50) }),
      'TimeoutError',
      'timeout',
    ],
    [
      'AbortController, no answer',
      () => fetch(`${base}/silence`, { signal: aborted(20) }),
      'AbortError',
      'abort',
    ],
    [
      'AbortController, in the body',
      () => body('/stall', { signal: aborted(50) }),
      'AbortError',
      'abort',
    ],
    [
      'AbortController, for a reason of the caller’s',
      () => fetch(`${base}/silence`, { signal: aborted(20, new Error('enough')) }),
      'Error',
      'unknown',
    ],
    ['a URL that is none', () => fetch('nonsense'), 'TypeError < ERR_INVALID_URL', 'unknown'],
    ['a scheme that is none', () => fetch('nonsense://host'), 'TypeError < Error', 'unknown'],
    [
      'a port that is not allowed',
      () => fetch('http://127.0.0.1:9'),
      'TypeError < Error',
      'unknown',
    ],
    ['redirects without end', () => fetch(`${base}/redirect`), 'TypeError < Error', 'unknown'],
    [
      'a header that is none',
      () => fetch(base, { headers: { 'no header': '' } }),
      'TypeError',
      'unknown',
    ],
    [
      'a body that is used twice',
      async () => {
        const response = new Response('once')
        await response.text()
        return response.text()
      },
      'TypeError',
      'unknown',
    ],
  ])('%s', check)

  test('a name that is not found', async () => {
    const error = await thrownBy(() => fetch('http://nowhere.invalid'))
    expect(names(error)).toMatch(/^TypeError < (ENOTFOUND|EAI_AGAIN)$/)
    expect(classifyError(error)).toBe('transient')
  })

  // Node's own undici, with patience of our choice.
  interface Dispatcher {
    destroy(): Promise<void>
  }
  type Agent = new (options: object) => Dispatcher
  const withTimeouts = async (act: (init: RequestInit) => Promise<unknown>) => {
    // Node 24 and later keep it under 2, and under 1 a wrapper of it for older undicis.
    const present =
      Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.2')) ??
      Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'))
    const Agent: Agent = present.constructor
    const dispatcher = new Agent({ headersTimeout: 50, bodyTimeout: 50 })
    return act({ dispatcher } as RequestInit).finally(() => dispatcher.destroy())
  }
  test.each<Row>([
    [
      'undici: no headers in time',
      () => withTimeouts((init) => fetch(`${base}/silence`, init)),
      'TypeError < UND_ERR_HEADERS_TIMEOUT',
      'timeout',
    ],
    [
      'undici: no body in time',
      () => withTimeouts((init) => body('/stall', init)),
      'TypeError < UND_ERR_BODY_TIMEOUT',
      'timeout',
    ],
  ])('%s', check)
})

describe('a response of fetch', () => {
  test.each<[status: number, expected: ErrorClass]>([
    [200, 'unknown'],
    [400, 'client'],
    [404, 'client'],
    [408, 'timeout'],
    [429, 'throttle'],
    [500, 'transient'],
    [503, 'transient'],
  ])('of status %i', async (status, expected) => {
    const response = await fetch(`${base}/${status}`, { redirect: 'manual' })
    expect(classifyError(response)).toBe(expected)
    const error = Object.assign(new Error('Not loaded'), { response })
    expect(classifyError(error)).toBe(expected)
  })
})

describe('node:http', () => {
  /** Reads the answer to its end. */
  const load = async (url: string, options: RequestOptions = {}) => {
    const request = get(url, { agent: false, ...options })
    request.on('timeout', () => request.destroy())
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    await finished(response.resume())
  }
  const mistake = async (act: () => unknown) => act()

  test.each<Row>([
    ['refused', () => load(refusing), 'ECONNREFUSED', 'transient'],
    ['reset', () => load(`${base}/reset`), 'ECONNRESET', 'transient'],
    ['closed: the socket hung up', () => load(`${base}/close`), 'ECONNRESET', 'transient'],
    ['body cut off', () => load(`${base}/half`), 'ECONNRESET', 'transient'],
    ['not HTTP', () => load(`${base}/nonsense`), 'HPE_INVALID_CONSTANT', 'transient'],
    [
      'its own timeout, upon which the request is destroyed',
      () => load(`${base}/silence`, { timeout: 20 }),
      'ECONNRESET',
      'transient',
    ],
    [
      'AbortSignal.timeout',
      () => load(`${base}/silence`, { signal: AbortSignal.timeout(20) }),
      'ABORT_ERR < TimeoutError',
      'timeout',
    ],
    [
      'AbortController',
      () => load(`${base}/silence`, { signal: AbortSignal.abort() }),
      'ABORT_ERR < AbortError',
      'abort',
    ],
    [
      'AbortController, for a reason of the caller’s',
      () => load(`${base}/silence`, { signal: AbortSignal.abort(new Error('enough')) }),
      'ABORT_ERR < Error',
      'abort',
    ],
    [
      'a port that is none',
      () => mistake(() => get({ port: 70_000 })),
      'ERR_SOCKET_BAD_PORT',
      'unknown',
    ],
    [
      'a header that is none',
      () => mistake(() => get(base, { headers: { 'no header': '' } })),
      'ERR_INVALID_HTTP_TOKEN',
      'unknown',
    ],
  ])('%s', check)
})

describe('other modules of Node', () => {
  test.each<Row>([
    [
      'node:net: all addresses of a name refused',
      () =>
        once(
          createConnection({ host: 'localhost', port: Number(new URL(refusing).port) }),
          'connect',
        ),
      'ECONNREFUSED',
      'transient',
    ],
    [
      'node:timers/promises, aborted',
      () => setTimeout(1_000, undefined, { signal: AbortSignal.abort() }),
      'ABORT_ERR < AbortError',
      'abort',
    ],
    [
      'node:timers/promises, out of time',
      () => setTimeout(1_000, undefined, { signal: AbortSignal.timeout(5) }),
      'ABORT_ERR < TimeoutError',
      'timeout',
    ],
    [
      'a file that is not there',
      () => import('node:fs/promises').then((fs) => fs.readFile('/no/file')),
      'ENOENT',
      'unknown',
    ],
    ['JSON that is none', async () => JSON.parse('<html>'), 'SyntaxError', 'unknown'],
  ])('%s', check)
})

describe('node:http2', () => {
  const http2 = createHttp2Server()
  http2.on('sessionError', () => {})
  http2.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    if (headers[':path'] === '/refused') stream.close(7)
    if (headers[':path'] === '/goaway') stream.session?.goaway(2)
    if (headers[':path'] === '/close') stream.session?.socket.destroy()
  })
  beforeAll(async () => {
    await once(http2.listen(0, '127.0.0.1'), 'listening')
  })
  afterAll(() => http2.close())

  const load = async (path: string, headers: Record<string, string> = {}) => {
    const session = connectHttp2(`http://127.0.0.1:${(http2.address() as AddressInfo).port}`)
    session.on('error', () => {})
    try {
      const stream = session.request({ ':path': path, ...headers })
      await once(stream.resume(), 'end')
    } finally {
      session.destroy()
    }
  }
  const onDestroyed = async () => {
    const session = connectHttp2(base)
    session.on('error', () => {}).destroy()
    // Throws, or since Node 24 gives a stream that fails.
    await once(session.request({}), 'end')
  }

  test.each<Row>([
    ['a stream refused', () => load('/refused'), 'ERR_HTTP2_STREAM_ERROR', 'transient'],
    ['a session going away', () => load('/goaway'), 'ERR_HTTP2_SESSION_ERROR', 'transient'],
    ['a session that is gone', onDestroyed, 'ERR_HTTP2_INVALID_SESSION', 'transient'],
    [
      'a pseudo-header that is none',
      () => load('/', { ':nonsense': '' }),
      'ERR_HTTP2_INVALID_PSEUDOHEADER',
      'unknown',
    ],
    [
      'a header of HTTP/1',
      () => load('/', { connection: 'keep-alive' }),
      'ERR_HTTP2_INVALID_CONNECTION_HEADERS',
      'unknown',
    ],
  ])('%s', check)
})

describe('retry of a fetch', () => {
  const quick = { backoff: constant(1) }
  const count = async (call: Promise<unknown>) => {
    requests = []
    await call.catch(() => {})
    return requests.length
  }

  test('tries a connection fault again, four times in all', async () => {
    expect(await count(retry(() => fetch(`${base}/reset`), quick))).toBe(4)
  })

  test('does not try a mistake again', async () => {
    let attempts = 0
    const call = retry(() => {
      attempts++
      return fetch('nonsense://host')
    }, quick)
    await expect(call).rejects.toThrow('fetch failed')
    expect(attempts).toBe(1)
  })

  test('tries a response again that is not good enough', async () => {
    const retryResult = (response: unknown) => (response as Response).status >= 500
    const call = retry(() => fetch(`${base}/503`), { ...quick, retryResult })
    expect(await count(call)).toBe(4)
    expect(await count(retry(() => fetch(`${base}/404`), { ...quick, retryResult }))).toBe(1)
    await expect(call).resolves.toMatchObject({ status: 503 })
  })

  test('ends an attempt on time through its signal, and the connection with it', async () => {
    const limits = { ...quick, retries: 1, attemptTimeoutMs: 50 }
    const call = retry(({ signal = null }) => fetch(`${base}/silence`, { signal }), limits)
    expect(await count(call)).toBe(2)
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  test('ends with the caller’s own reason when he gives up', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const call = retry(({ signal = null }) => fetch(`${base}/silence`, { signal }), {
      ...quick,
      signal: controller.signal,
    })
    await setTimeout(20)
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
  })
})
