// Who gets in, what they may do, and what becomes of a body that is not as it must be.
import { advance, thrownBy, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { createFlags } from '../create-flags.ts'
import { defineFlags } from '../define-flags.ts'
import type { AdminEvent } from './admin-event.ts'
import { createAdminHandler } from './admin-handler.ts'
import type { AdminOptions } from './admin-options.ts'

useVirtualTime()

const TOKEN = 'correct-horse-battery'
const READ = 'may-look-at-everything'
const OTHER_READ = 'may-look-at-it-as-well'
const WRITE = 'may-change-everything'
const scoped = { token: { read: [READ, OTHER_READ], write: WRITE } }

function setUp(options: AdminOptions) {
  const flags = createFlags({
    flags: defineFlags({
      MODE: { type: 'enum', values: ['off', 'warn'], default: 'off' },
      LIMITS: { type: 'json', default: {}, validate: (value) => value },
    }),
  })
  const handler = createAdminHandler(flags, options)
  const send = async (
    method: string,
    authorization: string | undefined,
    init: RequestInit = {},
    remoteAddress?: string,
  ) => {
    const headers = new Headers(init.headers)
    if (authorization !== undefined) headers.set('authorization', authorization)
    const path = method === 'GET' ? '/admin/flags' : '/admin/flags/MODE'
    const request = new Request(`http://localhost${path}`, { ...init, method, headers })
    const response = await handler(request, { remoteAddress })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return { flags, send }
}

const change = (value: unknown): RequestInit => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ value, reason: 'test' }),
})
const statuses = (answers: readonly { readonly status: number }[]) =>
  answers.map(({ status }) => status)

describe('without a token and `authorize`', () => {
  test.each<AdminOptions>([
    {},
    { token: undefined },
    { token: {} },
    { token: { read: undefined, write: [] } },
    { token: null as unknown as undefined },
  ])('refuses everything, and says why: %j', async (options) => {
    const { flags, send } = setUp(options)
    const answers = [
      await send('GET', undefined),
      await send('GET', 'Bearer '),
      await send('GET', 'Bearer undefined'),
      await send('OPTIONS', `Bearer ${TOKEN}`),
      await send('PUT', `Bearer ${TOKEN}`, change('warn')),
    ]
    expect(statuses(answers)).toEqual([403, 403, 403, 403, 403])
    expect(answers[0]?.text).toContain('neither `token` nor `authorize` is configured')
    expect(flags.revision).toBe(1)
  })

  test('as without options', async () => {
    const handler = createAdminHandler(createFlags({ flags: {} }))
    expect((await handler(new Request('http://localhost/admin/flags'))).status).toBe(403)
  })
})

describe('a token', () => {
  test('lets in who has it, to look and to change', async () => {
    const { flags, send } = setUp({ token: TOKEN })
    expect((await send('GET', `Bearer ${TOKEN}`)).status).toBe(200)
    expect((await send('GET', `bearer   ${TOKEN}`)).status).toBe(200)
    expect((await send('PUT', `Bearer ${TOKEN}`, change('warn'))).status).toBe(200)
    expect(flags.get('MODE')).toBe('warn')
  })

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    `Basic ${TOKEN}`,
    `Basic ${btoa(`admin:${TOKEN}`)}`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN} x`,
    `Bearer x ${TOKEN}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer ${TOKEN}, Bearer ${TOKEN}`,
    `Bearer ${TOKEN}\u00a0`,
    'Bearer undefined',
    'Bearer [object Object]',
  ])('keeps out who has not: %s', async (authorization) => {
    const { flags, send } = setUp({ token: TOKEN })
    const answers = [
      await send('GET', authorization),
      await send('PUT', authorization, change('warn')),
    ]
    expect(statuses(answers)).toEqual([401, 401])
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer')
    expect(JSON.parse(answers[0]?.text ?? '')).toEqual({
      title: 'Unauthorized',
      status: 401,
      detail: 'This takes a token',
      requestId: expect.any(String),
    })
    expect(flags.revision).toBe(1)
  })

  test('appears in no answer or event, and neither does the one that was sent', async () => {
    const events: AdminEvent[] = []
    const { send } = setUp({ token: TOKEN, onEvent: (event) => events.push(event) })
    const { headers, text } = await send('GET', 'Bearer a-guess-of-mine')
    const told = JSON.stringify([[...headers], text, events])
    expect(told).not.toMatch(/correct-horse|a-guess/)
  })

  test('says nothing of what there is before it is right', async () => {
    const handler = createAdminHandler(createFlags({ flags: {} }), { token: TOKEN })
    for (const path of ['/', '/admin/flags', '/admin/flags/X', '/nowhere']) {
      expect((await handler(new Request(`http://localhost${path}`))).status).toBe(401)
    }
  })

  test.each([
    ['', 'token'],
    ['short', 'token'],
    ['fifteen-letters', 'token'],
    ['a token with spaces in it', 'token'],
    ['read-from-a-file-with-its-end\n', 'token'],
    ['größer-als-sechzehn-zeichen', 'token'],
    [12345, 'token'],
    [{ read: 'fifteen-letters' }, 'token'],
    [{ write: [WRITE, ''] }, 'token'],
  ])('that is none is refused when the handler is made, unseen: %j', (token, option) => {
    const create = () => setUp({ token } as AdminOptions)
    const error = thrownBy(create) as Error
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toContain(`\`${option}\``)
    expect(error.message).not.toMatch(/short|fifteen|spaces|file|größer|123/)
  })
})

