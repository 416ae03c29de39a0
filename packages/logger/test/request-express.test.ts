// The request logger in Express 5: routes, routers, what its own handling of errors makes of a fault.
import { createServer } from 'node:http'
import express, { type Express } from 'express'
import { expect, test } from 'vitest'
import { type RequestLoggerOptions, requestLogger } from '../src/request/index.ts'
import { collectLines, dial, listen } from './request-support.ts'

/** Serves what is set up after the request logger. */
async function serve(
  setUp: (app: Express, log: ReturnType<typeof collectLines>['logger']) => void,
  options: Partial<RequestLoggerOptions> = {},
) {
  const collected = collectLines()
  const app = express()
  app.set('env', 'test')
  app.use(requestLogger({ logger: collected.logger, ...options }))
  setUp(app, collected.logger)
  return { ...collected, origin: await listen(createServer(app)) }
}

test('a line tells the route, with what its router is mounted under', async () => {
  const { origin, untilLogged } = await serve((app) => {
    const users = express.Router()
    users.get('/:id', (_, response) => void response.send('user'))
    app.use('/api/users', users)
    app.get(['/a', '/b'], (_, response) => void response.send('either'))
    app.use('/static', (_, response) => void response.send('file'))
  })
  for (const path of ['/api/users/5?key=secret', '/b', '/static/x', '/nowhere']) {
    await (await fetch(`${origin}${path}`)).text()
  }
  const lines = await untilLogged(4)
  expect(lines.map(({ path, route, status }) => [path, route, status])).toEqual([
    ['/api/users/5', '/api/users/:id', 200],
    ['/b', '/a,/b', 200],
    ['/static/x', undefined, 200],
    ['/nowhere', undefined, 404],
  ])
  expect(JSON.stringify(lines)).not.toContain('secret')
})

test('what handlers log carries the ids, behind a body parser too', async () => {
  const { origin, lines, untilLogged } = await serve((app, log) => {
    app.use(express.json())
    app.post('/', async (request, response) => {
      log.info('parsed', { size: Object.keys(request.body).length })
      await null
      log.info('answering')
      response.send('done')
    })
  })
  const response = await fetch(origin, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'abc' },
    body: '{"a":1}',
  })
  expect(response.headers.get('x-request-id')).toBe('abc')
  await untilLogged(1)
  expect(lines).toMatchObject([
    { msg: 'parsed', size: 1 },
    { msg: 'answering' },
    { msg: 'request completed' },
  ])
  const [first] = lines
  for (const { trace_id, span_id, request_id } of lines) {
    expect([trace_id, span_id, request_id]).toEqual([
      first?.['trace_id'],
      first?.['span_id'],
      'abc',
    ])
  }
})

test('a body that comes in parts keeps the ids as well', async () => {
  const { origin, lines, untilLogged } = await serve((app, log) => {
    app.use(express.text())
    app.post('/', (request, response) => {
      log.info(request.body)
      response.send('done')
    })
  })
  const { socket, until } = await dial(origin)
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 6'
  socket.write(`${head}\r\nX-Request-Id: abc\r\n\r\none`)
  await new Promise((resolve) => setTimeout(resolve, 20))
  socket.write('two')
  await until('done')
  await untilLogged(1)
  expect(lines).toMatchObject([
    { msg: 'onetwo', request_id: 'abc' },
    { msg: 'request completed', request_id: 'abc' },
  ])
})

test('what a handler throws is answered by Express, and logged as an error', async () => {
  const { origin, untilLogged } = await serve((app) => {
    app.get('/sync', () => {
      throw new Error('no such thing')
    })
    app.get('/async', async () => {
      throw Object.assign(new Error('not yours'), { status: 403 })
    })
  })
  expect((await fetch(`${origin}/sync`)).status).toBe(500)
  expect((await fetch(`${origin}/async`)).status).toBe(403)
  expect(await untilLogged(2)).toMatchObject([
    { level: 'error', msg: 'request failed', status: 500, route: '/sync' },
    { level: 'info', msg: 'request completed', status: 403, route: '/async' },
  ])
})

test('mounted under a path, it tells the whole path', async () => {
  const { logger, untilLogged } = collectLines()
  const app = express()
  app.use('/api', requestLogger({ logger }))
  app.get('/api/a', (_, response) => void response.send('a'))
  app.get('/b', (_, response) => void response.send('b'))
  const origin = await listen(createServer(app))
  await fetch(`${origin}/b`)
  await fetch(`${origin}/api/a?c`)
  expect(await untilLogged(1)).toMatchObject([{ path: '/api/a', route: '/api/a' }])
})

test('the `route` option gets Express’s request, and what it does not say Express does', async () => {
  const route = ({ request }: { readonly request: object }) =>
    (request as express.Request).query['as'] as string | undefined
  const { origin, untilLogged } = await serve(
    (app) => app.get('/:id', (_, response) => void response.send('a')),
    { route },
  )
  await fetch(`${origin}/a?as=/mine`)
  await fetch(`${origin}/a`)
  const lines = await untilLogged(2)
  expect(lines.map(({ route }) => route)).toEqual(['/mine', '/:id'])
})

test('a client that leaves is logged once, with its route', async () => {
  const { origin, untilLogged } = await serve((app) => app.get('/:id', () => socket.destroy()))
  const { socket } = await dial(origin)
  socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(await untilLogged(1)).toMatchObject([{ msg: 'request aborted', route: '/:id' }])
})
