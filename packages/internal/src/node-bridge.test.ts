import { once } from 'node:events'
import { createServer, type IncomingMessage, request as nodeRequest, type Server } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { Readable, Writable } from 'node:stream'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  type NodeListener,
  type NodeRequest,
  type NodeResponse,
  toNodeListener,
  type WebHandler,
} from './node-bridge.ts'
import { deferred, hang } from './testing.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** Serves it on a free port, and gives its address. */
async function serve(handler: WebHandler, onError?: (error: unknown) => void): Promise<string> {
  return listen(toNodeListener(handler, onError))
}

async function listen(listener: NodeListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends bytes as they are, for what no client would send, and gives what comes back until the end. */
async function sendRaw(base: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(base).port), '127.0.0.1')
  socket.setEncoding('latin1').write(text)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  await once(socket, 'close')
  return answer
}

/** As much of a request of Node's as the bridge looks at before the handler runs. */
const fakeRequest = (url: string): NodeRequest => ({
  url,
  headers: { host: 'a' },
  socket: {},
  iterator: () => Readable.from([]),
  resume: () => {},
})

function fakeResponse(): NodeResponse {
  const response = new Writable() as unknown as NodeResponse
  return Object.assign(response, { headersSent: false, setHeader: () => {}, writeHead: () => {} })
}

/** What the handler sees of a request. */
const mirror: WebHandler = async (request, client) =>
  Response.json({
    method: request.method,
    url: request.url.replace(/:\d{4,}/, ''),
    headers: Object.fromEntries(request.headers),
    body: request.body === null ? null : await request.text(),
    client,
  })

