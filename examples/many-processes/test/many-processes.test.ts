import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'

const folder = join(import.meta.dirname, '..')
const WORKERS = 3

type Program = Awaited<ReturnType<typeof run>>
let program: Program | undefined
afterEach(() => {
  program?.child.kill('SIGKILL')
  program = undefined
})

/** Runs the example from the packages' sources, on free ports. */
async function run(form: string) {
  const tsx = pathToFileURL(join(folder, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@holdfast/source', '--import', tsx, join('src', 'main.ts')],
      ...['--form', form, '--workers', String(WORKERS), '--timeout-ms', '500'],
      ...['--work-port', '0', '--metrics-port', '0'],
    ],
    { cwd: folder },
  )
  const ended = once(child, 'close')
  const errors: string[] = []
  createInterface(child.stderr).on('line', (line) => errors.push(line))
  const urls: string[] = []
  for await (const line of createInterface(child.stdout)) {
    urls.push(/http:\S+\d/.exec(line)?.[0] ?? '')
    if (urls.length === 2) break
  }
  const [work, metrics] = urls as [string, string]
  if (metrics === undefined) {
    await ended
    throw new Error(errors.join('\n'))
  }
  child.stdout.resume()

  const workers = new Set<number>()
  const shown = new Map<string, number>()
  return {
    child,
    ended,
    errors,
    /** The process or thread ids of the workers that ran a job. */
    workers,
    /** Runs a job. Resolves to whether it succeeded. */
    async job(kind: string): Promise<boolean> {
      const response = await fetch(`${work}/${kind}`).catch(() => undefined)
      const text = await response?.text()
      if (!response?.ok) return false
      workers.add(Number(text))
      return true
    },
    async jobs(count: number): Promise<void> {
      const done = await Promise.all(Array.from({ length: count }, () => this.job('mail')))
      expect(done).not.toContain(false)
    },
    /** Scrapes, and checks that no counter has decreased since an earlier scrape. */
    async scrape(): Promise<Map<string, number>> {
      const response = await fetch(`${metrics}/metrics`)
      expect(response.status).toBe(200)
      const text = await response.text()
      const gauges = new Set([...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name))
      const samples = text.split('\n').filter((line) => line && !line.startsWith('#'))
      const values = new Map<string, number>()
      for (const line of samples) {
        const [series = '', value] = line.split(' ')
        values.set(series, Number(value))
      }
      for (const [series, before] of shown) {
        expect(values.get(series), series).toBeGreaterThanOrEqual(before)
      }
      for (const [series, value] of values) if (!gauges.has(series)) shown.set(series, value)
      return values
    },
    /** Scrapes until the expected values appear, because workers start and exit asynchronously. */
    async shows(expected: Record<string, number>): Promise<void> {
      await vi.waitFor(
        async () => {
          const values = await this.scrape()
          const found = Object.keys(expected).map((series) => [series, values.get(series)])
          expect(Object.fromEntries(found)).toEqual(expected)
        },
        { timeout: 15_000, interval: 50 },
      )
    },
  }
}

const MAILS = 'jobs_total{kind="mail"}'
const LEFT = 'jobs_total{kind="leave"}'
const HUNG = 'jobs_total{kind="hang"}'

describe.each(['cluster', 'threads'])('the combined metrics of many workers: %s', (form) => {
  it('stay correct while workers crash, exit, hang, and are replaced', {
    timeout: 60_000,
  }, async () => {
    program = await run(form)
    await program.jobs(30)
    await program.shows({
      [MAILS]: 30,
      job_seconds_count: 30,
      jobs_in_progress: 0,
      worker_up: WORKERS,
    })
    expect(program.workers.size).toBe(WORKERS)

    // The counts of the crashed worker were scraped before, and stay.
    expect(await program.job('crash')).toBe(false)
    await program.shows({ [MAILS]: 30, worker_exits_total: 1 })
    await program.jobs(10)
    await program.shows({ [MAILS]: 40, worker_exits_total: 1, worker_up: WORKERS })

    // The worker sends its final counts before it exits.
    await program.jobs(10)
    expect(await program.job('leave')).toBe(true)
    await program.shows({ [MAILS]: 50, [LEFT]: 1, worker_exits_total: 2, worker_up: WORKERS })

    const hung = program.job('hang')
    await vi.waitFor(
      async () => {
        const values = await (program as Program).scrape()
        // The gauges of the hanging worker are missing, but its counters are present.
        expect(values.get('worker_up')).toBe(WORKERS - 1)
        expect(values.get('worker_late_total')).toBeGreaterThanOrEqual(1)
        expect(values.get(MAILS)).toBe(50)
        expect(program?.errors.join()).toMatch(
          /(process|thread) \d+ did not answer the scrape in time/,
        )
      },
      { timeout: 3_000, interval: 1 },
    )
    expect(await hung).toBe(true)
    await program.shows({ [MAILS]: 50, [HUNG]: 1, worker_exits_total: 2, worker_up: WORKERS })

    program.child.kill('SIGTERM')
    expect(await program.ended).toEqual([0, null])
    if (form === 'cluster') await expectGone(program.workers)
  })
})

it('the counters of a killed worker stay', async () => {
  program = await run('cluster')
  await program.jobs(12)
  await program.shows({ [MAILS]: 12, worker_up: WORKERS })
  const [victim] = program.workers
  process.kill(victim as number, 'SIGKILL')
  await program.shows({ [MAILS]: 12, worker_exits_total: 1, worker_up: WORKERS })
})

it('no worker outlives its primary, even if the primary is killed', async () => {
  program = await run('cluster')
  await program.jobs(12)
  program.child.kill('SIGKILL')
  await expectGone(program.workers)
})

it('rejects an unknown form', async () => {
  await expect(run('fibres')).rejects.toThrow(/--form must be/)
})

async function expectGone(pids: Iterable<number>): Promise<void> {
  await vi.waitFor(
    () => {
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    },
    { timeout: 10_000 },
  )
}
