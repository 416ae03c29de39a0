// The endpoint in Node's own server, over a real socket, asked by fetch and by bytes.
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import {
  createMetricsHandler,
  createRegistry,
  type MetricsHandlerOptions,
  type Registry,
} from '../src/index.ts'
import { toNodeListener } from '../src/node/index.ts'

const TOKEN = 'correct-horse-battery'

let close = () => {}
afterEach(() => close())

/** Serves a registry with one metric; where. */
async function serve(options?: MetricsHandlerOptions, registry: Registry = createRegistry()) {
  registry.counter({ name: 'jobs_total', help: 'Jobs.', labels: ['city'] }).inc({ city: 'Köln' })
  const server = createServer(toNodeListener(createMetricsHandler(registry, options)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  close = () => {
    server.closeAllConnections()
    server.close()
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const TEXT = '# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total{city="Köln"} 1\n'

test('what Prometheus 3 asks is answered in OpenMetrics, gzipped', async () => {
  const origin = await serve()
  const response = await fetch(`${origin}/metrics`, {
    headers: {
      accept:
        'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'accept-encoding': 'gzip',
    },
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe(
    'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8',
  )
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.text()).toBe(
    '# TYPE jobs counter\n# HELP jobs Jobs.\njobs_total{city="Köln"} 1\n# EOF\n',
  )
})

test('the bytes are gzip, and as they are for whoever does not take that', async () => {
  const origin = await serve()
  const ask = async (headers: Record<string, string>) => {
    const [response] = await once(request(`${origin}/metrics`, { headers }).end(), 'response')
    return { encoding: response.headers['content-encoding'], bytes: await buffer(response) }
  }
  const zipped = await ask({ 'accept-encoding': 'gzip' })
  expect(zipped.encoding).toBe('gzip')
  expect(gunzipSync(zipped.bytes).toString()).toBe(TEXT)
  const plain = await ask({})
  expect(plain.encoding).toBe(undefined)
  expect(plain.bytes.toString()).toBe(TEXT)
})

test('a scrape of many series comes whole, gzipped or not', async () => {
  const registry = createRegistry({ maxSeriesPerMetric: 20_000 })
  const gauge = registry.gauge({ name: 'depth', help: 'Depth.', labels: ['queue'] })
  for (let n = 0; n < 20_000; n++) gauge.set({ queue: `queue-${n}` }, n)
  const origin = await serve({}, registry)
  for (const encoding of ['gzip', 'identity']) {
    const response = await fetch(`${origin}/metrics`, { headers: { 'accept-encoding': encoding } })
    expect(await response.text()).toBe(await registry.render())
  }
})

test('HEAD, other methods and other paths, on one connection', async () => {
  const origin = await serve()
  const head = await fetch(`${origin}/metrics`, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
  const post = await fetch(`${origin}/metrics`, { method: 'POST', body: 'x'.repeat(100_000) })
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect((await fetch(`${origin}/`)).status).toBe(404)
})

test('a token keeps strangers out', async () => {
  const origin = await serve({ token: TOKEN })
  const ask = async (headers: Record<string, string>) =>
    (await fetch(`${origin}/metrics`, { headers })).status
  expect(await ask({})).toBe(401)
  expect(await ask({ authorization: 'Bearer not-the-right-one' })).toBe(401)
  expect(await ask({ authorization: `Bearer ${TOKEN}` })).toBe(200)
})

test('a client that goes away in the middle harms nobody', async () => {
  const registry = createRegistry()
  let resume = () => {}
  const collected = new Promise<void>((resolve) => {
    resume = resolve
  })
  registry.gauge({ name: 'slow', help: 'Slow.', collect: () => collected })
  const origin = await serve({}, registry)
  const impatient = fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(50) })
  await expect(impatient).rejects.toThrow()
  resume()
  expect(await (await fetch(`${origin}/metrics`)).text()).toContain('Köln')
})
