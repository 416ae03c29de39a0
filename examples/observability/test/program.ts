import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const folder = join(import.meta.dirname, '..')
const TOKEN = 'a-token-for-the-tests'

/** A log line. */
export type Line = Readonly<Record<string, unknown>> & { readonly msg: string }

/** The example, running from the packages' sources on free ports. */
export interface Program {
  /** The log lines so far. */
  readonly lines: readonly Line[]
  /** The lines on stderr so far. */
  readonly errors: readonly string[]
  readonly urls: {
    readonly service: string
    readonly operations: string
    readonly simulator: string
  }
  post(path: string, body: string, signal?: AbortSignal): Promise<Response>
  /** Sends a script to the simulator's `queue` or `rules` endpoint. */
  simulate(what: 'queue' | 'rules', script: object): Promise<void>
  turn(flag: string, value: unknown): Promise<Response>
  metrics(headers?: Record<string, string>): Promise<string>
  /** Sends SIGTERM. Resolves to the exit code and signal. */
  end(): Promise<unknown>
  kill(): void
}

export async function start(): Promise<Program> {
  const tsx = pathToFileURL(join(folder, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@holdfast/source', '--import', tsx, join('src', 'main.ts')],
      ...['--port', '0', '--operations-port', '0', '--level', 'debug'],
    ],
    { cwd: folder, env: { ...process.env, ADMIN_TOKEN: TOKEN } },
  )
  const ended = once(child, 'close')
  const errors: string[] = []
  createInterface(child.stderr).on('line', (line) => errors.push(line))
  const lines: Line[] = []
  const urls = { service: '', operations: '', simulator: '' }
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text) as Line
      lines.push(line)
      for (const place of ['service', 'operations', 'simulator'] as const) {
        if (typeof line[place] === 'string') urls[place] = line[place]
      }
      if (urls.simulator !== '') resolve()
    })
    ended.then(() => reject(new Error(`The example did not start:\n${errors.join('\n')}`)))
  })

  const simulate = async (what: string, script: object) => {
    const response = await fetch(`${urls.simulator}/_simulator/${what}`, {
      method: 'POST',
      body: JSON.stringify(script),
    })
    if (!response.ok) throw new Error(await response.text())
  }
  return {
    lines,
    errors,
    urls,
    simulate,
    post: (path, body, signal) =>
      fetch(`${urls.service}${path}`, { method: 'POST', body, ...(signal && { signal }) }),
    turn: (flag, value) =>
      fetch(`${urls.operations}/admin/flags/${flag}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ value, reason: 'a test' }),
      }),
    async metrics(headers = {}) {
      const response = await fetch(`${urls.operations}/metrics`, { headers })
      return response.text()
    },
    end() {
      child.kill('SIGTERM')
      return ended
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
