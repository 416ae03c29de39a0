import { advance, deferred, listeners, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { currentTrace } from '../trace/context.ts'
import { requestLogger } from './request-logger.ts'
import type { RequestLoggerOptions } from './request-options.ts'
import { collectLines, collectMetrics } from './testing.ts'

useVirtualTime()

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

/** Asks a web handler once. */
async function ask(
  options: Partial<RequestLoggerOptions> = {},
  handler: (request: Request) => Response | Promise<Response> = () => new Response(null),
  request = new Request('http://a.example/b?c=d'),
) {
  const collected = collectLines()
  const metrics = collectMetrics()
  const { logger } = collected
  const requests = requestLogger({ logger, registry: metrics.registry, ...options })
  const response = await requests.web(handler)(request)
  return { ...collected, ...metrics, response }
}

const requestWith = (headers: Record<string, string>, method = 'GET') =>
  new Request('http://a.example/b', { method, headers })

describe('the line of a request', () => {
  test('tells method, path, status and how long it took', async () => {
    const { lines } = await ask({}, async () => {
      await advance(1500)
      return new Response(null, { status: 204 })
    })
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'request completed',
        trace_id: expect.stringMatching(/^[\da-f]{32}$/),
        span_id: expect.stringMatching(/^[\da-f]{16}$/),
        request_id: expect.stringMatching(/^[\da-f-]{36}$/),
        method: 'GET',
        path: '/b',
        status: 204,
        duration_ms: 1500,
      },
    ])
  })

  test('has no header, unless it is asked for', async () => {
    const request = () =>
      requestWith({ 'user-agent': 'test/1', authorization: 'Bearer abc', cookie: 'a=b' })
    const { lines } = await ask({}, undefined, request())
    expect(JSON.stringify(lines)).not.toMatch(/test\/1|Bearer|a=b|headers/)
    const named = await ask(
      { headers: ['User-Agent', 'Authorization', 'x-missing'] },
      undefined,
      request(),
    )
    expect(named.lines).toMatchObject([
      { headers: { 'user-agent': 'test/1', authorization: '[redacted]' } },
    ])
    expect(named.lines[0]?.['headers']).not.toHaveProperty('x-missing')
  })

  test.each([
    [200, 'info', 'request completed'],
    [302, 'info', 'request completed'],
    [404, 'info', 'request completed'],
    [499, 'info', 'request completed'],
    [500, 'error', 'request failed'],
    [503, 'error', 'request failed'],
  ])('of status %i is %s: %s', async (status, level, message) => {
    const { lines } = await ask({}, () => new Response(null, { status }))
    expect(lines).toMatchObject([{ level, message, status }])
  })

  test('is measured by the clock given, in whole microseconds', async () => {
    let now = 0.1
    const clock = { now: () => now, setTimeout: () => {}, clearTimeout: () => {} }
    const { lines, observed } = await ask({ clock }, () => {
      now += 12.345_678_9
      return new Response(null)
    })
    expect(lines).toMatchObject([{ duration_ms: 12.346 }])
    expect(observed).toMatchObject([{ seconds: 0.012346 }])
  })
})

describe('what is logged meanwhile', () => {
  test('carries the ids of the line', async () => {
    const { logger, lines } = collectLines()
    const handler = requestLogger({ logger }).web(async () => {
      logger.info('at once')
      await null
      logger.info('later')
      return new Response(null)
    })
    await handler(requestWith({ traceparent: TRACEPARENT, 'x-request-id': 'r-1' }))
    expect(lines.map(({ message }) => message)).toEqual(['at once', 'later', 'request completed'])
    const [first] = lines
    for (const line of lines) {
      expect(line).toMatchObject({
        trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
        span_id: first?.['span_id'],
        request_id: 'r-1',
      })
    }
    expect(first?.['span_id']).not.toBe('00f067aa0ba902b7')
    expect(currentTrace()).toBe(undefined)
  })

  test('by the source of a streamed body does too', async () => {
    const { logger, lines } = collectLines()
    const handler = requestLogger({ logger }).web(() => {
      async function* source() {
        logger.info('first')
        yield new Uint8Array(1)
        logger.info('second')
      }
      return new Response(ReadableStream.from(source()) as ReadableStream<Uint8Array>)
    })
    const response = await handler(requestWith({ 'x-request-id': 'r-1' }))
    await response.arrayBuffer()
    expect(lines).toMatchObject([
      { message: 'first', request_id: 'r-1' },
      { message: 'second', request_id: 'r-1' },
      { message: 'request completed', request_id: 'r-1' },
    ])
  })
})

