import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const folder = join(import.meta.dirname, '..')
const TOKEN = 'a-token-for-the-tests'

/** A line of the log. */
export type Line = Readonly<Record<string, unknown>> & { readonly msg: string }

/** The example, run on the packages' sources, on ports that are free. */
export interface Program {
  /** What it has logged so far. */
  readonly lines: readonly Line[]
  /** What it has said besides. */
  readonly errors: readonly string[]
  /** Where the simulator is, the metrics, the service. */
  readonly urls: { readonly ask: string; readonly look: string; readonly break: string }
  post(path: string, body: string, signal?: AbortSignal): Promise<Response>
  /** Has the simulator do so: what is said of `queue`, `rules`. */
  simulate(what: 'queue' | 'rules', script: object): Promise<void>
  turn(flag: string, value: unknown): Promise<Response>
  metrics(headers?: Record<string, string>): Promise<string>
  /** Asks it to end; resolves to exit code and signal. */
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
  const urls = { ask: '', look: '', break: '' }
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text) as Line
      lines.push(line)
      if (line.msg in urls) urls[line.msg as keyof typeof urls] = String(line['url'])
      if (urls.break !== '') resolve()
    })
    ended.then(() => reject(new Error(`It did not start:\n${errors.join('\n')}`)))
  })

  const simulate = async (what: string, script: object) => {
    const response = await fetch(`${urls.break}/_simulator/${what}`, {
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
      fetch(`${urls.ask}${path}`, { method: 'POST', body, ...(signal && { signal }) }),
    turn: (flag, value) =>
      fetch(`${urls.look}/admin/flags/${flag}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ value, reason: 'a test' }),
      }),
    async metrics(headers = {}) {
      const response = await fetch(`${urls.look}/metrics`, { headers })
      return response.text()
    },
    end() {
      child.kill('SIGTERM')
      return ended
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
