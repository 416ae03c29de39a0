// The admin endpoints in the real servers that they are made for, over real sockets, asked by fetch.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import express from 'express'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createAdminHandler } from '../src/admin/index.ts'
import { createFlags, defineFlags, type Flags } from '../src/index.ts'
import { toNodeListener } from '../src/node/index.ts'

const TOKEN = 'correct-horse-battery'
const definitions = defineFlags({
  ENABLE_RETRY: { type: 'boolean', default: false },
  MAX_CONCURRENT: { type: 'integer', default: 5, min: 1, max: 1000 },
})

let flags: Flags<typeof definitions>
let listener: ReturnType<typeof toNodeListener>
beforeEach(() => {
  flags = createFlags({ flags: definitions })
  listener = toNodeListener(createAdminHandler(flags, { token: TOKEN }))
})

const closers: (() => unknown)[] = []
afterAll(() => Promise.all(closers.map((close) => close())))

async function listen(server: Server): Promise<string> {
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function listenWith(app: FastifyInstance): Promise<string> {
  closers.push(() => app.close())
  return app.listen({ port: 0, host: '127.0.0.1' })
}

/** Each framework as its users set it up, the endpoints in one line. */
const servers: [string, () => Promise<string>][] = [
  ['node:http', () => listen(createServer(listener))],
  [
    'Express',
    () => {
      const app = express()
      app.use('/admin', listener)
      return listen(createServer(app))
    },
  ],
  [
    'Express with a body parser',
    () => {
      const app = express()
      app.use(express.json(), express.urlencoded(), express.text())
      app.use('/admin', listener)
      return listen(createServer(app))
    },
  ],
  [
    'an Express router',
    () => {
      const app = express()
      const router = express.Router()
      router.use('/flags', listener)
      router.use('/reload-flags', listener)
      app.use('/admin', router)
      return listen(createServer(app))
    },
  ],
  [
    'Fastify',
    () => {
      const app = fastify()
      app.all('/admin/*', listener)
      return listenWith(app)
    },
  ],
  [
    'a Fastify plugin with a prefix',
    () => {
      const app = fastify()
      app.register(async (scope) => scope.all('/*', listener), { prefix: '/admin' })
      return listenWith(app)
    },
  ],
]

describe.each(servers)('%s', (_, serve) => {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
  const change = (base: string, path: string, method: string, body: unknown, more = {}) =>
    fetch(`${base}/admin${path}`, {
      method,
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    })

  test('shows the flags', async () => {
    const base = await serve()
    const response = await fetch(`${base}/admin/flags`, { headers })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('etag')).toMatch(/^"[\da-f]{8}-1"$/)
    expect(await response.json()).toMatchObject({
      revision: 1,
      flags: [
        { name: 'ENABLE_RETRY', value: false },
        { name: 'MAX_CONCURRENT', value: 5 },
      ],
    })
    const head = await fetch(`${base}/admin/flags`, { method: 'HEAD', headers })
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([
      200,
      expect.stringMatching(/-1"$/),
      '',
    ])
  })

  test('sets, clears, kills, rolls back and reloads', async () => {
    const base = await serve()
    const reason = 'an incident – größer'
    const set = await change(base, '/flags/MAX_CONCURRENT', 'PUT', { value: 50, reason })
    expect([set.status, flags.get('MAX_CONCURRENT')]).toEqual([200, 50])
    expect(flags.history().at(-1)).toMatchObject({ reason, actor: 'admin' })

    const kill = await change(base, '/flags/kill', 'POST', { on: true, reason })
    expect([kill.status, flags.get('MAX_CONCURRENT')]).toEqual([200, 5])
    const back = await change(base, '/flags/rollback', 'POST', { revision: 2, reason })
    expect([back.status, flags.get('MAX_CONCURRENT')]).toEqual([200, 50])

    const authorization = { authorization: `Bearer ${TOKEN}` }
    const clear = await fetch(`${base}/admin/flags/MAX_CONCURRENT?reason=over`, {
      method: 'DELETE',
      headers: authorization,
    })
    expect([clear.status, flags.get('MAX_CONCURRENT')]).toEqual([200, 5])
    expect(flags.history().at(-1)?.reason).toBe('over')
    const reload = await fetch(`${base}/admin/reload-flags`, {
      method: 'POST',
      headers: authorization,
    })
    expect([reload.status, await reload.json()]).toMatchObject([200, { changes: [] }])
    const history = await fetch(`${base}/admin/flags/history`, { headers })
    expect(await history.json()).toMatchObject({ changes: { length: flags.history().length } })
  })

  test('keeps strangers out', async () => {
    const base = await serve()
    const answers = await Promise.all([
      fetch(`${base}/admin/flags`),
      fetch(`${base}/admin/flags`, { headers: { authorization: 'Bearer wrong-wrong-wrong' } }),
      change(
        base,
        '/flags/ENABLE_RETRY',
        'PUT',
        { value: true, reason: 'x' },
        { authorization: '' },
      ),
    ])
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(flags.revision).toBe(1)
  })

  test('counts failed attempts by the address of the socket', async () => {
    const base = await serve()
    for (let attempt = 0; attempt < 10; attempt++) {
      await fetch(`${base}/admin/flags`, {
        headers: {
          authorization: 'Bearer wrong-wrong-wrong',
          'x-forwarded-for': `192.0.2.${attempt}`,
        },
      })
    }
    const status = async (authorization: string) =>
      (await fetch(`${base}/admin/flags`, { headers: { ...headers, authorization } })).status
    expect(await status('Bearer wrong-wrong-wrong')).toBe(429)
    expect(await status(`Bearer ${TOKEN}`)).toBe(200)
  })

  test.each(['/admin/../admin/flags', '/x/%2e%2e/admin/flags', '/admin\\flags', '/admin/./flags'])(
    'does not resolve %s into a path of its own',
    async (path) => {
      const base = await serve()
      const socket = connect(Number(new URL(base).port), '127.0.0.1')
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`,
      )
      let answer = ''
      for await (const chunk of socket) answer += chunk
      expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
    },
  )

  test('refuses what it must', async () => {
    const base = await serve()
    const path = '/flags/ENABLE_RETRY'
    const put = { value: true, reason: 'x' }
    const statuses = async (...answers: Promise<Response>[]) =>
      (await Promise.all(answers)).map(({ status }) => status)
    expect(
      await statuses(
        change(base, path, 'PUT', { ...put, value: 'yes' }),
        change(base, path, 'PUT', { ...put, force: true }),
        change(base, path, 'PUT', []),
        change(base, path, 'PUT', put, { 'if-match': '"7"' }),
        change(base, path, 'PUT', put, { 'content-type': 'text/plain' }),
        change(base, path, 'PUT', { ...put, reason: 'x'.repeat(20_000) }),
        change(base, '/flags/__proto__', 'PUT', put),
        change(base, path, 'PATCH', put),
      ),
    ).toEqual([422, 422, 400, 412, 415, 413, 404, 405])
    const broken = await fetch(`${base}/admin${path}`, { method: 'PUT', headers, body: '{"value"' })
    expect(broken.status).toBe(400)
    expect(flags.revision).toBe(1)
  })
})

describe('behind a proxy that is trusted', () => {
  const guess = (base: string, address: string, token: string) =>
    fetch(`${base}/admin/flags`, {
      headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': address },
    }).then(({ status }) => status)

  const check = async (base: string) => {
    for (let attempt = 0; attempt < 10; attempt++) await guess(base, '192.0.2.1', 'wrong')
    expect(await guess(base, '192.0.2.1', 'wrong')).toBe(429)
    expect(await guess(base, '192.0.2.2', 'wrong')).toBe(401)
    expect(await guess(base, '192.0.2.1', TOKEN)).toBe(200)
  }

  test('Express counts failed attempts by client', async () => {
    const app = express().set('trust proxy', 'loopback')
    app.use('/admin', listener)
    await check(await listen(createServer(app)))
  })

  test('Fastify counts failed attempts by client', async () => {
    const app = fastify({ trustProxy: 'loopback' })
    app.all('/admin/*', listener)
    await check(await listenWith(app))
  })
})

test('Fastify’s hooks keep the headers that they have set', async () => {
  const app = fastify()
  app.addHook('onRequest', async (_, reply) => {
    reply.header('x-frame-options', 'DENY').header('set-cookie', ['a=1', 'b=2'])
  })
  app.all('/admin/*', listener)
  const { headers } = await fetch(`${await listenWith(app)}/admin/flags`)
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
})
