// Whatever is sent: an answer that is one, nothing told that must not be, and no flag changed by what is refused.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFlags } from '../create-flags.ts'
import { defineFlags } from '../define-flags.ts'
import { createAdminHandler } from './admin-handler.ts'

const TOKEN = 'correct-horse-battery'
const SECRET = 'hunter2-hunter2'

/** Time stands, so that no override ends while its neighbour is looked at. */
const clock = { now: () => 0, setTimeout: () => 0, clearTimeout() {} }

const flags = createFlags({
  clock,
  flags: defineFlags({
    MODE: { type: 'enum', values: ['off', 'warn'], default: 'off' },
    LIMIT: { type: 'integer', default: 5, min: 1, max: 100 },
    LIMITS: {
      type: 'json',
      default: {},
      validate(value) {
        if (typeof value !== 'object') throw new Error('LIMITS must be an object')
        return value
      },
    },
    KEY: { type: 'string', default: SECRET, secret: true },
  }),
  sources: [],
})
const errors: unknown[] = []
const handler = createAdminHandler(flags, {
  token: TOKEN,
  maxFailures: Number.POSITIVE_INFINITY,
  clock,
  onEvent: ({ status, error }) => status === 500 && errors.push(error),
})

/** Sends it, and holds the answer to what all answers are. Nothing when it is no request at all. */
async function send(
  path: string,
  method: string,
  headers: readonly [string, string][],
  body: Uint8Array | string | null,
): Promise<number | undefined> {
  let request: Request
  try {
    const mayHaveBody = method !== 'GET' && method !== 'HEAD'
    request = new Request(`http://localhost${path}`, {
      method,
      headers: [...headers],
      body: mayHaveBody ? body : null,
    })
  } catch {
    return undefined
  }
  const before = flags.revision
  const response = await handler(request)
  const text = await response.text()

  const { status } = response
  if (errors.length > 0 || status === 500) throw errors[0]
  if (response.headers.get('cache-control') !== 'no-store') throw new Error('It may be cached')
  if (text.includes(SECRET) || text.includes(TOKEN)) throw new Error('It tells a secret')
  if (text !== '') JSON.parse(text)
  if (status >= 300 && flags.revision !== before) throw new Error('It was refused and done')
  return status
}

const word = fc.constantFrom(
  'flags',
  'history',
  'rollback',
  'kill',
  'reload-flags',
  'admin',
  'MODE',
  'LIMIT',
  'LIMITS',
  'KEY',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '..',
  '.',
  '',
  '%2e%2e',
  '%2f',
  '%00',
  '%5C',
  '%',
  '%c0%af',
  '%F0%9F%90%99',
  '%__',
)
const path = fc.oneof(
  fc
    .array(fc.oneof(word, fc.string({ maxLength: 8 })), { maxLength: 5 })
    .map((all) => `/${all.join('/')}`),
  fc.oneof(word, fc.string({ unit: 'binary' })).map((last) => `/admin/flags/${last}`),
  fc.tuple(word, word).map(([one, other]) => `/admin/flags/${one}?reason=${other}`),
)
const method = fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'QUERY')
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>('off', 'warn', 5, 100, 101, -1, null, SECRET),
)
const body = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc
    .record(
      {
        value,
        reason: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('fuzz'), value),
        ttlMs: fc.oneof(fc.integer({ min: 3_600_000 }), value),
        revision: fc.oneof(fc.nat(50), value),
        on: fc.oneof(fc.boolean(), value),
        __proto__: value,
      },
      { requiredKeys: [] },
    )
    .map((fields) => JSON.stringify(fields)),
  fc.constant(null),
)
const text = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
})
const authorization = fc.oneof(
  text,
  text.map((rest) => `Bearer ${rest}`),
  fc.nat(TOKEN.length - 1).map((length) => `Bearer ${TOKEN.slice(0, length)}`),
)
const otherHeaders = fc.array(
  fc.tuple(
    fc.constantFrom(
      'content-type',
      'if-match',
      'x-actor',
      'x-request-id',
      'content-length',
      'host',
    ),
    fc.oneof(text, fc.constantFrom('application/json', '*', '"1"', '0')),
  ),
  { maxLength: 3 },
)

describe('of 11 000 requests', () => {
  test('none without the token gets further than the door', async () => {
    const requests = fc.tuple(path, method, fc.option(authorization), otherHeaders, body)
    let answered = 0
    await fc.assert(
      fc.asyncProperty(requests, async ([path, method, authorization, others, body]) => {
        const headers: [string, string][] = authorization ? [['authorization', authorization]] : []
        const status = await send(path, method, [...headers, ...others], body)
        if (status !== undefined) answered += 1
        return status === undefined || status === 401
      }),
      { numRuns: 4000 },
    )
    expect(answered).toBeGreaterThan(2000)
    expect(flags.revision).toBe(1)
  })

  test('none with it fails, or changes a flag that it must not', async () => {
    const requests = fc.tuple(path, method, otherHeaders, body)
    const seen = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(requests, async ([path, method, others, body]) => {
        const headers: [string, string][] = [
          ['authorization', `Bearer ${TOKEN}`],
          ...others.filter(([name]) => name !== 'content-type'),
          ['content-type', 'application/json'],
        ]
        const status = await send(path, method, headers, body)
        if (status !== undefined) seen.set(status, (seen.get(status) ?? 0) + 1)
        const limit = flags.get('LIMIT')
        return (
          ['off', 'warn'].includes(flags.get('MODE')) &&
          Number.isInteger(limit) &&
          limit >= 1 &&
          limit <= 100 &&
          typeof flags.get('LIMITS') === 'object' &&
          typeof flags.get('KEY') === 'string'
        )
      }),
      { numRuns: 7000 },
    )
    // All of it was reached.
    for (const status of [200, 204, 400, 404, 405, 412, 422])
      expect(seen.get(status)).toBeGreaterThan(0)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
