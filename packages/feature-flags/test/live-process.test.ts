// The whole of it, as an operator meets it: a process of its own that serves, and whose flags are turned from outside.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'

const TOKEN = 'a-token-for-this-test'
const WITHIN_MS = 1000
/**
 * A turn of the loop that waits is a request to the service, of a few milliseconds. When it takes longer than this, it is
 * the machine that has no time for one of the two processes, and what is beyond counts for nothing.
 */
const TURN_MS = 50

interface Values {
  readonly ENABLE_RETRY: boolean
  readonly MAX_CONCURRENT: number
  readonly GUARDRAIL_MODE: string
}

test('a flag is turned in a live process, by file, by HTTP and by rollback, each within a second', async () => {
  const service = await startService({ GUARDRAIL_MODE: 'warn' })
  const before: Values = { ENABLE_RETRY: true, MAX_CONCURRENT: 5, GUARDRAIL_MODE: 'warn' }
  expect(await service.values()).toEqual(before)
  const { revision } = await service.admin('GET', '/flags')

  // By the file, written in place. The environment goes before it.
  await service.tellsWithin(() => service.write({ MAX_CONCURRENT: 8, GUARDRAIL_MODE: 'off' }), {
    ...before,
    MAX_CONCURRENT: 8,
  })
  // Renamed over.
  await service.tellsWithin(() => service.replace({ MAX_CONCURRENT: 9 }), {
    ...before,
    MAX_CONCURRENT: 9,
  })
  // Invalid data change nothing, and are reported.
  service.write({ ENABLE_RETRY: false, MAX_CONCURRENT: 0 })
  await service.until(async () => {
    const { sources } = await service.admin('GET', '/flags')
    return /MAX_CONCURRENT.*line 1, column \d+/.test(String(sources?.[1]?.error))
  })
  expect(await service.values()).toEqual({ ...before, MAX_CONCURRENT: 9 })

  // By HTTP, whatever the file says.
  const wrong = { value: false, reason: 'provider is down' }
  expect(
    (await service.request('PUT', '/flags/ENABLE_RETRY', wrong, 'a-token-of-others')).status,
  ).toBe(401)
  await service.tellsWithin(
    () => service.admin('PUT', '/flags/ENABLE_RETRY', { ...wrong, ttlMs: 3_600_000 }),
    { ...before, ENABLE_RETRY: false, MAX_CONCURRENT: 9 },
  )

  // And back, to what it was at first.
  await service.tellsWithin(
    () => service.admin('POST', '/flags/rollback', { revision, reason: 'it is up again' }),
    before,
  )
  const { changes } = await service.admin('GET', '/flags/history')
  expect(changes?.map(({ flag, to, actor, reason }) => [flag, to, actor, reason])).toEqual([
    ['MAX_CONCURRENT', 8, 'file', undefined],
    ['MAX_CONCURRENT', 9, 'file', undefined],
    ['ENABLE_RETRY', false, 'admin:ada', 'provider is down'],
    ['ENABLE_RETRY', true, 'admin:ada', 'it is up again'],
    ['MAX_CONCURRENT', 5, 'admin:ada', 'it is up again'],
  ])

  // An override that ends, a file that is watched and a signal that is listened to do not keep it alive.
  await service.admin('PUT', '/flags/ENABLE_RETRY', { value: false, reason: 'x', ttlMs: 3_600_000 })
  expect(await service.stop()).toEqual([0, null])
})

// On Windows no process can be sent this signal. Loud, not silent.
const needs = process.platform === 'win32' ? ' (SKIPPED: Windows has no SIGHUP to send)' : ''
test.skipIf(process.platform === 'win32')(
  `with its file not watched, SIGHUP has it read within a second${needs}`,
  async () => {
    const service = await startService({ WATCH: 'off' })
    const before: Values = { ENABLE_RETRY: true, MAX_CONCURRENT: 5, GUARDRAIL_MODE: 'off' }
    service.replace({ MAX_CONCURRENT: 8 })
    // Longer than a watched one takes.
    await setTimeout(200)
    expect(await service.values()).toEqual(before)
    await service.tellsWithin(() => service.signal('SIGHUP'), { ...before, MAX_CONCURRENT: 8 })

    // What is wrong by then changes nothing, and ends nothing.
    service.write({ MAX_CONCURRENT: 'many' })
    service.signal('SIGHUP')
    await service.until(async () => {
      const { sources } = await service.admin('GET', '/flags')
      return sources?.[1]?.state === 'stale'
    })
    service.write({ MAX_CONCURRENT: 7 })
    await service.tellsWithin(() => service.signal('SIGHUP'), { ...before, MAX_CONCURRENT: 7 })
    const { changes } = await service.admin('GET', '/flags/history')
    expect(changes?.map(({ to, actor, reason }) => [to, actor, reason])).toEqual([
      [8, 'signal', 'SIGHUP'],
      [7, 'signal', 'SIGHUP'],
    ])
    expect(await service.stop()).toEqual([0, null])
  },
)

/** What the endpoints answer, as far as it is looked at here. */
interface AdminAnswer {
  readonly revision?: number
  readonly sources?: readonly { readonly state: string; readonly error?: string }[]
  readonly changes?: readonly {
    readonly flag: string
    readonly to: unknown
    readonly actor: string
    readonly reason?: string
  }[]
}

async function startService(variables: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-flags-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'flags.json')
  const write = (values: object) => writeFileSync(path, JSON.stringify({ flags: values }))
  write({})
  const child = spawn(process.execPath, [join(import.meta.dirname, 'flag-server.mjs')], {
    env: { ...process.env, FLAG_FILE: path, ADMIN_TOKEN: TOKEN, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const base = `http://127.0.0.1:${await firstLineOf(child)}`

  const values = async () => (await (await fetch(base)).json()) as Values

  function request(method: string, path: string, body?: object, token = TOKEN): Promise<Response> {
    return fetch(`${base}/admin${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-actor': 'ada',
      },
      body: body ? JSON.stringify(body) : null,
    })
  }

  async function admin(method: string, path: string, body?: object): Promise<AdminAnswer> {
    const response = await request(method, path, body)
    const answer = (await response.json()) as AdminAnswer
    expect(response.status, JSON.stringify(answer)).toBe(200)
    return answer
  }

  /** Returns how long it took, in milliseconds, the machine's own pauses left out. */
  async function until(condition: () => Promise<boolean>, start = performance.now()) {
    let took = 0
    for (let turn = start; ; ) {
      const isSo = await condition()
      const now = performance.now()
      took += Math.min(now - turn, TURN_MS)
      turn = now
      if (isSo) return took
      if (took > 10 * WITHIN_MS) throw new Error('It has not come about')
      await setTimeout(5)
    }
  }

  return {
    values,
    request,
    admin,
    until,
    write,
    replace(values: object) {
      writeFileSync(`${path}.new`, JSON.stringify({ flags: values }))
      renameSync(`${path}.new`, path)
    },
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    /** The service has these values within a second from the moment that they are set. */
    async tellsWithin(set: () => unknown, expected: Values) {
      const start = performance.now()
      await set()
      const text = JSON.stringify(expected)
      const took = await until(async () => JSON.stringify(await values()) === text, start)
      expect(took).toBeLessThan(WITHIN_MS)
    },
    /** Has it close its server, and nothing more. Returns how it ended: its exit code, or the signal. */
    async stop(): Promise<unknown[]> {
      await fetch(`${base}/stop`)
      return exited
    },
  }
}

async function firstLineOf({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('There is no output')
  for await (const line of createInterface(stdout)) return line
  throw new Error('The service has ended')
}