describe('a request', () => {
  test('comes with its method, address, headers, body and client', async () => {
    const base = await serve(mirror)
    const response = await fetch(`${base}/a%20b//c?d=1`, {
      method: 'PUT',
      headers: { 'x-one': '1', 'content-type': 'text/plain' },
      body: 'Grüße',
    })
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      url: 'http://127.0.0.1/a%20b//c?d=1',
      headers: { 'x-one': '1', 'content-type': 'text/plain' },
      body: 'Grüße',
      client: { remoteAddress: '127.0.0.1' },
    })
  })

  test('without a body has none', async () => {
    const base = await serve(mirror)
    for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'OPTIONS']) {
      expect(await (await fetch(base, { method })).json()).toMatchObject({ method, body: null })
    }
    expect((await fetch(base, { method: 'HEAD' })).status).toBe(200)
  })

  test('of unknown length has one', async () => {
    const base = await serve(mirror)
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('in '))
        controller.enqueue(new TextEncoder().encode('parts'))
        controller.close()
      },
    })
    const response = await fetch(base, { method: 'POST', body, duplex: 'half' })
    expect(await response.json()).toMatchObject({ body: 'in parts' })
  })

  test.each([
    ['GET //evil.example/x HTTP/1.1\r\nHost: a', 'http://a//evil.example/x'],
    ['GET http://b.example/x HTTP/1.1\r\nHost: a', 'http://b.example/x'],
    ['GET /x?y#z HTTP/1.1\r\nHost: [::1]', 'http://[::1]/x?y#z'],
  ])('for %j is for %s', async (head, url) => {
    const base = await serve(mirror)
    const answer = await sendRaw(base, `${head}\r\nConnection: close\r\n\r\n`)
    expect(JSON.parse(answer.match(/\{.*\}/)?.[0] ?? '')).toMatchObject({ url })
  })

  test('to look has no body, though one is sent', async () => {
    const base = await serve(mirror)
    const head = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4'
    const answer = await sendRaw(base, `${head}\r\n\r\nbody`)
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]+"body":null/)
  })

  test('may come by HTTP/2', async () => {
    const listener = toNodeListener(mirror)
    const server = createHttp2Server((request, response) => {
      listener(request as unknown as NodeRequest, response as unknown as NodeResponse)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const session = connectHttp2(`http://127.0.0.1:${port}`)
    const stream = session.request({ ':method': 'POST', ':path': '/a?b', 'x-one': '1' })
    stream.setEncoding('utf8').end('of unknown length')
    let answer = ''
    for await (const chunk of stream) answer += chunk
    session.close()
    server.close()
    expect(JSON.parse(answer)).toMatchObject({
      method: 'POST',
      url: 'http://127.0.0.1/a?b',
      headers: { 'x-one': '1' },
      body: 'of unknown length',
    })
  })

  test.each([
    'TRACE / HTTP/1.1\r\nHost: a',
    'OPTIONS * HTTP/1.1\r\nHost: a',
    'GET /other HTTP/1.1\r\nHost: a/admin/flags?',
    'GET /other HTTP/1.1\r\nHost: a/admin/flags#',
    'GET /other HTTP/1.1\r\nHost: user@a',
    'GET /other HTTP/1.1\r\nHost: a\\b',
    'GET / HTTP/1.1\r\nHost: [',
    'GET / HTTP/1.1\r\nHost: a:99999',
    'GET http:/admin/flags HTTP/1.1\r\nHost: a',
    'GET file:///admin/flags HTTP/1.1\r\nHost: a',
    'GET admin/flags HTTP/1.1\r\nHost: a',
  ])('that fetch does not know is refused: %j', async (head) => {
    const handler = vi.fn()
    const onError = vi.fn()
    const base = await serve(handler, onError)
    const answer = await sendRaw(base, `${head}\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(handler).not.toHaveBeenCalled()
    expect(onError).not.toHaveBeenCalled()
  })

  test.each([
    'GET /public/admin/flags HTTP/1.1\r\nHost:',
    'GET /public/admin/flags HTTP/1.1\r\nHost:  ',
    'GET http:///public/admin/flags HTTP/1.1\r\nHost: a',
  ])(
    'with an empty host is refused, for its path would begin after the first segment: %j',
    async (head) => {
      const handler = vi.fn()
      const base = await serve(handler)
      const answer = await sendRaw(base, `${head}\r\nConnection: close\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
      expect(handler).not.toHaveBeenCalled()
    },
  )

  test.each([
    '/x/../admin/flags',
    '/x/..',
    '/./admin',
    '/admin/.',
    '/x/%2e%2e/admin',
    '/x/%2E./admin',
    '/x/.%2e/admin',
    '/%2e/admin',
    '/x\\admin',
    '\\admin',
    '/..\\admin',
    'http://a/x/../admin',
    'http://a\\admin',
  ])('with a path that a URL parser rewrites is refused: %s', async (path) => {
    const handler = vi.fn()
    const base = await serve(handler)
    const answer = await sendRaw(
      base,
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(handler).not.toHaveBeenCalled()
  })

  test.each([
    '/a..b/...',
    '/x?y=../z\\',
    '/.well-known/x',
    '/%2e%2e%2e',
    '//x//',
    '/a%2fb',
    '/%5c',
  ])('with any other path arrives as it was sent: %s', async (path) => {
    const base = await serve(mirror)
    const answer = await sendRaw(
      base,
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    expect(JSON.parse(answer.match(/\{.*\}/)?.[0] ?? '')).toMatchObject({ url: `http://a${path}` })
  })

  test('arrives with the path that the client sent, or not at all', async () => {
    const segment = fc.oneof(
      fc.constantFrom('..', '.', '%2e', '%2E%2e', 'a', '', '\\', '%5c', ';', 'x.', '.%2e'),
      fc.string({ unit: fc.constantFrom('.', '%2e', 'a', '\\', '%', '-') }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 6 }), async (segments) => {
        const path = `/${segments.join('/')}`
        const seen: string[] = []
        const listener = toNodeListener(({ url }) => {
          seen.push(new URL(url).pathname)
          return new Response()
        })
        await listener(fakeRequest(path), fakeResponse())
        expect([[], [path]]).toContainEqual(seen)
      }),
    )
  })

  test('takes what a body parser has left, in place of the body', async () => {
    const listener = toNodeListener(mirror)
    for (const [parsed, body] of [
      [{ a: [1] }, '{"a":[1]}'],
      ['text', 'text'],
      [Buffer.from('bytes'), 'bytes'],
      [[], '[]'],
      [false, 'false'],
      [undefined, 'as sent'],
      [null, 'as sent'],
    ]) {
      const base = await listen((request, response) =>
        listener(Object.assign(request, { body: parsed }), response),
      )
      const response = await fetch(base, { method: 'POST', body: 'as sent' })
      expect(await response.json()).toMatchObject({ body })
    }
  })

  test('without a body has none though a body parser gives one', async () => {
    const listener = toNodeListener(mirror)
    const base = await listen((request, response) =>
      listener(Object.assign(request, { body: {} }), response),
    )
    const response = await fetch(base, { method: 'POST' })
    expect(await response.json()).toMatchObject({ body: null })
  })

  test('whose body somebody has read before has an empty one, and does not hang', async () => {
    const listener = toNodeListener(mirror)
    const base = await listen(async (request, response) => {
      await (request as IncomingMessage).toArray()
      await listener(request, response)
    })
    const response = await fetch(base, { method: 'POST', body: 'gone' })
    expect(await response.json()).toMatchObject({ body: '' })
  })

  test('is read no faster than the handler reads', async () => {
    const part = new Uint8Array(65_536)
    let sent = 0
    const { promise: goOn, resolve } = deferred()
    const base = await serve(async (request) => {
      await goOn
      let received = 0
      for await (const chunk of request.body ?? []) received += chunk.length
      return new Response(String(received))
    })
    const parts = 512
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        controller.enqueue(part)
        if (sent === parts) controller.close()
      },
    })
    const response = fetch(base, { method: 'POST', body, duplex: 'half' })
    // What the sockets hold in between fills up, and then nothing more is taken.
    let before = -1
    while (sent !== before) {
      before = sent
      await new Promise((wake) => setTimeout(wake, 50))
    }
    expect(sent).toBeLessThan(parts / 2)
    resolve()
    expect(await (await response).text()).toBe(String(parts * part.length))
  })

  test('that is refused half-way is answered, and the connection serves the next', async () => {
    const base = await serve(async (request) => {
      for await (const _ of request.body ?? []) return new Response(null, { status: 413 })
      return new Response('next')
    })
    const { port } = new URL(base)
    const text = 'x'.repeat(1_000_000)
    const socket = connect(Number(port), '127.0.0.1').setEncoding('latin1')
    let answers = ''
    socket.on('data', (chunk) => {
      answers += chunk
      if (answers.includes('413') && answers.includes('next')) socket.end()
    })
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'close')
    expect(answers).toMatch(/413 Payload Too Large[\s\S]+200 OK[\s\S]+next/)
  })

  test('that nobody reads keeps the connection from nothing', async () => {
    const base = await serve(() => new Response('unread'))
    for (let request = 0; request < 5; request++) {
      const response = await fetch(base, { method: 'POST', body: 'x'.repeat(500_000) })
      expect(await response.text()).toBe('unread')
    }
  })
})

