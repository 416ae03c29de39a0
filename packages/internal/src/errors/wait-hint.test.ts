import { revokedProxy, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { serverHintMs } from './wait-hint.ts'

useVirtualTime()

describe('serverHintMs', () => {
  test.each<[what: string, error: unknown, ms: number | undefined]>([
    ['ours: retryAfterMs', { retryAfterMs: 1500 }, 1500],
    ['axios, got: seconds', { response: { headers: { 'retry-after': '2' } } }, 2000],
    ['AWS SDK: seconds', { $response: { headers: { 'retry-after': '2' } } }, 2000],
    ['on the error itself', { headers: { 'retry-after': '2' } }, 2000],
    ['fetch', { response: new Response(null, { headers: { 'Retry-After': '2' } }) }, 2000],
    ['another fetch’s Headers', { headers: new Map([['retry-after', '2']]) }, 2000],
    ['a fraction', { headers: { 'retry-after': '0.5' } }, 500],
    ['a number', { headers: { 'retry-after': 2 } }, 2000],
    [
      'a response that is the answer',
      new Response(null, { headers: { 'retry-after': '2' } }),
      2000,
    ],
    ['with blanks around', { headers: { 'retry-after': ' 2 ' } }, 2000],
    ['AWS: milliseconds', { $response: { headers: { 'x-amz-retry-after': '250' } } }, 250],
    ['AWS before HTTP', { headers: { 'x-amz-retry-after': '250', 'retry-after': '2' } }, 250],
    ['nonsense beside sense', { headers: { 'x-amz-retry-after': '?', 'retry-after': '2' } }, 2000],
    ['our own before headers', { retryAfterMs: 0, headers: { 'retry-after': '2' } }, 0],
    ['nonsense', { headers: { 'retry-after': 'soon' } }, undefined],
    ['nonsense of ours', { retryAfterMs: Number.NaN }, undefined],
    ['a time before now of ours', { retryAfterMs: -1 }, undefined],
    ['text of ours', { retryAfterMs: '1500' }, undefined],
    ['for ever', { retryAfterMs: Number.POSITIVE_INFINITY }, Number.POSITIVE_INFINITY],
    ['a response without headers', { response: {} }, undefined],
    ['no hint', new Error('boom'), undefined],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['a string', 'retry-after: 2', undefined],
    ['a number thrown', 2, undefined],
    [
      'headers whose get fails',
      {
        headers: {
          get: () => {
            throw new Error('trap')
          },
        },
      },
      undefined,
    ],
    ['headers that cannot be read', { response: { headers: revokedProxy() } }, undefined],
    ['an error that cannot be read', revokedProxy(), undefined],
  ])('%s', (_, error, ms) => {
    expect(serverHintMs(error)).toBe(ms)
  })

  test('an HTTP date is a time from now; one that is past is no wait', () => {
    vi.setSystemTime('2030-01-01T00:00:00Z')
    const at = (date: string) => serverHintMs({ headers: { 'retry-after': date } })
    expect(at('Tue, 01 Jan 2030 00:00:07 GMT')).toBe(7000)
    expect(at('Mon, 31 Dec 2029 23:00:00 GMT')).toBe(0)
    // An obsolete form of RFC 9110 §5.6.7.
    expect(at('Tuesday, 01-Jan-30 00:00:07 GMT')).toBe(7000)
  })
})

describe('headers', () => {
  test.each<[what: string, headers: unknown]>([
    ['Headers', new Headers({ 'Retry-After': '2' })],
    ['an object in any case', { 'Retry-After': '2' }],
    ['an object without a prototype', Object.assign(Object.create(null), { 'RETRY-AFTER': '2' })],
    ['a Map in any case', new Map([['Retry-After', '2']])],
    [
      'pairs',
      [
        ['content-type', 'text/html'],
        ['Retry-After', '2'],
      ],
    ],
    ['values that are arrays', { 'retry-after': ['2', '5'] }],
  ])('as %s are read wherever a library puts them', (_, headers) => {
    const places = [
      { headers },
      { response: { headers } },
      { $response: { headers } },
      { responseHeaders: headers },
    ]
    for (const error of places) {
      expect(serverHintMs(error)).toBe(2000)
      expect(serverHintMs(new Error('wrapped', { cause: error }))).toBe(2000)
    }
  })
})

describe('rate limits', () => {
  const NOW = Date.parse('2030-01-01T00:00:00Z')
  const at = (seconds: number) => new Date(NOW + seconds * 1_000)
  const hint = (headers: Record<string, string>) => {
    vi.setSystemTime(NOW)
    return serverHintMs({ headers })
  }

  test.each([
    ['1m2s', 62_000],
    ['850ms', 850],
    ['6m0s', 360_000],
    ['1h2m3.5s', 3_723_500],
    ['2d', 172_800_000],
    ['20', 20_000],
    ['0.5', 500],
    [String(NOW / 1_000 + 7), 7_000],
    [String(NOW + 7_000), 7_000],
    [at(7).toISOString(), 7_000],
    [at(-7).toISOString(), 0],
    ['soon', undefined],
    ['', undefined],
  ])('a reset of %j is a wait of %s ms', (reset, ms) => {
    for (const kind of ['requests', 'tokens']) {
      const used = { [`x-ratelimit-remaining-${kind}`]: '0', [`x-ratelimit-reset-${kind}`]: reset }
      expect(hint(used)).toBe(ms)
    }
  })

  test('count only when nothing remains of them', () => {
    const reset = { 'x-ratelimit-reset-requests': '1m' }
    expect(hint({ ...reset, 'x-ratelimit-remaining-requests': '3' })).toBeUndefined()
    expect(hint({ ...reset, 'x-ratelimit-remaining-tokens': '0' })).toBeUndefined()
    expect(hint(reset)).toBeUndefined()
  })

  test.each<[what: string, headers: Record<string, string>, ms: number | undefined]>([
    [
      'Anthropic',
      {
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': at(12).toISOString(),
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': at(60).toISOString(),
      },
      12_000,
    ],
    [
      'GitHub',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1_000 + 90) },
      90_000,
    ],
    ['the IETF, three headers', { 'ratelimit-remaining': '0', 'ratelimit-reset': '50' }, 50_000],
    ['the IETF, one header', { ratelimit: 'limit=100, remaining=0, reset=50' }, 50_000],
    ['the IETF today', { ratelimit: '"default";r=0;t=30' }, 30_000],
    [
      'the IETF, with the window of its policy',
      { ratelimit: '"default";r=0', 'ratelimit-policy': '"default";q=100;w=60' },
      60_000,
    ],
    ['the IETF, with some remaining', { ratelimit: '"default";r=50;t=30' }, undefined],
    [
      'several that are used up: the longest',
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6s',
      },
      6_000,
    ],
    [
      'a Retry-After beside them: that one',
      {
        'retry-after': '2',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '9s',
      },
      2_000,
    ],
    ['milliseconds before seconds', { 'retry-after-ms': '1500', 'retry-after': '2' }, 1_500],
  ])('%s', (_, headers, ms) => {
    expect(hint(headers)).toBe(ms)
  })
})

