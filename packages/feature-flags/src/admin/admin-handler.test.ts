import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { createFlags } from '../create-flags.ts'
import { defineFlags } from '../define-flags.ts'
import { FlagDataError } from '../errors.ts'
import type { FlagSource, SourceHost } from '../source.ts'
import { poll } from '../sources/poll.ts'
import { createAdminHandler } from './admin-handler.ts'
import type { AdminOptions } from './admin-options.ts'
import { tagOf } from './revision-tag.ts'

useVirtualTime()

const TOKEN = 'correct-horse-battery'

const definitions = defineFlags({
  ENABLE_RETRY: { type: 'boolean', default: false, description: 'Retry failed calls' },
  MAX_CONCURRENT: { type: 'integer', default: 5, min: 1, max: 1000, safe: 1 },
  MODE: { type: 'enum', values: ['off', 'warn'], default: 'off' },
  LIMITS: {
    type: 'json',
    default: {},
    validate(value) {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
      throw new Error('LIMITS must be an object')
    },
  },
  API_KEY: { type: 'string', default: 'the old secret', secret: true },
  history: { type: 'boolean', default: false },
})

/** Flags with one source, which says what `say` has told it last. */
function setUp(options: AdminOptions = { token: TOKEN }) {
  let host: SourceHost | undefined
  let says: () => ReadonlyMap<string, { value: unknown }> = () => new Map()
  const reload = () => {
    try {
      host?.publish(says())
    } catch (error) {
      host?.fail(error as Error)
    }
  }
  const source: FlagSource = {
    name: 'file',
    start(given) {
      host = given
      reload()
      return { reload, close() {} }
    },
  }
  const flags = createFlags({ flags: definitions, sources: [source] })
  const handler = createAdminHandler(flags, options)
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const request = new Request(`http://localhost${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const response = await handler(request)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
  const say = (what: typeof says) => {
    says = what
  }
  return { flags, send, say }
}

describe('GET /admin/flags', () => {
  test('shows each flag with its value, where that comes from and why', async () => {
    const { flags, send } = setUp()
    flags.override('MAX_CONCURRENT', 9, { actor: 'ann', reason: 'peak', ttlMs: 60_000 })
    const { status, body } = await send('GET', '/admin/flags')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      revision: 2,
      killed: false,
      sources: [{ name: 'file', state: 'ready' }],
    })
    expect(body.flags.slice(0, 2)).toEqual([
      {
        name: 'ENABLE_RETRY',
        type: 'boolean',
        description: 'Retry failed calls',
        value: false,
        default: false,
        safe: false,
        source: 'default',
        reason: 'DEFAULT',
        hasRules: false,
      },
      {
        name: 'MAX_CONCURRENT',
        type: 'integer',
        value: 9,
        default: 5,
        safe: 1,
        source: 'override',
        reason: 'STATIC',
        hasRules: false,
        override: { actor: 'ann', reason: 'peak', until: Date.now() + 60_000 },
      },
    ])
  })

  test('shows nothing of a secret one', async () => {
    const { flags, send } = setUp()
    flags.override('API_KEY', 'the new secret')
    const list = await send('GET', '/admin/flags')
    const history = await send('GET', '/admin/flags/history')
    expect(list.body.flags).toContainEqual(
      expect.objectContaining({ name: 'API_KEY', value: '[secret]', default: '[secret]' }),
    )
    expect(JSON.stringify([list, history])).not.toMatch(/the (old|new) secret/)
  })

  test('its ETag stands for the revision', async () => {
    const { flags, send } = setUp()
    const before = await send('GET', '/admin/flags')
    flags.override('MODE', 'warn')
    const after = await send('GET', '/admin/flags')
    expect(before.headers.get('etag')).toBe(tagOf(1))
    expect(after.headers.get('etag')).toBe(tagOf(2))
  })

  test('HEAD is the same without the body', async () => {
    const { send } = setUp()
    const { status, headers, body } = await send('HEAD', '/admin/flags')
    expect([status, headers.get('etag'), body]).toEqual([200, tagOf(1), undefined])
  })
})

describe('PUT /admin/flags/:name', () => {
  test('sets a value at once, and says what has changed', async () => {
    const { flags, send } = setUp()
    const { status, headers, body } = await send('PUT', '/admin/flags/MAX_CONCURRENT', {
      value: 20,
      reason: 'peak',
    })
    expect(flags.get('MAX_CONCURRENT')).toBe(20)
    expect(status).toBe(200)
    expect(headers.get('etag')).toBe(tagOf(2))
    expect(body).toEqual({
      revision: 2,
      killed: false,
      changes: [
        {
          flag: 'MAX_CONCURRENT',
          from: 5,
          to: 20,
          actor: 'admin',
          reason: 'peak',
          requestId: expect.any(String),
          source: 'override',
          revision: 2,
          at: Date.now(),
        },
      ],
    })
  })

  test('until its time is up, when it has one', async () => {
    const { flags, send } = setUp()
    await send('PUT', '/admin/flags/ENABLE_RETRY', { value: true, reason: 'try', ttlMs: 1000 })
    await advance(999)
    expect(flags.get('ENABLE_RETRY')).toBe(true)
    await advance(1)
    expect(flags.get('ENABLE_RETRY')).toBe(false)
  })

  test('changes nothing for a value that the flag does not take, and says what it takes', async () => {
    const { flags, send } = setUp()
    const put = async (name: string, body: object) => {
      const { status, body: problem } = await send('PUT', `/admin/flags/${name}`, body)
      return [status, problem.detail]
    }
    const reason = 'a mistake'
    expect(await put('ENABLE_RETRY', { value: 'on', reason })).toEqual([
      422,
      '`ENABLE_RETRY` must be true or false, not "on"',
    ])
    expect(await put('MAX_CONCURRENT', { value: 1001, reason })).toEqual([
      422,
      '`MAX_CONCURRENT` must be an integer from 1 to 1000, not 1001',
    ])
    expect(await put('MODE', { value: 'constructor', reason })).toEqual([
      422,
      '`MODE` must be one of "off", "warn", not "constructor"',
    ])
    expect(await put('LIMITS', { value: [], reason })).toEqual([
      422,
      expect.stringContaining('LIMITS must be an object'),
    ])
    expect(await put('ENABLE_RETRY', { value: null, reason })).toEqual([
      422,
      '`ENABLE_RETRY` must be true or false, not null',
    ])
    expect(await put('ENABLE_RETRY', { reason })).toEqual([422, '`value` must be given'])
    expect(await put('ENABLE_RETRY', { value: true, ttlMs: 0, reason })).toEqual([
      422,
      '`ttlMs` must be a number of 1 or more, not 0',
    ])
    expect(await put('ENABLE_RETRY', { value: true, ttlMs: null, reason })).toEqual([
      422,
      '`ttlMs` must be a number of 1 or more, not null',
    ])
    expect(await put('ENABLE_RETRY', { value: true, ttlMs: 'soon', reason })).toEqual([
      422,
      '`ttlMs` must be a number of 1 or more, not "soon"',
    ])
    expect(flags.revision).toBe(1)
  })

  test('a time that is read as infinite is refused, and so is a value', async () => {
    const { flags } = setUp()
    const handler = createAdminHandler(flags, { token: TOKEN })
    for (const body of [
      '{"value":true,"ttlMs":1e999,"reason":"x"}',
      '{"value":1e999,"reason":"x"}',
    ]) {
      const response = await handler(
        new Request('http://localhost/admin/flags/ENABLE_RETRY', {
          method: 'PUT',
          headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
          body,
        }),
      )
      const { detail } = (await response.json()) as { detail: string }
      expect([response.status, detail]).toEqual([
        400,
        expect.stringMatching(/^This number is too large \(line 1, column \d+\)$/),
      ])
    }
    expect(flags.revision).toBe(1)
  })

  test('a long value that is refused does not come back', async () => {
    const { send } = setUp({ token: TOKEN, maxBodyBytes: 2 ** 21 })
    for (const value of ['x'.repeat(2 ** 20), [`${'x'.repeat(2 ** 20)}`]]) {
      for (const name of ['ENABLE_RETRY', 'MAX_CONCURRENT', 'MODE', 'LIMITS']) {
        const { status, body } = await send('PUT', `/admin/flags/${name}`, { value, reason: 'x' })
        expect(status).toBe(422)
        expect(JSON.stringify(body).length).toBeLessThan(1000)
      }
    }
    const back = { revision: 'x'.repeat(2 ** 20), reason: 'x' }
    const { body } = await send('POST', '/admin/flags/rollback', back)
    expect(JSON.stringify(body).length).toBeLessThan(1000)
  })

  test('a secret value that is refused is not shown', async () => {
    const { send } = setUp()
    const { status, body } = await send('PUT', '/admin/flags/API_KEY', {
      value: { key: 'hunter2' },
      reason: 'rotate',
    })
    expect(status).toBe(422)
    expect(JSON.stringify(body)).not.toContain('hunter2')
  })

  test('a flag may be called as another path is', async () => {
    const { flags, send } = setUp()
    await send('PUT', '/admin/flags/history', { value: true, reason: 'because' })
    expect(flags.get('history')).toBe(true)
    const { body, headers } = await send('GET', '/admin/flags/history')
    expect(body.changes).toHaveLength(1)
    expect(headers.get('etag')).toBe(tagOf(2))
    const options = await send('OPTIONS', '/admin/flags/history')
    expect(options.headers.get('allow')).toBe('GET, HEAD, PUT, DELETE, OPTIONS')
  })

  test('is kept while the kill switch is on, and says so', async () => {
    const { flags, send } = setUp()
    flags.killAll()
    const { body } = await send('PUT', '/admin/flags/MODE', { value: 'warn', reason: 'later' })
    expect(body.killed).toBe(true)
    expect(flags.get('MODE')).toBe('off')
    flags.revive()
    expect(flags.get('MODE')).toBe('warn')
  })
})

describe('DELETE /admin/flags/:name', () => {
  test('gives a flag back to its sources, with a reason in the body, the query or nowhere', async () => {
    const { flags, send } = setUp()
    const clear = async (path: string, body?: object) => {
      flags.override('MODE', 'warn')
      const answer = await send('DELETE', path, body)
      return [answer.status, flags.get('MODE'), answer.body.changes[0].reason]
    }
    expect(await clear('/admin/flags/MODE')).toEqual([200, 'off', undefined])
    expect(await clear('/admin/flags/MODE?reason=over')).toEqual([200, 'off', 'over'])
    expect(await clear('/admin/flags/MODE', { reason: 'done' })).toEqual([200, 'off', 'done'])
  })

  test('is no mistake when there is nothing to clear', async () => {
    const { send } = setUp()
    const { status, body } = await send('DELETE', '/admin/flags/MODE')
    expect([status, body]).toEqual([200, { revision: 1, killed: false, changes: [] }])
  })
})

describe('POST /admin/reload-flags', () => {
  test('reads the sources again, and says what has changed and by whom', async () => {
    const { flags, send, say } = setUp()
    say(() => new Map([['MAX_CONCURRENT', { value: 7 }]]))
    expect(flags.get('MAX_CONCURRENT')).toBe(5)
    const { status, body } = await send('POST', '/admin/reload-flags?reason=new+file')
    expect(flags.get('MAX_CONCURRENT')).toBe(7)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      revision: 2,
      changes: [{ flag: 'MAX_CONCURRENT', from: 5, to: 7, actor: 'admin', reason: 'new file' }],
      sources: [{ name: 'file', state: 'ready' }],
    })
  })

  test('says why nothing has changed', async () => {
    const { flags, send, say } = setUp()
    say(() => new Map([['MAX_CONCURRENT', { value: 0 }]]))
    const wrong = await send('POST', '/admin/reload-flags')
    expect(wrong.body).toEqual({
      revision: 1,
      killed: false,
      changes: [],
      sources: [{ name: 'file', state: 'stale', error: expect.stringContaining('MAX_CONCURRENT') }],
    })
    say(() => {
      throw new FlagDataError('Expected ","', { position: { line: 3, column: 8 } })
    })
    const broken = await send('POST', '/admin/reload-flags')
    expect(broken.body.sources[0].error).toBe('Expected "," (line 3, column 8)')
    expect(flags.get('MAX_CONCURRENT')).toBe(5)
  })
})

test('a reload during a poll answers with what the server says afterwards', async () => {
  let server = 1
  const fetch = async () => {
    const answer = { flags: { LIMIT: server } }
    await new Promise((resolve) => setTimeout(resolve, 100))
    return answer
  }
  const flags = createFlags({
    flags: defineFlags({ LIMIT: { type: 'integer', default: 0 } }),
    sources: [poll(fetch)],
  })
  // A token is hashed in real time.
  const authorize = () => ({ actor: 'ann', write: true })
  const handler = createAdminHandler(flags, { authorize })
  await advance(50)
  server = 2
  const answer = handler(new Request('http://localhost/admin/reload-flags', { method: 'POST' }))
  await advance(150)
  expect(await (await answer).json()).toMatchObject({ changes: [{ to: 1 }, { to: 2 }] })
  flags.close()
})

describe('POST /admin/flags/rollback', () => {
  test('makes every flag what it was', async () => {
    const { flags, send } = setUp()
    flags.override('MODE', 'warn')
    flags.override('ENABLE_RETRY', true)
    const { status, body } = await send('POST', '/admin/flags/rollback', {
      revision: 1,
      reason: 'it was worse',
    })
    expect(status).toBe(200)
    expect(body.changes.map(({ flag }: { flag: string }) => flag)).toEqual(['ENABLE_RETRY', 'MODE'])
    expect([flags.get('MODE'), flags.get('ENABLE_RETRY')]).toEqual(['off', false])
  })

  test('says which revisions there are', async () => {
    const { flags, send } = setUp()
    flags.override('MODE', 'warn')
    for (const revision of [0, 3, 1.5, '1', null, undefined, { toString: 1 }, [1]]) {
      const answer = await send('POST', '/admin/flags/rollback', { revision, reason: 'back' })
      expect(answer.status).toBe(422)
      if (revision === 3) expect(answer.body.detail).toMatch(/only 1 to 2/)
    }
    expect(flags.revision).toBe(2)
  })
})

describe('POST /admin/flags/kill', () => {
  test('turns everything to its safe value, and back', async () => {
    const { flags, send } = setUp()
    flags.override('MAX_CONCURRENT', 50)
    const on = await send('POST', '/admin/flags/kill', { on: true, reason: 'it burns' })
    expect([on.status, on.body.killed, flags.get('MAX_CONCURRENT')]).toEqual([200, true, 1])
    const off = await send('POST', '/admin/flags/kill', { on: false, reason: 'it is out' })
    expect([off.status, off.body.killed, flags.get('MAX_CONCURRENT')]).toEqual([200, false, 50])
  })

  test('takes true or false, nothing that could be either', async () => {
    const { flags, send } = setUp()
    for (const on of [undefined, null, 'true', 'false', 0, 1, {}]) {
      const { status, body } = await send('POST', '/admin/flags/kill', { on, reason: 'why' })
      expect([status, body.detail]).toEqual([422, '`on` must be true or false'])
    }
    expect(flags.killed).toBe(false)
  })
})

describe('a reason', () => {
  const writes: [string, string, object][] = [
    ['PUT', '/admin/flags/MODE', { value: 'warn' }],
    ['POST', '/admin/flags/rollback', { revision: 1 }],
    ['POST', '/admin/flags/kill', { on: true }],
  ]

  test.each(writes)('must be given for %s %s', async (method, path, body) => {
    const { flags, send } = setUp()
    const { status, body: problem } = await send(method, path, body)
    expect([status, problem.detail]).toEqual([
      422,
      '`reason` must be a text of 1 to 500 characters on one line',
    ])
    expect([flags.revision, flags.killed]).toEqual([1, false])
  })

  test('may stand in the query', async () => {
    const { flags, send } = setUp()
    await send('POST', '/admin/flags/kill?reason=fire', { on: true })
    expect(flags.history().every(({ reason }) => reason === 'fire')).toBe(true)
  })

  test('is never ignored: given twice, or where nothing changes, it is refused', async () => {
    const { flags, send } = setUp()
    const twice = [
      await send('DELETE', '/admin/flags/MODE?reason=over', { reason: 'done' }),
      await send('POST', '/admin/flags/kill?reason=a', { on: true, reason: 'a' }),
      await send('POST', '/admin/flags/kill?reason=a&reason=b', { on: true }),
    ]
    for (const { status, body } of twice) {
      expect([status, body.detail]).toEqual([
        422,
        '`reason` must be given once, in the body or in the query',
      ])
    }
    const ignored = [
      await send('GET', '/admin/flags?reason=why'),
      await send('GET', '/admin/flags?flag=MODE'),
      await send('POST', '/admin/flags/kill?on=true&reason=a', { on: true }),
      await send('POST', `/admin/reload-flags?${'x'.repeat(5000)}`),
    ]
    for (const { status, body } of ignored) {
      expect(status).toBe(422)
      expect(body.detail).toMatch(/^"\w{1,64}" is no query parameter here$/)
    }
    expect([flags.revision, flags.killed]).toEqual([1, false])
    expect((await send('DELETE', '/admin/flags/MODE?reason=')).status).toBe(422)
  })

  test('is one line that can be read', async () => {
    const { flags, send } = setUp()
    const good = ['x', 'x'.repeat(500), 'Überlast – 5 € 🐙']
    const bad = [
      '',
      ' ',
      'x'.repeat(501),
      'a\nb',
      'a\u2028b',
      'a\u2029b',
      '\0',
      '\u001b[31m',
      '\ud83d',
      null,
      1,
      {},
    ]
    for (const reason of good) {
      const { status } = await send('PUT', '/admin/flags/MODE', { value: 'warn', reason })
      expect(status).toBe(200)
    }
    const { revision } = flags
    for (const reason of bad) {
      const { status } = await send('PUT', '/admin/flags/MODE', { value: 'off', reason })
      expect(status).toBe(422)
    }
    expect(flags.revision).toBe(revision)
  })
})

describe('If-Match', () => {
  test('lets a change through only if nothing has changed since', async () => {
    const { flags, send } = setUp()
    const change = async (etag: string, value: number) => {
      const body = { value, reason: 'tuning' }
      const { status, headers } = await send('PUT', '/admin/flags/MAX_CONCURRENT', body, {
        'if-match': etag,
      })
      return [status, headers.get('etag'), flags.get('MAX_CONCURRENT')]
    }
    expect(await change(tagOf(1), 6)).toEqual([200, tagOf(2), 6])
    expect(await change(tagOf(1), 7)).toEqual([412, tagOf(2), 6])
    expect(await change(`W/${tagOf(2)}`, 7)).toEqual([412, tagOf(2), 6])
    expect(await change('2', 7)).toEqual([412, tagOf(2), 6])
    // Revisions of another process, or of the one before a restart.
    expect(await change('"2"', 7)).toEqual([412, tagOf(2), 6])
    expect(await change('"01234567-2"', 7)).toEqual([412, tagOf(2), 6])
    expect(await change(tagOf(2), 8)).toEqual([200, tagOf(3), 8])
    expect(await change('*', 9)).toEqual([200, tagOf(4), 9])
  })

  test('is a list, of which one must match', async () => {
    const { send } = setUp()
    const change = async (etags: string) => {
      const body = { value: true, reason: 'tuning' }
      const headers = { 'if-match': etags }
      return (await send('PUT', '/admin/flags/ENABLE_RETRY', body, headers)).status
    }
    expect(await change('"999", "998"')).toBe(412)
    expect(await change(`"999", ${tagOf(1)}`)).toBe(200)
  })

  test('holds for every change', async () => {
    const { flags, send } = setUp()
    const stale = { 'if-match': '"0"' }
    const reason = 'why not'
    const answers = [
      await send('DELETE', '/admin/flags/MODE', undefined, stale),
      await send('POST', '/admin/reload-flags', undefined, stale),
      await send('POST', '/admin/flags/rollback', { revision: 1, reason }, stale),
      await send('POST', '/admin/flags/kill', { on: true, reason }, stale),
    ]
    expect(answers.map(({ status }) => status)).toEqual([412, 412, 412, 412])
    expect([flags.revision, flags.killed]).toEqual([1, false])
  })

  test('looks after the body has come, so that of two at once one wins', async () => {
    const { flags, send } = setUp()
    const change = (value: number) =>
      send(
        'PUT',
        '/admin/flags/MAX_CONCURRENT',
        { value, reason: 'race' },
        { 'if-match': tagOf(1) },
      )
    const answers = await Promise.all([change(6), change(7)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412])
    expect(flags.revision).toBe(2)
  })
})

describe('the audit trail', () => {
  test('names the actor and the request', async () => {
    const { flags, send } = setUp()
    const headers = { 'x-actor': 'ann', 'x-request-id': 'req-1' }
    const answer = await send('PUT', '/admin/flags/MODE', { value: 'warn', reason: 'a' }, headers)
    expect(answer.headers.get('x-request-id')).toBe('req-1')
    expect(flags.history().at(-1)).toMatchObject({
      flag: 'MODE',
      from: 'off',
      to: 'warn',
      actor: 'admin:ann',
      reason: 'a',
      requestId: 'req-1',
    })
    const { body } = await send('GET', '/admin/flags')
    const mode = body.flags.find(({ name }: { name: string }) => name === 'MODE')
    expect(mode.override).toEqual({ actor: 'admin:ann', reason: 'a' })
  })

  test('nobody can write more than a line of it', async () => {
    const { flags, send } = setUp()
    const actorOf = async (actor: string) => {
      flags.clearOverride('MODE')
      const body = { value: 'warn', reason: 'a' }
      await send('PUT', '/admin/flags/MODE', body, { 'x-actor': actor })
      return flags.history().at(-1)?.actor
    }
    expect(await actorOf('')).toBe('admin')
    expect(await actorOf('J\u00fcrgen\u00a0\u0085')).toBe('admin:J?rgen??')
    expect(await actorOf('x'.repeat(5000))).toBe(`admin:${'x'.repeat(128)}`)
  })

  test.each(['', 'x'.repeat(129), 'caf\u00e9', 'tab\tbed'])(
    'a request id that is unfit for a log gives way to one of ours: %j',
    async (id) => {
      const { send } = setUp()
      const { headers } = await send('GET', '/admin/flags', undefined, { 'x-request-id': id })
      expect(headers.get('x-request-id')).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    },
  )

  test('takes the actor of `authorize` as it is', async () => {
    const { flags, send } = setUp({
      authorize: async () => ({ actor: 'ann@example', write: true }),
    })
    await send('PUT', '/admin/flags/MODE', { value: 'warn', reason: 'a' }, { 'x-actor': 'eve' })
    expect(flags.history().at(-1)?.actor).toBe('ann@example')
  })
})

describe('a path', () => {
  test.each([
    '/',
    '/admin',
    '/admin/',
    '/admin/flags/',
    '/admin//flags',
    '//admin/flags',
    '/admin/flags//MODE',
    '/admin/flags/MODE/',
    '/admin/flags/mode',
    '/admin/flags/NO_SUCH_FLAG',
    '/admin/flags/__proto__',
    '/admin/flags/constructor',
    '/admin/flags/toString',
    '/admin/flags/hasOwnProperty',
    '/admin/flags/%4D%4F%44%45',
    '/admin/flags/MODE%00',
    '/admin/flags/%00',
    '/admin/flags/MODE%2F',
    '/admin/flags/%2e%2e%2fMODE',
    '/admin/flags/%',
    '/admin/flags/%E0%A4',
    '/admin/flags/MODE;x=1',
    '/administrator/flags',
    '/ADMIN/flags',
    '/%61dmin/flags',
    '/api/admin/flags',
  ])('%s leads nowhere', async (path) => {
    const { flags, send } = setUp()
    for (const method of ['GET', 'PUT', 'DELETE', 'POST', 'OPTIONS']) {
      const body = method === 'PUT' ? { value: 'warn', reason: 'x' } : undefined
      const { status, headers, body: problem } = await send(method, path, body)
      expect(status).toBe(404)
      expect(headers.get('content-type')).toBe('application/problem+json')
      expect(problem).toEqual({
        title: 'Not Found',
        status: 404,
        detail: expect.stringMatching(/basePath|no endpoint and no flag/),
        requestId: expect.any(String),
      })
    }
    expect(flags.revision).toBe(1)
  })

  test.each([
    ['/admin/flags', 'GET, HEAD, OPTIONS'],
    ['/admin/flags/history', 'GET, HEAD, PUT, DELETE, OPTIONS'],
    ['/admin/flags/MODE', 'PUT, DELETE, OPTIONS'],
    ['/admin/flags/rollback', 'POST, OPTIONS'],
    ['/admin/flags/kill', 'POST, OPTIONS'],
    ['/admin/reload-flags', 'POST, OPTIONS'],
  ])('%s takes %s, and says so', async (path, allow) => {
    const { send } = setUp()
    const refused = await send('PATCH', path)
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, allow])
    const options = await send('OPTIONS', path)
    expect([options.status, options.headers.get('allow'), options.body]).toEqual([
      204,
      allow,
      undefined,
    ])
  })

  test('that does not begin with the base path is answered with the option that sets it', async () => {
    const { send } = setUp()
    const { body } = await send('GET', '/ops/flags')
    expect(body.detail).toBe(
      'Nothing at /ops/flags: all paths begin with /admin/, the option `basePath`',
    )
    const long = await send('GET', `/ops/${'x'.repeat(8000)}`)
    expect(long.body.detail.length).toBeLessThan(250)
  })

  test('begins with the base that is configured', async () => {
    const nested = setUp({ token: TOKEN, basePath: '/internal/v1' })
    expect((await nested.send('GET', '/internal/v1/flags')).status).toBe(200)
    expect((await nested.send('GET', '/admin/flags')).status).toBe(404)
    const bare = setUp({ token: TOKEN, basePath: '' })
    expect((await bare.send('GET', '/flags')).status).toBe(200)
  })
})

describe('every answer', () => {
  test('is kept by no cache and guessed at by no browser', async () => {
    const { send } = setUp()
    const answers = [
      await send('GET', '/admin/flags'),
      await send('GET', '/nowhere'),
      await send('OPTIONS', '/admin/flags'),
      await send('GET', '/admin/flags', undefined, { authorization: '' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 204, 401])
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-request-id')).not.toBeNull()
    }
  })
})
