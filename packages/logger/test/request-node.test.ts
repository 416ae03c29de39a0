// The request logger in Node's own server: real sockets, clients that leave, answers that break.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type RequestLoggerOptions, requestLogger } from '../src/request/index.ts'
import { collectLines, dial, listen } from './request-support.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** Serves a handler with a request logger before it. */
async function serve(handler: Handler, options: Partial<RequestLoggerOptions> = {}) {
  const collected = collectLines()
  const requests = requestLogger({ logger: collected.logger, ...options })
  const server = createServer((request, response) =>
    requests(request, response, () => handler(request, response)),
  )
  return { ...collected, server, origin: await listen(server) }
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nbegun'

describe('a request that is answered', () => {
  test('is logged once, when all is sent, within its trace', async () => {
    const { origin, logger, lines, untilLogged } = await serve(async (_, response) => {
      logger.info('at work')
      await delay(5)
      logger.info('still at work')
      response.writeHead(201).end('done')
    })
    const response = await fetch(`${origin}/a/b?token=secret`, {
      headers: {
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        'x-request-id': 'abc',
        authorization: 'Bearer secret',
      },
    })
    expect(await response.text()).toBe('done')
    expect(response.headers.get('x-request-id')).toBe('abc')
    await untilLogged(1)
    const ids = {
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      span_id: lines[0]?.['span_id'],
      request_id: 'abc',
    }
    expect(lines).toEqual([
      { level: 'info', msg: 'at work', ...ids },
      { level: 'info', msg: 'still at work', ...ids },
      {
        level: 'info',
        msg: 'request completed',
        ...ids,
        method: 'GET',
        path: '/a/b',
        status: 201,
        duration_ms: expect.any(Number),
      },
    ])
    expect(lines[2]?.['duration_ms']).toBeGreaterThan(3)
    expect(JSON.stringify(lines)).not.toContain('secret')
  })

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
    ['OPTIONS', 404],
  ])('%s with %i', async (method, status) => {
    const { origin, untilLogged } = await serve((_, response) => response.writeHead(status).end())
    await fetch(origin, { method })
    expect(await untilLogged(1)).toMatchObject([{ msg: 'request completed', method, status }])
  })

  test('after a hint on the way: only the last status counts', async () => {
    const { origin, untilLogged } = await serve((_, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.writeProcessing()
      response.end()
    })
    const { socket, until } = await dial(origin)
    socket.write(GET)
    await until('200 OK')
    expect(await untilLogged(1)).toMatchObject([{ msg: 'request completed', status: 200 }])
  })

  test('though what it sends is not read', async () => {
    const { origin, untilLogged } = await serve((_, response) => response.writeHead(413).end())
    const { socket, until } = await dial(origin)
    socket.write(POST)
    await until('413')
    expect(await untilLogged(1)).toMatchObject([{ msg: 'request completed', status: 413 }])
  })

  test('is logged once though it is ended twice', async () => {
    const { origin, requests, untilLogged } = await serve((_, response) => {
      response.end('a')
      response.end()
    })
    const response = await fetch(origin)
    expect(await response.text()).toBe('a')
    await untilLogged(1)
    await fetch(origin)
    await untilLogged(2)
    expect(requests()).toHaveLength(2)
  })

  test('tells its trace when asked to', async () => {
    const { origin, untilLogged } = await serve((_, response) => response.end(), {
      serverTiming: true,
    })
    const { headers } = await fetch(origin)
    const [line] = await untilLogged(1)
    const { trace_id, span_id } = line ?? {}
    expect(headers.get('server-timing')).toBe(`trace;desc=00-${trace_id}-${span_id}-03`)
  })

  test('comes with an id and headers by whatever names, however they are written', async () => {
    const { origin, untilLogged } = await serve((_, response) => response.end(), {
      requestIdHeader: 'X-Correlation-ID',
      headers: ['User-Agent', 'Cookie', 'X-Missing'],
    })
    const response = await fetch(origin, {
      headers: { 'X-CORRELATION-ID': 'abc', 'User-Agent': 'test/1', cookie: 'a=secret' },
    })
    expect(response.headers.get('x-correlation-id')).toBe('abc')
    const [line] = await untilLogged(1)
    expect(line).toMatchObject({ request_id: 'abc' })
    expect(line?.['headers']).toEqual({ 'user-agent': 'test/1', cookie: '[redacted]' })
  })

  test('before the logger comes to it is logged all the same', async () => {
    const { logger, untilLogged } = collectLines()
    const requests = requestLogger({ logger })
    const origin = await listen(
      createServer((request, response) => {
        response.writeHead(200)
        response.flushHeaders()
        requests(request, response, () => response.end('late'))
      }),
    )
    const response = await fetch(origin)
    expect(response.headers.has('x-request-id')).toBe(false)
    expect(await response.text()).toBe('late')
    expect(await untilLogged(1)).toMatchObject([{ msg: 'request completed', status: 200 }])
  })

  test('by a logger that is there twice is logged once', async () => {
    const { logger, requests: logged, untilLogged } = collectLines()
    const requests = requestLogger({ logger })
    const origin = await listen(
      createServer((request, response) => {
        requests(request, response, () => requests(request, response, () => response.end()))
      }),
    )
    await (await fetch(origin)).text()
    await (await fetch(origin)).text()
    await untilLogged(2)
    expect(logged()).toHaveLength(2)
  })
})