test('a list of tokens is good for everything, as one is', async () => {
  const { send } = setUp({ token: [TOKEN, WRITE] })
  for (const token of [TOKEN, WRITE]) {
    expect((await send('PUT', `Bearer ${token}`, change('warn'))).status).toBe(200)
  }
})

describe('web pages', () => {
  const ask = async (
    url: string,
    headers: Record<string, string> = {},
    options: AdminOptions = {},
    init: RequestInit = {},
  ) => {
    const onEvent = vi.fn()
    const flags = createFlags({ flags: { A: { type: 'boolean', default: false } } })
    const authorize = () => ({ actor: 'by network', write: true })
    const handler = createAdminHandler(flags, { authorize, onEvent, ...options })
    const response = await handler(
      new Request(`${url}/admin/reload-flags`, {
        method: 'POST',
        ...init,
        headers,
      }),
    )
    const { detail = '' } = (await response.json()) as { detail?: string }
    return { status: response.status, detail, events: onEvent.mock.calls.length }
  }

  test('cannot reach the endpoints by a name of their own that resolves to this machine', async () => {
    const { status, detail, events } = await ask('http://evil.example:9090')
    expect([status, events]).toEqual([403, 1])
    expect(detail).toContain('`hosts`')
    expect((await ask('http://localhost.evil.example')).status).toBe(403)
  })

  test('cannot send requests from another origin', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost:3000']) {
      expect((await ask('http://localhost:9090', { origin })).status).toBe(403)
    }
  })

  test('cannot send what needs no leave: only JSON is taken, even without a body', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { 'content-type': type }
      expect((await ask('http://localhost', headers)).status).toBe(415)
      expect((await ask('http://localhost', headers, {}, { body: '{}' })).status).toBe(415)
    }
  })

  test.each([
    'http://localhost:9090',
    'http://127.0.0.1:9090',
    'http://[::1]:9090',
    'http://10.1.2.3:9090',
    'http://flags:9090',
    'http://flags.prod.svc.cluster.local:9090',
  ])('are not curl, which gets in by any private name or address: %s', async (url) => {
    expect((await ask(url)).status).toBe(200)
    expect((await ask(url, { origin: url })).status).toBe(200)
  })

  test('and curl get in by the hosts that are configured', async () => {
    const options = { hosts: ['flags.example.com'] }
    expect((await ask('http://flags.example.com', {}, options)).status).toBe(200)
    const origin = 'https://flags.example.com'
    expect((await ask('http://flags.example.com:8443', { origin }, options)).status).toBe(200)
    expect((await ask('http://localhost', { origin }, options)).status).toBe(200)
  })
})

test('given to Node’s server as it is, the handler names the bridge that it needs', async () => {
  const handler = createAdminHandler(createFlags({ flags: {} }), { token: TOKEN })
  const incoming = { url: '/admin/flags', method: 'GET', headers: {}, socket: {} }
  await expect(handler(incoming as never)).rejects.toThrow('`toNodeListener(handler)`')
})

test('what is no flags is refused at creation', () => {
  for (const flags of [undefined, null, {}, { token: TOKEN }]) {
    expect(() => createAdminHandler(flags as never, { token: TOKEN })).toThrow(
      '`createAdminHandler` needs flags: what `createFlags` returned',
    )
  }
})