describe('gRPC and Google APIs', () => {
  const metadata = (entries: Record<string, unknown>) => ({
    metadata: { get: (key: string) => (key in entries ? [entries[key]] : []) },
  })
  /** Field 1 is the delay: 7 s in field 1 of it, 5e8 ns in field 2. */
  const retryInfo = Buffer.from([0x0a, 8, 0x08, 7, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01])
  const nested = (field: number, value: Uint8Array) =>
    Buffer.concat([Buffer.from([field * 8 + 2, value.length]), value])
  const any = (type: string, value: Uint8Array) =>
    nested(
      3,
      Buffer.concat([nested(1, Buffer.from(`type.googleapis.com/${type}`)), nested(2, value)]),
    )
  const status = Buffer.concat([
    Buffer.from([0x08, 8]),
    nested(2, Buffer.from('slow down')),
    any('google.rpc.DebugInfo', Buffer.from([0x0a, 1, 65])),
    any('google.rpc.RetryInfo', retryInfo),
  ])

  test.each<[what: string, error: unknown, ms: number | undefined]>([
    ['RetryInfo in metadata', metadata({ 'google.rpc.retryinfo-bin': retryInfo }), 7_500],
    ['a status with details', metadata({ 'grpc-status-details-bin': status }), 7_500],
    [
      'decoded details',
      { statusDetails: [{}, { retryDelay: { seconds: '7', nanos: 5e8 } }] },
      7_500,
    ],
    ['details of Gemini', { errorDetails: [{ retryDelay: '39s' }] }, 39_000],
    ['bytes cut short', metadata({ 'grpc-status-details-bin': status.subarray(0, 20) }), undefined],
    [
      'bytes that are no message',
      metadata({ 'grpc-status-details-bin': Buffer.alloc(9, 255) }),
      undefined,
    ],
    ['no bytes', metadata({ 'google.rpc.retryinfo-bin': Buffer.alloc(0) }), undefined],
    [
      'metadata whose get throws',
      {
        metadata: {
          get: () => {
            throw new Error('trap')
          },
        },
      },
      undefined,
    ],
  ])('%s', (_, error, ms) => {
    expect(serverHintMs(error)).toBe(ms)
  })
})

describe('an error that wraps others', () => {
  const wait = (seconds: number) => ({ headers: { 'retry-after': String(seconds) } })

  test('has the shortest wait of them, if it has none itself', () => {
    expect(serverHintMs(new AggregateError([wait(5), new Error('none'), wait(3)]))).toBe(3_000)
    expect(serverHintMs(Object.assign(new AggregateError([wait(5)]), wait(9)))).toBe(9_000)
    expect(serverHintMs(new AggregateError([new Error('none')]))).toBeUndefined()
  })

  test('has the wait of its cause before theirs', () => {
    expect(serverHintMs(new AggregateError([wait(5)], '', { cause: wait(8) }))).toBe(8_000)
  })

  test('is read to a bound when it holds itself', () => {
    const self = new AggregateError([])
    self.errors.push(self, self)
    expect(serverHintMs(self)).toBeUndefined()
  })
})