describe('requests on one connection', () => {
  test('one after the other have a line each', async () => {
    const { origin, untilLogged } = await serve(({ url }, response) => response.end(url))
    const { socket, until } = await dial(origin)
    for (const path of ['/a', '/b', '/c']) {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
      await until(`\r\n\r\n${path}`)
    }
    const lines = await untilLogged(3)
    expect(lines.map(({ path }) => path)).toEqual(['/a', '/b', '/c'])
    expect(new Set(lines.map((line) => line['trace_id'])).size).toBe(3)
  })

  test('sent at once have a line each, with their own status', async () => {
    const answers: (() => void)[] = []
    const { origin, untilLogged } = await serve(({ url = '' }, response) => {
      answers.push(() => response.writeHead(Number(url.slice(1))).end())
      // The last is answered first, and waits for its turn.
      if (answers.length === 3) for (const answer of answers.reverse()) answer()
    })
    const { socket, until } = await dial(origin)
    const paths = ['/201', '/202', '/203']
    socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''))
    await until(' 203 ')
    const lines = await untilLogged(3)
    expect(lines.map(({ path, status }) => `${path} ${status}`)).toEqual([
      '/201 201',
      '/202 202',
      '/203 203',
    ])
  })

  test('that wait for their turn when the client leaves are aborted, each once', async () => {
    let asked = 0
    const { origin, requests, untilLogged } = await serve((request, response) => {
      // All has come of them: there is nothing that Node would still tell of.
      request.resume()
      asked += 1
      if (request.url === '/2') response.end()
      if (asked === 15) socket.destroy()
    })
    const { socket } = await dial(origin)
    const paths = Array.from({ length: 15 }, (_, n) => `/${n}`)
    socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''))
    const lines = await untilLogged(15)
    await delay(20)
    expect(requests()).toHaveLength(15)
    expect(lines.every(({ msg, aborted }) => msg === 'request aborted' && aborted)).toBe(true)
  })
})

describe('a client that leaves', () => {
  test('before the handler has answered', async () => {
    const { origin, untilLogged } = await serve(() => socket.destroy())
    const { socket } = await dial(origin)
    socket.write(GET)
    const [line] = await untilLogged(1)
    expect(line).toMatchObject({ level: 'warn', msg: 'request aborted', aborted: true })
    expect(line).not.toHaveProperty('status')
  })

  test('before a handler that never answers', async () => {
    const { origin, untilLogged, requests } = await serve((request) => request.resume())
    const controller = new AbortController()
    const asked = fetch(origin, { signal: controller.signal })
    await delay(20)
    expect(requests()).toEqual([])
    controller.abort()
    await expect(asked).rejects.toThrow()
    const [line] = await untilLogged(1)
    expect(line).toMatchObject({ msg: 'request aborted' })
    expect(line?.['duration_ms']).toBeGreaterThan(10)
  })

  test.each(['FIN', 'RST'])('while it sends: %s', async (how) => {
    const { origin, untilLogged } = await serve((request) => {
      request.resume()
      if (how === 'FIN') socket.end()
      else socket.resetAndDestroy()
    })
    const { socket } = await dial(origin)
    socket.write(POST)
    expect(await untilLogged(1)).toMatchObject([{ msg: 'request aborted', method: 'POST' }])
  })

  test('while what it sends is sent back', async () => {
    const { origin, requests, untilLogged } = await serve((request, response) => {
      pipeline(request, response, () => {})
    })
    const { socket, until } = await dial(origin)
    socket.write(POST)
    await until('begun')
    socket.end()
    expect(await untilLogged(1)).toMatchObject([
      { msg: 'request aborted', status: 200, aborted: true },
    ])
    await delay(20)
    expect(requests()).toHaveLength(1)
  })

  test('while it is answered', async () => {
    const { origin, untilLogged } = await serve((_, response) => {
      pipeline(Readable.from(endless()), response, () => {})
    })
    const { socket, until } = await dial(origin)
    socket.write(GET)
    await until('more')
    socket.destroy()
    const [line] = await untilLogged(1)
    expect(line).toMatchObject({ level: 'warn', msg: 'request aborted', status: 200 })
    expect(line).not.toHaveProperty('err')
  })

  test('before the logger comes to it', async () => {
    const { logger, untilLogged } = collectLines()
    const requests = requestLogger({ logger })
    const origin = await listen(
      createServer((request, response) => {
        response.on('close', () => setImmediate(() => requests(request, response, () => {})))
        socket.destroy()
      }),
    )
    const { socket } = await dial(origin)
    socket.write(GET)
    expect(await untilLogged(1)).toMatchObject([{ msg: 'request aborted' }])
  })

  test('as the server has sent it away', async () => {
    const served = await serve(() => served.server.closeAllConnections())
    const { socket } = await dial(served.origin)
    socket.write(GET)
    expect(await served.untilLogged(1)).toMatchObject([{ msg: 'request aborted' }])
  })
})