describe('a response', () => {
  test('goes out with its status, headers and body', async () => {
    const base = await serve(() => {
      const headers = new Headers({ etag: '"1"', 'content-type': 'text/plain' })
      headers.append('set-cookie', 'a=1; Path=/')
      headers.append('set-cookie', 'b=2')
      headers.append('vary', 'accept')
      headers.append('vary', 'origin')
      return new Response('I am a teapot', { status: 418, headers })
    })
    const response = await fetch(base)
    expect(response.status).toBe(418)
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2'])
    expect(response.headers.get('vary')).toBe('accept, origin')
    expect(response.headers.get('etag')).toBe('"1"')
    expect(await response.text()).toBe('I am a teapot')
  })

  test('keeps what was set before it', async () => {
    const listener = toNodeListener(
      () => new Response('', { headers: { 'set-cookie': 'b=2', 'x-frame-options': 'DENY' } }),
    )
    const base = await listen((request, response) => {
      if ('setHeader' in response) {
        response.setHeader('x-powered-by', 'us')
        response.setHeader('x-frame-options', 'SAMEORIGIN')
      }
      return listener(request, response)
    })
    const { headers } = await fetch(base)
    expect(headers.get('x-powered-by')).toBe('us')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.getSetCookie()).toEqual(['b=2'])
  })

  test('to HEAD, or with a status that has no body, has none', async () => {
    const head = await serve(() => new Response('body', { headers: { 'x-one': '1' } }))
    const response = await fetch(head, { method: 'HEAD' })
    expect([response.headers.get('x-one'), await response.text()]).toEqual(['1', ''])
    const empty = await serve(() => new Response(null, { status: 204 }))
    expect((await fetch(empty)).status).toBe(204)
  })

  test('is made no faster than the client reads', async () => {
    const part = new Uint8Array(65_536)
    const parts = 512
    let made = 0
    const base = await serve(() => {
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          made += 1
          controller.enqueue(part)
          if (made === parts) controller.close()
        },
      })
      return new Response(body)
    })
    const sent = nodeRequest(base).end()
    const [incoming] = (await once(sent, 'response')) as [IncomingMessage]
    let before = -1
    while (made !== before) {
      before = made
      await new Promise((wake) => setTimeout(wake, 50))
    }
    expect(made).toBeLessThan(parts / 2)
    let received = 0
    for await (const chunk of incoming) received += chunk.length
    expect(received).toBe(parts * part.length)
  })

  test('whose body fails is cut off, so that nobody takes it for whole', async () => {
    const error = new Error('the disk is gone')
    const onError = vi.fn()
    const base = await serve(() => {
      let pulls = 0
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulls += 1
          if (pulls === 1) controller.enqueue(new TextEncoder().encode('half'))
          else controller.error(error)
        },
      })
      return new Response(body)
    }, onError)
    await expect(fetch(base).then((response) => response.text())).rejects.toThrow()
    // The client may learn of it first.
    await vi.waitFor(() => expect(onError).toHaveBeenCalledExactlyOnceWith(error))
  })
})