describe('scopes', () => {
  test('a read token looks, and changes nothing', async () => {
    const { flags, send } = setUp(scoped)
    for (const token of [READ, OTHER_READ]) {
      expect((await send('GET', `Bearer ${token}`)).status).toBe(200)
      expect((await send('OPTIONS', `Bearer ${token}`)).status).toBe(204)
      const answers = [
        await send('PUT', `Bearer ${token}`, change('warn')),
        await send('DELETE', `Bearer ${token}`),
        await send('POST', `Bearer ${token}`),
        await send('PATCH', `Bearer ${token}`),
        await send('GETS', `Bearer ${token}`),
      ]
      expect(statuses(answers)).toEqual([403, 403, 403, 403, 403])
      expect(answers[0]?.text).toContain('This takes a token that may write')
    }
    expect(flags.revision).toBe(1)
  })

  test('a write token looks and changes', async () => {
    const { flags, send } = setUp(scoped)
    expect((await send('GET', `Bearer ${WRITE}`)).status).toBe(200)
    expect((await send('PUT', `Bearer ${WRITE}`, change('warn'))).status).toBe(200)
    expect(flags.get('MODE')).toBe('warn')
  })

  test('with a read token alone nobody writes', async () => {
    const { send } = setUp({ token: { read: READ } })
    expect((await send('PUT', `Bearer ${READ}`, change('warn'))).status).toBe(403)
    expect((await send('PUT', 'Bearer undefined', change('warn'))).status).toBe(401)
  })
})

describe('`authorize`', () => {
  test('says who gets in, and who may write', async () => {
    const { flags, send } = setUp({
      authorize({ headers }) {
        const actor = headers.get('authorization')
        return actor ? { actor, write: actor === 'ann' } : undefined
      },
    })
    expect((await send('GET', undefined)).status).toBe(401)
    expect((await send('GET', 'bob')).status).toBe(200)
    expect((await send('PUT', 'bob', change('warn'))).status).toBe(403)
    expect((await send('PUT', 'ann', change('warn'))).status).toBe(200)
    expect(flags.history().at(-1)?.actor).toBe('ann')
  })

  test('lets nobody in when it fails, and what it throws stays here', async () => {
    const onEvent = vi.fn()
    const error = new Error('LDAP at 10.0.0.5 refused the password hunter2')
    const { flags, send } = setUp({ authorize: () => Promise.reject(error), onEvent })
    const { status, text, headers } = await send('PUT', 'ann', change('warn'))
    expect(JSON.parse(text)).toEqual({
      title: 'Internal Server Error',
      status,
      requestId: headers.get('x-request-id'),
    })
    expect(status).toBe(500)
    expect(flags.revision).toBe(1)
    expect(onEvent).toHaveBeenCalledWith(expect.objectContaining({ status: 500, error }))
  })

  test.each([true, 'ann', {}, { actor: 5, write: true }])(
    'lets nobody in by what it must not return: %j',
    async (access) => {
      const onEvent = vi.fn()
      const { flags, send } = setUp({ authorize: () => access as never, onEvent })
      expect((await send('PUT', 'ann', change('warn'))).status).toBe(500)
      expect(flags.revision).toBe(1)
      const error = expect.objectContaining({
        message: expect.stringContaining('`authorize()` must be { actor, write } or undefined'),
      })
      expect(onEvent).toHaveBeenCalledWith(expect.objectContaining({ error }))
    },
  )

  test('only `true` is leave to write', async () => {
    const write = 'false' as unknown as boolean
    const { send } = setUp({ authorize: () => ({ actor: 'eve', write }) })
    expect((await send('PUT', 'eve', change('warn'))).status).toBe(403)
  })

  test('excludes a token', () => {
    expect(() => setUp({ token: TOKEN, authorize: () => undefined })).toThrow(
      new TypeError('`token` excludes `authorize`'),
    )
  })
})

