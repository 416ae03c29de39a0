// The request logger in Fastify 5: hooks, contexts, errors, replies that are taken over.
import fastify, { type FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { requestLogger } from '../src/request/index.ts'
import { currentTrace } from '../src/trace/index.ts'
import { collectLines, dial, whenDone } from './request-support.ts'

/** Serves what is set up after the request logger. */
async function serve(
  setUp: (app: FastifyInstance, log: ReturnType<typeof collectLines>['logger']) => void,
) {
  const collected = collectLines()
  const app = fastify({ forceCloseConnections: true })
  app.register(requestLogger({ logger: collected.logger }).fastify)
  setUp(app, collected.logger)
  whenDone(() => app.close())
  return { ...collected, app, origin: await app.listen({ host: '127.0.0.1', port: 0 }) }
}

test('a line tells the route, in whatever context it is', async () => {
  const { origin, untilLogged } = await serve((app) => {
    app.get('/users/:id', async () => 'user')
    app.register(
      (inner, _, done) => {
        inner.get('/:id', async () => 'inner')
        done()
      },
      { prefix: '/api' },
    )
  })
  for (const path of ['/users/5?key=secret', '/api/6', '/nowhere']) {
    await (await fetch(`${origin}${path}`)).text()
  }
  const lines = await untilLogged(3)
  expect(lines.map(({ path, route, status }) => [path, route, status])).toEqual([
    ['/users/5', '/users/:id', 200],
    ['/api/6', '/api/:id', 200],
    ['/nowhere', undefined, 404],
  ])
  expect(JSON.stringify(lines)).not.toContain('secret')
})

test('what hooks and handlers log carries the ids, behind a body too', async () => {
  const { origin, lines, untilLogged } = await serve((app, log) => {
    app.addHook('onRequest', async () => log.info('onRequest'))
    app.addHook('preHandler', (_, __, done) => {
      log.info('preHandler')
      done()
    })
    app.addHook('onSend', async () => log.info('onSend'))
    app.post('/', async (request) => {
      log.info('handler', { body: request.body })
      await null
      log.info('later')
      return 'done'
    })
  })
  const { socket, until } = await dial(origin)
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 7'
  socket.write(`${head}\r\nX-Request-Id: abc\r\n\r\n{"a"`)
  await new Promise((resolve) => setTimeout(resolve, 20))
  socket.write(':1}')
  await until('done')
  await untilLogged(1)
  expect(lines.map(({ msg }) => msg)).toEqual([
    'onRequest',
    'preHandler',
    'handler',
    'later',
    'onSend',
    'request completed',
  ])
  const [first] = lines
  for (const { trace_id, span_id, request_id } of lines) {
    expect([trace_id, span_id, request_id]).toEqual([
      first?.['trace_id'],
      first?.['span_id'],
      'abc',
    ])
  }
  expect(currentTrace()).toBe(undefined)
})

test('the answer tells the id, beside what the reply sets', async () => {
  const { origin, untilLogged } = await serve((app) => {
    app.get('/', (_, reply) => reply.header('x-mine', 'a').code(201).send('done'))
    app.get('/taken', (_, reply) => {
      reply.hijack()
      reply.raw.end('by hand')
    })
  })
  for (const path of ['/', '/taken']) {
    const response = await fetch(origin + path, { headers: { 'x-request-id': 'abc' } })
    expect(response.headers.get('x-request-id')).toBe('abc')
    expect(response.headers.get('x-mine')).toBe(path === '/' ? 'a' : null)
  }
  expect(await untilLogged(2)).toMatchObject([
    { status: 201, request_id: 'abc' },
    { status: 200, route: '/taken' },
  ])
})

test('what a handler throws is in the line, if it is the server’s fault', async () => {
  const { origin, untilLogged } = await serve((app) => {
    app.get('/ours', async () => {
      throw new Error('no such thing')
    })
    app.get('/theirs', async () => {
      throw Object.assign(new Error('not yours'), { statusCode: 403 })
    })
    app.register((inner, _, done) => {
      inner.setErrorHandler((_, __, reply) => reply.code(503).send('later'))
      inner.get('/handled', async () => {
        throw new Error('too much')
      })
      done()
    })
  })
  for (const path of ['/ours', '/theirs', '/handled']) await fetch(origin + path)
  const lines = await untilLogged(3)
  expect(lines).toMatchObject([
    { level: 'error', msg: 'request failed', status: 500, err: { message: 'no such thing' } },
    { level: 'info', msg: 'request completed', status: 403 },
    { level: 'error', msg: 'request failed', status: 503 },
  ])
  expect(lines[1]).not.toHaveProperty('err')
})

test('a request that is injected is one too', async () => {
  const { app, untilLogged } = await serve((app) => app.get('/:id', async () => 'done'))
  const response = await app.inject({ url: '/a', headers: { 'x-request-id': 'abc' } })
  expect(response.headers['x-request-id']).toBe('abc')
  expect(await untilLogged(1)).toMatchObject([
    { msg: 'request completed', route: '/:id', status: 200, request_id: 'abc' },
  ])
})

test('registered twice, it logs once', async () => {
  const { logger, requests: logged, untilLogged } = collectLines()
  const requests = requestLogger({ logger })
  const app = fastify()
  whenDone(() => app.close())
  app.register(requests.fastify)
  app.register(requests.fastify)
  app.get('/', async () => 'done')
  await app.inject('/')
  await app.inject('/')
  await untilLogged(2)
  expect(logged()).toHaveLength(2)
})

test('a client that leaves is logged once', async () => {
  const { origin, untilLogged } = await serve((app) => {
    app.get('/:id', () => {
      socket.destroy()
      return new Promise(() => {})
    })
  })
  const { socket } = await dial(origin)
  socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(await untilLogged(1)).toMatchObject([{ msg: 'request aborted', route: '/:id' }])
})
