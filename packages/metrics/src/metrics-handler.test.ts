import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createMetricsHandler, type MetricsHandlerOptions } from './metrics-handler.ts'
import { createRegistry } from './registry.ts'

const TOKEN = 'correct-horse-battery'

/** An endpoint with one metric. */
function setUp(options?: MetricsHandlerOptions) {
  const registry = createRegistry()
  registry.counter({ name: 'jobs_total', help: 'Jobs.' }).inc(3)
  const handler = createMetricsHandler(registry, options)
  return (headers: Record<string, string> = {}, method = 'GET', path = '/metrics') =>
    handler(new Request(`http://localhost${path}`, { method, headers }))
}

const TEXT = '# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 3\n'

describe('GET /metrics', () => {
  test('is Prometheus text 0.0.4 for whoever does not ask for more', async () => {
    const response = await setUp()()
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'no-store',
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      vary: 'accept, accept-encoding',
      'x-content-type-options': 'nosniff',
    })
    expect(await response.text()).toBe(TEXT)
  })

  test('is OpenMetrics for whoever wants that most', async () => {
    const accept = 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5'
    const response = await setUp()({ accept })
    expect(response.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores',
    )
    expect(await response.text()).toBe(
      '# TYPE jobs counter\n# HELP jobs Jobs.\njobs_total 3\n# EOF\n',
    )
  })

  test('has `_created` when the option says so', async () => {
    const accept = 'application/openmetrics-text;version=1.0.0'
    const response = await setUp({ created: true })({ accept })
    expect(await response.text()).toMatch(/\njobs_created [\d.e+]+\n/)
  })

  test('may be asked with a query', async () => {
    expect((await setUp()({}, 'GET', '/metrics?x=1')).status).toBe(200)
  })

  test('may be elsewhere', async () => {
    const send = setUp({ path: '/internal/stats' })
    expect((await send({}, 'GET', '/internal/stats')).status).toBe(200)
    expect((await send()).status).toBe(404)
  })
})

describe('gzip', () => {
  test.each(['gzip', 'deflate, gzip;q=0.5', 'x-gzip', '*', 'GZIP', 'br;q=1.0, *;q=0.1'])(
    'is used for %s',
    async (encoding) => {
      const response = await setUp()({ 'accept-encoding': encoding })
      expect(response.headers.get('content-encoding')).toBe('gzip')
      expect(gunzipSync(await response.arrayBuffer()).toString()).toBe(TEXT)
    },
  )

  test.each(['', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.000', '*, gzip;q=0', 'gzipped', '*;q=0'])(
    'is not used for "%s"',
    async (encoding) => {
      const response = await setUp()({ 'accept-encoding': encoding })
      expect(response.headers.has('content-encoding')).toBe(false)
      expect(await response.text()).toBe(TEXT)
    },
  )
})

test('given to Node’s server as it is, it names the bridge that it needs', async () => {
  const handler = createMetricsHandler(createRegistry())
  const incoming = { url: '/metrics', headers: {}, method: 'GET' } as unknown as Request
  await expect(handler(incoming)).rejects.toThrow(
    '`toNodeListener(handler)` from `@holdfast/metrics/node`',
  )
})

test('HEAD is the same without the body', async () => {
  const response = await setUp()({ 'accept-encoding': 'gzip' }, 'HEAD')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(response.body).toBe(null)
})

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not allowed', async (method) => {
  const response = await setUp()({}, method)
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET, HEAD')
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test.each(['/', '/metrics/', '/metricsx', '//metrics', '/x/metrics'])(
  'there is nothing at %s',
  async (path) => {
    const response = await setUp()({}, 'GET', path)
    expect(response.status).toBe(404)
    expect(response.headers.get('cache-control')).toBe('no-store')
  },
)

describe('with a token', () => {
  test.each(['Bearer', 'bearer', 'BEARER  '])('lets in who has it: %s', async (scheme) => {
    const response = await setUp({ token: TOKEN })({ authorization: `${scheme} ${TOKEN}` })
    expect(await response.text()).toBe(TEXT)
  })

  test.each([
    undefined,
    TOKEN,
    'Bearer',
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer x, Bearer ${TOKEN}`,
  ])('keeps out %s', async (authorization) => {
    const response = await setUp({ token: TOKEN })(authorization ? { authorization } : {})
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(await response.text()).not.toContain('jobs')
  })

  test('a stranger learns neither what there is nor what may be done', async () => {
    const send = setUp({ token: TOKEN })
    expect((await send({}, 'POST')).status).toBe(401)
    expect((await send({}, 'GET', '/elsewhere')).status).toBe(401)
  })

  test('may have several, so that one can be replaced', async () => {
    const send = setUp({ token: [TOKEN, 'another-horse-battery'] })
    expect((await send({ authorization: 'Bearer another-horse-battery' })).status).toBe(200)
    expect((await send({ authorization: `Bearer ${TOKEN}` })).status).toBe(200)
    expect((await send({ authorization: 'Bearer no-such-horse-at-all' })).status).toBe(401)
  })

  test('nobody gets in by an empty list', async () => {
    expect((await setUp({ token: [] })({ authorization: 'Bearer ' })).status).toBe(401)
  })

  test.each(['', 'hunter2', 'fifteen-letters', 'has a space in it all', 'späte-Umlaute-im-Token'])(
    'refuses "%s" without showing it',
    (token) => {
      expect(() => setUp({ token })).toThrow(
        new RangeError('Each `token` must have 16 or more characters of visible ASCII'),
      )
    },
  )
})

test('a path that is none is refused', () => {
  expect(() => setUp({ path: 'metrics' })).toThrow('`path` must be like "/metrics"')
})

test('what the registry throws goes to who serves', async () => {
  const boom = new Error('boom')
  const handler = createMetricsHandler({ render: () => Promise.reject(boom) })
  await expect(handler(new Request('http://localhost/metrics'))).rejects.toBe(boom)
})