describe('failed attempts', () => {
  const guess = 'Bearer not-the-right-one'

  test('are ten a minute; after that they are answered with 429 until it is over', async () => {
    const { send } = setUp({ token: TOKEN })
    await advance(1000)
    for (let attempt = 1; attempt <= 10; attempt++) {
      expect((await send('GET', guess, {}, '192.0.2.1')).status).toBe(401)
    }
    await advance(20_500)
    const wrong = await send('GET', guess, {}, '192.0.2.1')
    expect([wrong.status, wrong.headers.get('retry-after')]).toEqual([429, '40'])
    await advance(39_499)
    expect((await send('GET', guess, {}, '192.0.2.1')).status).toBe(429)
    await advance(1)
    expect((await send('GET', guess, {}, '192.0.2.1')).status).toBe(401)
  })

  test('however many, do not lock out the right token', async () => {
    const { send } = setUp({ ...scoped, maxFailures: 2 })
    for (let attempt = 1; attempt <= 100; attempt++) await send('GET', guess, {}, '192.0.2.1')
    for (const token of [READ, WRITE]) {
      expect((await send('GET', `Bearer ${token}`, {}, '192.0.2.1')).status).toBe(200)
    }
    expect((await send('PUT', `Bearer ${WRITE}`, change('warn'), '192.0.2.1')).status).toBe(200)
  })

  test('of one client are not another’s', async () => {
    const { send } = setUp({ token: TOKEN, maxFailures: 1 })
    await send('GET', guess, {}, '192.0.2.1')
    expect((await send('GET', guess, {}, '192.0.2.1')).status).toBe(429)
    expect((await send('GET', guess, {}, '192.0.2.2')).status).toBe(401)
    expect((await send('GET', guess)).status).toBe(401)
  })

  test('a right token does not wipe them out', async () => {
    const { send } = setUp({ ...scoped, maxFailures: 2 })
    const answers = [
      await send('GET', guess),
      await send('GET', `Bearer ${READ}`),
      await send('GET', guess),
      await send('GET', guess),
    ]
    expect(statuses(answers)).toEqual([401, 200, 401, 429])
  })

  test.each(['x'.repeat(1e6), `${'.'.repeat(1e6)}`, ':'.repeat(1e6), `::${'1:'.repeat(5e5)}`])(
    'from an address of a megabyte cost no more than others',
    async (address) => {
      const startedAt = process.cpuUsage().user
      const { send } = setUp({ token: TOKEN, maxFailures: 1 })
      await send('GET', guess, {}, address)
      expect((await send('GET', guess, {}, address)).status).toBe(429)
      // The quadratic parser took minutes.
      expect(process.cpuUsage().user - startedAt).toBeLessThan(10_000_000)
    },
  )

  test('who sends no token does not guess: a health check locks nobody out', async () => {
    const { send } = setUp({ token: TOKEN, maxFailures: 2 })
    for (let request = 0; request < 5; request++) await send('GET', undefined)
    expect((await send('GET', guess)).status).toBe(401)
  })

  test('a read token that would write is no guess', async () => {
    const { send } = setUp({ ...scoped, maxFailures: 1 })
    await send('PUT', `Bearer ${READ}`, change('warn'))
    expect((await send('GET', guess)).status).toBe(401)
  })

  test('are counted with `authorize` too, whatever it goes by, and lock out nobody', async () => {
    const { send } = setUp({
      authorize: async ({ headers }) =>
        headers.get('authorization') === 'ann' ? { actor: 'ann', write: true } : undefined,
      maxFailures: 2,
    })
    const answers = []
    for (const who of ['a', undefined, 'c', 'ann', 'd']) answers.push(await send('GET', who))
    expect(statuses(answers)).toEqual([401, 401, 429, 200, 429])
  })

  test('are reported, as are insufficient scopes', async () => {
    const events: AdminEvent[] = []
    const onEvent = (event: AdminEvent) => {
      events.push(event)
      throw new Error('The observer fails')
    }
    const { send } = setUp({ ...scoped, maxFailures: 1, name: 'eu', onEvent })
    const init = { headers: { 'x-request-id': 'r-1' } }
    await send('PUT', `Bearer ${READ}`, init, '192.0.2.1')
    await send('GET', guess, init, '192.0.2.1')
    await send('GET', guess, init, '192.0.2.1')
    await send('PATCH', `Bearer ${WRITE}`, init)
    expect(events).toMatchObject(
      [403, 401, 429].map((status) => ({
        type: 'feature-flags.admin-refused',
        name: 'eu',
        status,
        requestId: 'r-1',
        remoteAddress: '192.0.2.1',
      })),
    )
  })
})