test('what the source of a body logs when it is wanted no more carries the ids', async () => {
  const { logger, lines } = collectLines()
  const handler = requestLogger({ logger }).web(
    () => new Response(new ReadableStream({ cancel: () => logger.info('let go') })),
  )
  const response = await handler(requestWith({ 'x-request-id': 'r-1' }))
  await response.body?.cancel()
  expect(lines).toMatchObject([
    { message: 'request aborted', request_id: 'r-1' },
    { message: 'let go', request_id: 'r-1' },
  ])
})

test('200 routes are told apart in the metrics, unless told otherwise', async () => {
  const { registry, counted } = collectMetrics()
  const { logger, lines } = collectLines()
  const route = ({ path }: { readonly path: string }) => path
  const handler = requestLogger({ logger, registry, route }).web(() => new Response(null))
  for (let n = 0; n < 202; n++) await handler(new Request(`http://a.example/${n}`))
  expect(counted.slice(199)).toMatchObject([
    { route: '/199' },
    { route: '_OTHER' },
    { route: '_OTHER' },
  ])
  expect(lines.at(-1)).toMatchObject({ route: '/201' })
})

describe('the trace', () => {
  const seen = async (options: Partial<RequestLoggerOptions>, traceparent: string) => {
    const trace = vi.fn(() => currentTrace())
    const handler = () => {
      trace()
      return new Response(null)
    }
    const { response } = await ask(
      options,
      handler,
      requestWith({ traceparent, tracestate: 'a=b' }),
    )
    return { trace: trace.mock.results[0]?.value, response }
  }

  test('goes on', async () => {
    const { trace } = await seen({}, TRACEPARENT)
    expect(trace).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentId: '00f067aa0ba902b7',
      flags: 1,
      state: 'a=b',
    })
  })

  test.each([
    ['that is malformed', {}, `${TRACEPARENT}-`],
    ['that came twice', {}, `${TRACEPARENT}, ${TRACEPARENT}`],
    ['of strangers, when they are not trusted,', { trustTrace: false }, TRACEPARENT],
  ])('%s is not gone on with: there is a new one', async (_, options, traceparent) => {
    const { trace } = await seen(options, traceparent)
    expect(trace).toMatchObject({ parentId: undefined, state: undefined })
    expect(trace.traceId).toMatch(/^(?!4bf92f)[\da-f]{32}$/)
    expect(trace.requestId).toMatch(/^[\da-f-]{36}$/)
  })

  test('is told in the answer when that is asked for', async () => {
    const { response } = await seen({}, TRACEPARENT)
    expect(response.headers.has('server-timing')).toBe(false)
    const told = await seen({ serverTiming: true }, TRACEPARENT)
    const { traceId, spanId } = told.trace
    expect(told.response.headers.get('server-timing')).toBe(`trace;desc=00-${traceId}-${spanId}-01`)
  })
})

describe('the id of the request', () => {
  const idOf = async (options: Partial<RequestLoggerOptions>, headers: Record<string, string>) => {
    const { response, lines } = await ask(options, undefined, requestWith(headers))
    const id = response.headers.get(options.requestIdHeader ?? 'x-request-id')
    expect(lines).toMatchObject([{ request_id: id }])
    return id
  }

  test('is the one that came, and is told in the answer', async () => {
    expect(await idOf({}, { 'x-request-id': 'abc_1-2' })).toBe('abc_1-2')
  })

  test('is a new one when none came, or none that is fit for it', async () => {
    expect(await idOf({}, {})).toMatch(/^[\da-f-]{36}$/)
    expect(await idOf({}, { 'x-request-id': 'a b' })).toMatch(/^[\da-f-]{36}$/)
    expect(await idOf({}, { 'x-request-id': 'a'.repeat(129) })).toMatch(/^[\da-f-]{36}$/)
  })

  test('is a new one when strangers are not trusted', async () => {
    const id = await idOf({ trustRequestId: false }, { 'x-request-id': 'abc' })
    expect(id).toMatch(/^[\da-f-]{36}$/)
  })

  test('comes and goes by another header, if so told', async () => {
    const options = { requestIdHeader: 'X-Correlation-ID' }
    expect(await idOf(options, { 'x-correlation-id': 'abc' })).toBe('abc')
    expect(await idOf(options, { 'x-request-id': 'abc' })).not.toBe('abc')
  })
})