async function* endless() {
  for (;;) {
    yield 'more'
    await delay(1)
  }
}

describe('a request that fails', () => {
  test('with 500 or more: error', async () => {
    const { origin, untilLogged } = await serve((_, response) => response.writeHead(502).end())
    await fetch(origin)
    expect(await untilLogged(1)).toMatchObject([
      { level: 'error', msg: 'request failed', status: 502 },
    ])
  })

  test('as what the answer is made of fails: error, and why', async () => {
    const { origin, untilLogged } = await serve((_, response) => {
      const source = async function* () {
        yield 'begun'
        throw new Error('the source dried up')
      }
      pipeline(Readable.from(source()), response, () => {})
    })
    await expect(fetch(origin).then((response) => response.text())).rejects.toThrow()
    expect(await untilLogged(1)).toMatchObject([
      {
        level: 'error',
        msg: 'request failed',
        status: 200,
        err: { message: 'the source dried up' },
      },
    ])
  })

  test('as the answer is destroyed before it has begun: error, and no status', async () => {
    const { origin, untilLogged } = await serve((_, response) =>
      response.destroy(new Error('no answer')),
    )
    await expect(fetch(origin)).rejects.toThrow()
    const [line] = await untilLogged(1)
    expect(line).toMatchObject({ msg: 'request failed', err: { message: 'no answer' } })
    expect(line).not.toHaveProperty('status')
  })

  test('as the handler throws at once: error, and it comes through', async () => {
    const { logger, untilLogged } = collectLines()
    const requests = requestLogger({ logger })
    const fault = new Error('no such thing')
    let caught: unknown
    const origin = await listen(
      createServer((request, response) => {
        try {
          requests(request, response, () => {
            throw fault
          })
        } catch (error) {
          caught = error
          response.writeHead(500).end()
        }
      }),
    )
    expect((await fetch(origin)).status).toBe(500)
    expect(await untilLogged(1)).toMatchObject([
      { level: 'error', msg: 'request failed', err: { message: 'no such thing' } },
    ])
    expect(caught).toBe(fault)
  })
})

describe('a connection that changes hands', () => {
  const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n'

  test('is no request, and has no line', async () => {
    const { origin, server, requests } = await serve((_, response) => response.end())
    server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
    server.on('connect', (_, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
    for (const head of [UPGRADE, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n']) {
      const { socket } = await dial(origin)
      socket.write(head)
      await once(socket, 'close')
    }
    expect(requests()).toEqual([])
  })

  test('or does not, as nobody takes it, is a request like any other', async () => {
    const { origin, untilLogged } = await serve((_, response) => response.end())
    const { socket } = await dial(origin)
    socket.write(UPGRADE)
    expect(await untilLogged(1)).toMatchObject([{ msg: 'request completed', status: 200 }])
  })
})

describe('HTTP/2', () => {
  async function serveHttp2(handler: (path: string) => number | undefined) {
    const collected = collectLines()
    const requests = requestLogger({ logger: collected.logger })
    const server = createHttp2Server((request, response) => {
      requests(request, response, () => {
        const status = handler(request.url)
        if (status) response.writeHead(status).end('done')
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    return { ...collected, server, session }
  }

  test('is logged too: answered, reset, and told its id', async () => {
    const { session, server, untilLogged } = await serveHttp2((path) =>
      path === '/a?b' ? 201 : undefined,
    )
    const answered = session.request({ ':path': '/a?b', 'x-request-id': 'abc' })
    const [headers] = await once(answered, 'response')
    expect(headers['x-request-id']).toBe('abc')
    expect(await text(answered)).toBe('done')
    await untilLogged(1)
    const left = session.request({ ':path': '/c' })
    await delay(20)
    left.close(8)
    expect(await untilLogged(2)).toMatchObject([
      { msg: 'request completed', path: '/a', status: 201, request_id: 'abc' },
      { msg: 'request aborted', path: '/c' },
    ])
    session.destroy()
    server.close()
  })
})