describe('a body', () => {
  const put = async (
    body: RequestInit['body'] | null,
    type: string | null = 'application/json',
  ) => {
    const { flags, send } = setUp({ token: TOKEN })
    const headers = type === null ? undefined : { 'content-type': type }
    const init = { ...(headers && { headers }), body, duplex: 'half' as const }
    const { status, text } = await send('PUT', `Bearer ${TOKEN}`, init as RequestInit)
    if (status !== 200) expect(flags.revision).toBe(1)
    return [status, JSON.parse(text).detail]
  }
  const valid = JSON.stringify({ value: 'warn', reason: 'test' })

  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json ; charset="utf-8"',
  ])('may be %s', async (type) => {
    expect(await put(valid, type)).toEqual([200, undefined])
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
    'application/json, text/plain',
    'application/json; boundary=x; charset=utf-8',
    'application/jsonp',
    'application/merge-patch+json',
    'text/plain; application/json',
    '',
  ])('may not be %j', async (type) => {
    expect(await put(valid, type)).toEqual([415, 'application/json only, in UTF-8'])
  })

  test('without a type is none: what makes a simple request of a browser does not get in', async () => {
    expect((await put(new TextEncoder().encode(valid), null))[0]).toBe(415)
    expect((await put(valid, null))[0]).toBe(415)
  })

  test('is read up to the limit, and no further', async () => {
    let reads = 0
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          reads += 1
          controller.enqueue(new Uint8Array(1024))
        },
        cancel() {
          cancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    expect(await put(endless)).toEqual([413, '16384 bytes at most'])
    expect(reads).toBe(17)
    expect(cancelled).toBe(true)
  })

  test('may be as long as the limit, to the byte', async () => {
    const padded = valid.padEnd(16_384)
    expect((await put(padded))[0]).toBe(200)
    expect((await put(`${padded} `))[0]).toBe(413)
    const { send } = setUp({ token: TOKEN, maxBodyBytes: 20 })
    expect((await send('PUT', `Bearer ${TOKEN}`, change('warn'))).status).toBe(413)
  })

  test.each([
    ['{', /line 1, column 2/],
    ['{"value":"warn","reason":"x"', /line 1/],
    ["{'value':'warn'}", /line 1, column 2/],
    ['{"value":"warn","reason":"x"}{}', /line 1, column 30/],
    ['{"value":NaN,"reason":"x"}', /line 1, column 10/],
    ['{"value":"warn","reason":"x",}', /line 1, column 30/],
    ['{"value":"off","value":"warn","reason":"x"}', /"value" is there twice/],
    ['{"value":"off","\\u0076alue":"warn","reason":"x"}', /is there twice/],
    [`{"value":${'['.repeat(200)}${']'.repeat(200)},"reason":"x"}`, /[Nn]ested/],
    [`{"value":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)},"reason":"x"}`, /[Nn]ested/],
    [`\ufeff${valid}`, /line 1, column 1/],
    ['\0', /line 1, column 1/],
    ['[]', /Not a JSON object/],
    ['null', /Not a JSON object/],
    ['"value"', /Not a JSON object/],
    ['7', /Not a JSON object/],
  ])('that is no JSON object is refused with the place: %s', async (body, detail) => {
    expect(await put(body)).toEqual([400, expect.stringMatching(detail)])
  })

  test('in another encoding is refused', async () => {
    const latin1 = Buffer.from('{"value":"warn","reason":"caf\u00e9"}', 'latin1')
    const cut = Buffer.from('{"value":"warn","reason":"é"}').subarray(0, -3)
    const overlong = Buffer.concat([Buffer.from('{"value":"'), Buffer.from([0xc0, 0xaf])])
    for (const bytes of [latin1, cut, overlong, Buffer.from(valid, 'utf16le')]) {
      expect((await put(bytes))[0]).toBe(400)
    }
    expect((await put(latin1))[1]).toBe('Not UTF-8')
  })

  test.each(['valeu', '__proto__', 'constructor', 'ttl', 'revision', 'on', '', 'Value'])(
    'has no field %j',
    async (name) => {
      const body = `{"value":"warn","reason":"test",${JSON.stringify(name)}:{"write":true}}`
      expect(await put(body)).toEqual([
        422,
        `${JSON.stringify(name)} is none of value, ttlMs, reason`,
      ])
    },
  )

  test('with a long name in it is not echoed at length', async () => {
    const [, detail] = await put(`{"${'x'.repeat(9000)}":1}`)
    expect(detail.length).toBeLessThan(120)
  })

  test('that is missing is one without fields', async () => {
    expect((await put(null))[0]).toBe(422)
    expect((await put(''))[0]).toBe(422)
  })

  test('changes no prototype, whatever its names', async () => {
    const { flags, send } = setUp({ token: TOKEN })
    const handler = createAdminHandler(flags, { token: TOKEN })
    const value = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    await send('GET', `Bearer ${TOKEN}`)
    const response = await handler(
      new Request('http://localhost/admin/flags/LIMITS', {
        method: 'PUT',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: `{"value":${value},"reason":"test"}`,
      }),
    )
    expect(response.status).toBe(200)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect((flags.get('LIMITS') as { polluted?: number }).polluted).toBeUndefined()
    expect(JSON.stringify(flags.get('LIMITS'))).toBe(value)
  })

  test('of a stranger is not read', async () => {
    const { send } = setUp({ token: TOKEN })
    const pull = vi.fn()
    const body = new ReadableStream({ pull }, { highWaterMark: 0 })
    await send('PUT', 'Bearer not-the-right-one', { body, duplex: 'half' })
    expect(pull).not.toHaveBeenCalled()
  })
})