describe('the functions that may be given', () => {
  test('`ignore` spares the line, not the count', async () => {
    const ignore = vi.fn(({ path }) => path === '/b')
    const { lines, counted } = await ask({ ignore })
    expect(lines).toEqual([])
    expect(counted).toHaveLength(1)
    expect(ignore).toHaveBeenCalledWith(expect.objectContaining({ path: '/b', status: 200 }))
  })

  test('`level` sets the level, of those that it knows something of', async () => {
    const level = ({ status }: { readonly status?: number | undefined }) =>
      status === 404 ? ('warn' as const) : undefined
    const missing = await ask({ level }, () => new Response(null, { status: 404 }))
    expect(missing.lines).toMatchObject([{ level: 'warn', message: 'request completed' }])
    const failed = await ask({ level }, () => new Response(null, { status: 500 }))
    expect(failed.lines).toMatchObject([{ level: 'error' }])
  })

  test('`route` names the route, for line and count', async () => {
    const route = vi.fn(() => '/:letter')
    const { lines, counted } = await ask({ route })
    expect(lines).toMatchObject([{ path: '/b', route: '/:letter' }])
    expect(counted).toMatchObject([{ route: '/:letter' }])
    expect(route).toHaveBeenCalledWith({
      method: 'GET',
      path: '/b',
      request: expect.any(Request),
    })
  })

  const fails = () => {
    throw new Error('mine')
  }
  test.each([
    [{ ignore: fails }],
    [{ level: fails }],
    [{ level: () => 'loud' as never }],
    [{ level: () => 'toString' as never }],
    [{ level: () => Symbol('loud') as never }],
    [{ route: fails }],
    [{ registry: { ...collectMetrics().registry, counter: () => ({ inc: fails }) } }],
  ])('harm nobody: %o', async (options) => {
    const { lines, response } = await ask(options)
    expect(response.status).toBe(200)
    expect(lines).toMatchObject([{ level: 'info', message: 'request completed', status: 200 }])
  })
})

describe('a web handler', () => {
  test('gets what it is called with', async () => {
    const { logger } = collectLines()
    const handler = requestLogger({ logger }).web((_: Request, env: { readonly KEY: string }) =>
      Response.json(env),
    )
    const response = await handler(requestWith({}), { KEY: 'a' })
    expect(await response.json()).toEqual({ KEY: 'a' })
  })

  test('has its answer kept: status, text and headers, a cookie beside a cookie', async () => {
    const headers = [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['x-mine', 'c'],
    ] as [string, string][]
    const given = () => new Response('body', { status: 201, statusText: 'Made', headers })
    const { response } = await ask({}, given)
    expect([response.status, response.statusText]).toEqual([201, 'Made'])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(response.headers.get('x-mine')).toBe('c')
    expect(await response.text()).toBe('body')
  })

  test('may answer with headers that cannot be changed', async () => {
    const { response, lines } = await ask({}, () => Response.redirect('http://a.example/c', 303))
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('http://a.example/c')
    expect(response.headers.get('x-request-id')).toBe(lines[0]?.['request_id'])
  })

  test.each([
    ['that cannot be made anew', Response.error(), 0],
    ['that is none', undefined, undefined],
    ['that somebody reads already', lockedResponse(), 200],
  ])('may answer with one %s', async (_, given, status) => {
    const { response, lines } = await ask({}, () => given as Response)
    expect(response).toBe(given)
    expect(lines).toMatchObject([{ message: 'request completed' }])
    expect(lines[0]?.['status']).toBe(status)
  })

  test.each(['at once', 'later'])(
    'that throws %s has failed, and what it threw comes through',
    async (when) => {
      const fault = new TypeError('no such thing')
      const { logger, lines } = collectLines()
      const { registry, counted } = collectMetrics()
      const handler = requestLogger({ logger, registry }).web(() => {
        if (when === 'at once') throw fault
        return Promise.reject(fault)
      })
      await expect(handler(requestWith({}))).rejects.toBe(fault)
      expect(lines).toMatchObject([
        { level: 'error', message: 'request failed', err: { message: 'no such thing' } },
      ])
      expect(lines[0]).not.toHaveProperty('status')
      expect(counted).toMatchObject([{ status: 'failed' }])
    },
  )
})

function lockedResponse(): Response {
  const response = new Response('body')
  response.body?.getReader()
  return response
}

