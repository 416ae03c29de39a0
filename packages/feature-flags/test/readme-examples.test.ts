// The examples of the README that read flags from elsewhere, while what they read from fails at each step.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import ts from 'typescript'
import { afterEach, describe, expect, test, vi } from 'vitest'
import * as main from '../src/index.ts'

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
const within = { timeout: 20_000, interval: 2 }

/** The example that contains a text, as a function of the names that it uses. */
function example(containing: string, returns: string, globals: object): Promise<unknown> {
  const code = [...readme.matchAll(/```ts\n(.*?)```/gs)]
    .map(([, code]) => code ?? '')
    .find((code) => code.includes(containing))
  const body = ts
    .transpile(code ?? '', { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext })
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^export /gm, '')
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const names = { ...main, ...globals }
  return AsyncFunction(...Object.keys(names), `${body}\nreturn ${returns}`)(...Object.values(names))
}

const closers: (() => unknown)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

describe('poll', () => {
  const ON = '{"flags":{"BETA":true}}'
  const OFF = '{"flags":{"BETA":false}}'
  const head = { 'content-type': 'application/json', etag: '"v2"' }

  /** Faults of a server that has a new version, one after each step of an answer. */
  const faults: [string, (request: IncomingMessage, response: ServerResponse) => unknown][] = [
    ['a connection that is closed before the answer', (request) => request.socket.destroy()],
    ['an error', (_, response) => response.writeHead(503).end('overloaded')],
    [
      'a connection that is closed after the headers',
      (request, response) => {
        response.writeHead(200, { ...head, 'content-length': ON.length }).flushHeaders()
        setTimeout(() => request.socket.destroy(), 20)
      },
    ],
    [
      'a body of known length that breaks off',
      (request, response) => {
        response.writeHead(200, { ...head, 'content-length': ON.length }).write(ON.slice(0, 9))
        setTimeout(() => request.socket.destroy(), 20)
      },
    ],
    [
      'a chunked body that breaks off',
      (request, response) => {
        response.writeHead(200, head).write(ON)
        setTimeout(() => request.socket.destroy(), 20)
      },
    ],
    ['an answer that never comes', () => {}],
    ['a body that never ends', (_, response) => response.writeHead(200, head).write('{"flags"')],
    [
      'a body that is not JSON',
      (_, response) => response.writeHead(200, { ...head, etag: '"bad"' }).end('<html>'),
    ],
    [
      'a body that does not fit',
      (_, response) =>
        response.writeHead(200, { ...head, etag: '"bad"' }).end('{"flags":{"BETA":"yes"}}'),
    ],
  ]

  test.each(faults)('takes the new version after %s', async (_, fail) => {
    let version = 1
    let failed = 0
    const server = createServer((request, response) => {
      if (version === 2 && failed < 2) {
        failed += 1
        return fail(request, response)
      }
      const etag = `"v${version}"`
      if (request.headers['if-none-match'] === etag) return response.writeHead(304).end()
      return response.writeHead(200, { etag }).end(version === 1 ? OFF : ON)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

    const flags = (await example('poll(async', 'flags', {
      fetch: (_: string, init: RequestInit) => fetch(url, init),
      poll: (fetch: Parameters<typeof main.poll>[0]) =>
        main.poll(fetch, { everyMs: 5, timeoutMs: 250 }),
    })) as main.Flags
    closers.push(() => {
      flags.close()
      server.closeAllConnections()
      server.close()
    })
    expect(flags.sources()).toMatchObject([{ state: 'ready' }, { state: 'ready' }])
    expect(flags.evaluate('BETA')).toMatchObject({ value: false, source: 'poll' })

    version = 2
    await vi.waitUntil(() => flags.get('BETA'), within)
    expect(failed).toBe(2)
    await vi.waitUntil(() => flags.sources().every(({ state }) => state === 'ready'), within)
  })

  test('goes on when the server is down at the start', async () => {
    let answers = 0
    const flags = (await example('poll(async', 'flags', {
      async fetch() {
        answers += 1
        if (answers < 3) throw new TypeError('fetch failed')
        return new Response(ON)
      },
      poll: (fetch: Parameters<typeof main.poll>[0]) => main.poll(fetch, { everyMs: 5 }),
    })) as main.Flags
    closers.push(() => flags.close())
    await vi.waitUntil(() => flags.get('BETA'), within)
  })
})

describe('a source of your own', () => {
  type Load = () => Promise<ReadonlyMap<string, main.Setting>>
  const settings = (value: unknown) => new Map([['LIMIT', { value }]])

  async function start(load: Load) {
    const table = (await example('function table(', 'table', {})) as (
      load: Load,
      subscribe: (changed: () => void) => () => void,
    ) => main.FlagSource
    let notify = () => {}
    const source = table(load, (changed) => {
      notify = changed
      return () => {}
    })
    const definitions = { LIMIT: { type: 'integer', default: 0 } } as const
    const flags = main.createFlags({ flags: definitions, sources: [source] })
    await flags.ready()
    return { flags, notify: () => notify() }
  }

  test('is stale while it fails, and takes what comes afterwards', async () => {
    const answers: (() => unknown)[] = [
      () => settings(1),
      () => Promise.reject(new Error('connection lost')),
      () => settings('two'),
      () => settings(3),
    ]
    const { flags } = await start(async () => answers.shift()?.() as never)
    const states: unknown[] = []
    for (let i = 0; i < 3; i++) {
      const { sources } = await flags.reload()
      states.push([sources[0]?.state, flags.get('LIMIT')])
    }
    expect(states).toEqual([
      ['stale', 1],
      ['stale', 1],
      ['ready', 3],
    ])
  })

  test('keeps the newer of two answers, though the older one takes longer', async () => {
    const waits = [0, 50, 0]
    let loads = 0
    const { flags, notify } = await start(async () => {
      loads += 1
      const value = loads
      await new Promise((resolve) => setTimeout(resolve, waits[value - 1]))
      return settings(value)
    })
    notify()
    notify()
    await vi.waitUntil(() => flags.get('LIMIT') === 3, within)
    await flags.reload()
    expect(flags.get('LIMIT')).toBe(4)
  })
})

test('the first example runs', async () => {
  const { file } = await import('../src/node/index.ts')
  const log = vi.fn()
  await example("file('flags.json')", 'flags.close()', { file, console: { log } })
  expect(log).toHaveBeenCalledExactlyOnceWith('off', true, {
    value: 5,
    reason: 'DEFAULT',
    source: 'default',
    revision: 1,
  })
})
