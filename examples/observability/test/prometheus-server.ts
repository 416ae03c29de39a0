import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { vi } from 'vitest'

/** The required programs that are not on PATH. */
export const missing: readonly string[] = ['prometheus', 'promtool'].filter(
  (program) => spawnSync(program, ['--version']).error !== undefined,
)

/** The value of a series at one time. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  /** The time, and the value as Prometheus formats it. */
  readonly value: readonly [number, string]
}

/** A scrape target, as Prometheus reports it. */
export interface Target {
  readonly labels: Readonly<Record<string, string>>
  readonly lastError: string
  readonly lastScrape: string
}

/** Runs `promtool check metrics` on a scrape's text. Status 0 means that it found no problem. */
export function lint(text: string): { readonly status: number | null; readonly says: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text })
  return { status, says: `${stdout}${stderr}` }
}

/** A real Prometheus server that scrapes every second. It stores its data in a temporary folder, which `stop` removes. */
export class PrometheusServer {
  readonly #url: string
  readonly #jobs: number
  readonly #stop: () => Promise<void>
  #moment: string | undefined

  private constructor(url: string, jobs: number, stop: () => Promise<void>) {
    this.#url = url
    this.#jobs = jobs
    this.#stop = stop
  }

  /** @param targets - The addresses to scrape, host and port, by job. */
  static async start(targets: Readonly<Record<string, string>>): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-prometheus-'))
    const config = join(folder, 'prometheus.yml')
    const jobs = Object.entries(targets).map(([job_name, target]) => ({
      job_name,
      static_configs: [{ targets: [target] }],
    }))
    const global = { scrape_interval: '1s', scrape_timeout: '1s' }
    // JSON is valid YAML.
    await writeFile(config, JSON.stringify({ global, scrape_configs: jobs }))
    const child = spawn(
      'prometheus',
      [
        ...[`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`],
        ...['--web.listen-address=127.0.0.1:0', '--enable-feature=exemplar-storage'],
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const ended = once(child, 'close')
    const stop = async () => {
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    }
    const log: string[] = []
    for await (const line of createInterface(child.stderr)) {
      log.push(line)
      const address = /msg="Listening on" address=(\S+)/.exec(line)?.[1]
      if (address === undefined) continue
      child.stderr.resume()
      const server = new PrometheusServer(`http://${address}`, jobs.length, stop)
      await vi.waitFor(() => server.#ready(), { timeout: 10_000, interval: 50 })
      return server
    }
    await stop()
    throw new Error(`prometheus did not start:\n${log.join('\n')}`)
  }

  stop(): Promise<void> {
    return this.#stop()
  }

  /** Calls an endpoint of the HTTP API. Returns its data. */
  async ask<T>(endpoint: string, parameters: Record<string, string> = {}): Promise<T> {
    const query = new URLSearchParams(parameters)
    const response = await fetch(`${this.#url}/api/v1/${endpoint}?${query}`)
    const answer = (await response.json()) as { data: T; error?: string }
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.data
  }

  async query(query: string): Promise<readonly Sample[]> {
    const { result } = await this.ask<{ result: readonly Sample[] }>('query', {
      query,
      ...(this.#moment && { time: this.#moment }),
    })
    return result
  }

  /** The value of a query with exactly one series; NaN if there are none or several. */
  async number(query: string): Promise<number> {
    const [first, ...others] = await this.query(query)
    return first && others.length === 0 ? Number(first.value[1]) : Number.NaN
  }

  async targets(): Promise<readonly Target[]> {
    const { activeTargets } = await this.ask<{ activeTargets: Target[] }>('targets')
    return activeTargets
  }

  /** Resolves when every target has been scraped by a scrape that started after this call. */
  async scraped(): Promise<void> {
    const now = Date.now()
    await vi.waitFor(
      async () => {
        const targets = await this.targets()
        // Prometheus discovers its targets every five seconds.
        if (targets.length < this.#jobs) throw new Error('prometheus has not found its targets')
        for (const { lastScrape, lastError, labels } of targets) {
          const job = labels['job']
          if (lastError !== '') throw new Error(`${job}: ${lastError}`)
          if (!(Date.parse(lastScrape) > now)) throw new Error(`${job} was not scraped`)
        }
      },
      { timeout: 15_000, interval: 50 },
    )
  }

  /** Waits for one more scrape and fixes the time of all later queries to it. Scrapes that a busy machine misses cannot affect the results then. */
  async hold(): Promise<void> {
    await this.scraped()
    this.#moment = new Date().toISOString()
  }

  async #ready(): Promise<void> {
    const { ok } = await fetch(`${this.#url}/-/ready`)
    if (!ok) throw new Error('prometheus is not ready')
  }
}