describe('a body', () => {
  /** A source that is asked for each part, and what has become of it. */
  function source(parts: number) {
    const state = { pulled: 0, cancelled: undefined as unknown }
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          state.pulled += 1
          if (state.pulled > parts) controller.close()
          else controller.enqueue(new Uint8Array([state.pulled]))
        },
        cancel(reason) {
          state.cancelled = reason
        },
      },
      { highWaterMark: 0 },
    )
    return { state, body }
  }

  test('is over when it has been read to its end, and no sooner', async () => {
    const { body } = source(2)
    const { response, lines } = await ask({}, () => new Response(body, { status: 206 }))
    const reader = response.body?.getReader()
    expect(await reader?.read()).toEqual({ done: false, value: new Uint8Array([1]) })
    await advance(50)
    expect(await reader?.read()).toEqual({ done: false, value: new Uint8Array([2]) })
    expect(lines).toEqual([])
    await advance(50)
    expect(await reader?.read()).toEqual({ done: true, value: undefined })
    expect(lines).toMatchObject([{ message: 'request completed', status: 206, duration_ms: 100 }])
  })

  test('is asked for no more than is read', async () => {
    const { body, state } = source(100)
    const { response } = await ask({}, () => new Response(body))
    const reader = response.body?.getReader()
    await advance(10)
    expect(state.pulled).toBe(0)
    await reader?.read()
    await advance(10)
    expect(state.pulled).toBe(1)
  })

  test('that is wanted no more is aborted, and its source told', async () => {
    const { body, state } = source(2)
    const { response, lines, counted } = await ask({}, () => new Response(body))
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel('enough')
    expect(state.cancelled).toBe('enough')
    expect(lines).toMatchObject([
      { level: 'warn', message: 'request aborted', aborted: true, status: 200 },
    ])
    expect(counted).toMatchObject([{ status: '200' }])
  })

  test('of an answer of 500 that is wanted no more is aborted too', async () => {
    const { body } = source(2)
    const { response, lines } = await ask({}, () => new Response(body, { status: 500 }))
    await response.body?.cancel()
    expect(lines).toMatchObject([{ level: 'warn', message: 'request aborted', status: 500 }])
  })

  test('that is wanted no more while a part is on its way is aborted once', async () => {
    const { promise, resolve } = deferred()
    const body = new ReadableStream<Uint8Array>({ pull: () => promise }, { highWaterMark: 0 })
    const { response, lines } = await ask({}, () => new Response(body))
    const reader = response.body?.getReader()
    const read = reader?.read()
    await reader?.cancel()
    resolve()
    expect(await read).toEqual({ done: true, value: undefined })
    await advance(1)
    expect(lines).toMatchObject([{ message: 'request aborted' }])
  })

  test('that fails has failed, and its reader is told why', async () => {
    const fault = new Error('the source dried up')
    const body = new ReadableStream({
      pull: () => {
        throw fault
      },
    })
    const { response, lines } = await ask({}, () => new Response(body))
    await expect(response.text()).rejects.toBe(fault)
    expect(lines).toMatchObject([
      { level: 'error', message: 'request failed', status: 200, err: { message: fault.message } },
    ])
  })

  test('that answers HEAD is not waited for', async () => {
    const { response, lines } = await ask({}, () => new Response('body'), requestWith({}, 'HEAD'))
    expect(lines).toMatchObject([{ method: 'HEAD', message: 'request completed' }])
    expect(response.headers.get('x-request-id')).toBe(lines[0]?.['request_id'])
    expect(await response.text()).toBe('body')
    expect(lines).toHaveLength(1)
  })
})

describe('a client that leaves', () => {
  const leaving = () => {
    const controller = new AbortController()
    const { signal } = controller
    return {
      request: new Request('http://a.example/b', { signal }),
      leave: () => controller.abort(),
    }
  }

  test('before there is an answer: aborted, at once', async () => {
    const { request, leave } = leaving()
    const { logger, lines } = collectLines()
    const { registry, counted } = collectMetrics()
    const { promise, resolve } = deferred<Response>()
    const answered = requestLogger({ logger, registry }).web(() => promise)(request)
    await advance(40)
    leave()
    expect(lines).toMatchObject([{ level: 'warn', message: 'request aborted', duration_ms: 40 }])
    expect(lines[0]).not.toHaveProperty('status')
    expect(counted).toMatchObject([{ status: 'aborted' }])
    resolve(new Response(null, { status: 204 }))
    expect((await answered).status).toBe(204)
    expect(lines).toHaveLength(1)
  })

  test('and makes the handler fail thereby: aborted', async () => {
    const { request, leave } = leaving()
    const { logger, lines } = collectLines()
    const { promise, reject } = deferred<Response>()
    const answered = requestLogger({ logger }).web(() => promise)(request)
    leave()
    reject(request.signal.reason)
    await expect(answered).rejects.toBe(request.signal.reason)
    expect(lines).toMatchObject([{ message: 'request aborted' }])
  })

  test('while a body is sent: aborted, with the status that was sent', async () => {
    const { request, leave } = leaving()
    const { promise } = deferred()
    const body = new ReadableStream({ pull: () => promise })
    const { lines, response } = await ask({}, () => new Response(body), request)
    response.body?.getReader().read()
    leave()
    expect(lines).toMatchObject([{ message: 'request aborted', status: 200, aborted: true }])
  })

  test('before the handler is asked: aborted', async () => {
    const { request, leave } = leaving()
    leave()
    const { lines } = await ask({}, undefined, request)
    expect(lines).toMatchObject([{ message: 'request aborted' }])
  })

  test('after the answer was read, is not told of, and not waited for', async () => {
    const { request, leave } = leaving()
    const { lines, response } = await ask({}, () => new Response('body'), request)
    await response.text()
    expect(listeners(request.signal)).toBe(0)
    leave()
    expect(lines).toMatchObject([{ message: 'request completed' }])
  })
})