describe('an error of ours', () => {
  test('goes to the observer; the client gets only its request id', async () => {
    const error = new Error('secret path /srv/keys')
    const flags = createFlags({ flags: defineFlags({ A: { type: 'boolean', default: false } }) })
    const broken = {
      ...flags,
      definitions: flags.definitions,
      revision: 1,
      killed: false,
      list: () => {
        throw error
      },
      sources: () => [],
      history: () => [],
      killAll: () => {
        throw error
      },
      reload: () => Promise.reject(error),
    } as unknown as typeof flags
    const onEvent = vi.fn()
    const handler = createAdminHandler(broken, { token: TOKEN, onEvent })
    const requests: [string, string, string?][] = [
      ['GET', '/admin/flags'],
      ['POST', '/admin/reload-flags'],
      ['POST', '/admin/flags/kill', '{"on":true,"reason":"x"}'],
    ]
    for (const [method, path, body] of requests) {
      const response = await handler(
        new Request(`http://localhost${path}`, {
          method,
          headers: {
            authorization: `Bearer ${TOKEN}`,
            'content-type': 'application/json',
            'x-request-id': 'r-7',
          },
          body: body ?? null,
        }),
      )
      expect(await response.json()).toEqual({
        title: 'Internal Server Error',
        status: 500,
        requestId: 'r-7',
      })
    }
    expect(onEvent).toHaveBeenCalledTimes(3)
    expect(onEvent.mock.calls.every(([event]) => event.error === error)).toBe(true)
  })
})

describe('options', () => {
  test.each<[AdminOptions, string]>([
    [{ basePath: 'admin' }, '`basePath` must be like "/admin", not "admin"'],
    [{ basePath: '/admin/' }, '`basePath` must be like "/admin", not "/admin/"'],
    [{ basePath: '/' }, '`basePath` must be like "/admin", not "/"'],
    [{ basePath: '//evil' }, '`basePath` must be like "/admin", not "//evil"'],
    [{ basePath: '/a?b' }, '`basePath` must be like "/admin", not "/a?b"'],
    [{ basePath: null as unknown as string }, '`basePath` must be like "/admin", not null'],
    [{ maxBodyBytes: 0 }, '`maxBodyBytes` must be an integer of 1 or more, not 0'],
    [{ maxFailures: 0 }, '`maxFailures` must be an integer of 1 or more, not 0'],
    [{ maxFailures: 1.5 }, '`maxFailures` must be an integer of 1 or more, not 1.5'],
    [{ name: 5 as unknown as string }, '`name` must be a string, not 5'],
    [{ hosts: 'example.com' as never }, '`hosts` must be an array, not "example.com"'],
    [
      { hosts: ['https://example.com'] },
      '`hosts[0]` must be a host name without scheme and port, not "https://example.com"',
    ],
    [{ hosts: ['a', 'example.com:443'] }, '`hosts[1]` must be a host name without scheme and port'],
    [{ hosts: [''] }, '`hosts[0]` must be a string that is not empty'],
    [{ basepath: '/ops' } as never, '`createAdminHandler` has no option `basepath`, only `token`,'],
    [TOKEN as never, '`createAdminHandler` takes an object of options'],
    [{ token: { raed: TOKEN } } as never, '`token.raed` is unknown, did you mean "read"?'],
    [{ onEvent: 'log' as never }, '`onEvent` must be a function, not "log"'],
    [{ authorize: true as never }, '`authorize` must be a function, not true'],
  ])('%j are refused by name', (options, message) => {
    expect(() => setUp(options)).toThrow(message)
  })
})