describe('a handler that fails', () => {
  test.each<[string, WebHandler]>([
    ['rejects', () => Promise.reject(new Error('password: hunter2'))],
    [
      'throws',
      () => {
        throw new Error('password: hunter2')
      },
    ],
    ['returns none', () => undefined as unknown as Response],
    ['returns an error', () => Response.error()],
  ])('because it %s gives an empty 500', async (_, handler) => {
    const onError = vi.fn(() => {
      throw new Error('The observer fails too')
    })
    const base = await serve(handler, onError)
    const response = await fetch(base, { method: 'POST', body: 'x' })
    expect([response.status, await response.text()]).toEqual([500, ''])
    expect(onError).toHaveBeenCalledOnce()
    expect((await fetch(base)).status).toBe(500)
  })
})

describe('a client that goes away', () => {
  test('aborts the request’s signal, and nobody calls it an error', async () => {
    const { promise: aborted, resolve } = deferred<unknown>()
    const { promise: begun, resolve: begin } = deferred()
    const onError = vi.fn()
    const base = await serve((request) => {
      request.signal.addEventListener('abort', () => resolve(request.signal.reason))
      begin()
      return hang()
    }, onError)
    const client = new AbortController()
    const response = fetch(base, { signal: client.signal })
    await begun
    client.abort()
    await expect(response).rejects.toThrow()
    expect(await aborted).toMatchObject({ name: 'AbortError' })
    expect(onError).not.toHaveBeenCalled()
  })

  test('in the middle of its body ends the reading', async () => {
    const { promise: ended, resolve } = deferred<unknown>()
    const base = await serve((request) => request.text().then(String, resolve) as never)
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf')
    setTimeout(() => socket.destroy(), 20)
    expect(await ended).toBeInstanceOf(Error)
  })

  test('in the middle of a response ends the making of it, though nothing more would have come', async () => {
    const { promise: cancelled, resolve } = deferred()
    const onError = vi.fn()
    const base = await serve(() => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode('first')),
        pull: hang,
        cancel: () => resolve(),
      })
      return new Response(body)
    }, onError)
    const client = new AbortController()
    const response = await fetch(base, { signal: client.signal })
    await response.body?.getReader().read()
    client.abort()
    await cancelled
    await new Promise((wake) => setTimeout(wake, 20))
    expect(onError).not.toHaveBeenCalled()
  })

  test('after a response is no abort', async () => {
    const signals: AbortSignal[] = []
    const base = await serve(({ signal }) => {
      signals.push(signal)
      return new Response('done')
    })
    await (await fetch(base, { headers: { connection: 'close' } })).text()
    await new Promise((wake) => setTimeout(wake, 20))
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  })
})
