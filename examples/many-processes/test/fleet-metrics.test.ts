// Tests what can happen to a worker during a scrape, with fake workers.
import { createRegistry, type Registry } from '@holdfast/metrics'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFleetMetrics } from '../src/fleet-metrics.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => vi.useRealTimers())

/** Creates a fleet, and workers that answer on demand. */
function setUp() {
  const late: string[] = []
  const own = createRegistry()
  const fleet = createFleetMetrics(own, {
    timeoutMs: 1000,
    onLate: (worker) => void late.push(worker),
  })
  async function start(name: string) {
    const registry = createRegistry()
    const jobs = registry.counter({ name: 'jobs_total', help: 'Jobs.' })
    const seconds = registry.counter({ name: 'job_seconds_total', help: 'Seconds.' })
    registry.gauge({ name: 'up', help: 'Up.' }).set(1)
    const size = registry.summary({ name: 'size', help: 'Sizes.', quantiles: [0.5] })
    const member = { asked: 0, answers: true }
    const connection = fleet.join(name, () => {
      member.asked += 1
      if (member.answers) void report()
    })
    const report = async () => connection.received(await registry.snapshot())
    await report()
    return Object.assign(member, { jobs, seconds, size, report, leave: () => connection.exited() })
  }
  const scrape = async () => valuesOf(await fleet.render())
  return { own, fleet, start, scrape, late }
}

const valuesOf = (text: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => line.split(' '))
      .map(([series, value]) => [series, Number(value)]),
  )

/** Runs everything that is pending without advancing time. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('adds up the metrics of all workers and of the process itself', async () => {
  const { own, start, scrape } = setUp()
  own.counter({ name: 'jobs_total', help: 'Jobs.' }).inc(1)
  for (const [name, count] of [
    ['a', 2],
    ['b', 4],
  ] as const)
    (await start(name)).jobs.inc(count)
  expect(await scrape()).toMatchObject({ jobs_total: 7, up: 2, worker_late_total: 0 })
})

test('a late worker is reported, loses its gauges, and keeps its last counters', async () => {
  const { start, scrape, late } = setUp()
  const [one, other] = [await start('a'), await start('b')]
  one.jobs.inc(2)
  other.jobs.inc(4)
  await scrape()
  one.jobs.inc()
  other.jobs.inc()
  other.answers = false
  const second = scrape()
  await vi.advanceTimersByTimeAsync(999)
  expect(late).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(await second).toMatchObject({ jobs_total: 7, up: 1, worker_late_total: 1 })
  expect(late).toEqual(['b'])
  other.answers = true
  expect(await scrape()).toMatchObject({ jobs_total: 8, up: 2, worker_late_total: 1 })
})

test('a worker that exits during a scrape ends the wait, and counts once', async () => {
  const { start, scrape, late } = setUp()
  const [one, other] = [await start('a'), await start('b')]
  one.jobs.inc(2)
  other.jobs.inc(4)
  await scrape()
  other.answers = false
  const second = scrape()
  await turn()
  other.leave()
  // The scrape completes although no time has passed.
  expect(await second).toMatchObject({ jobs_total: 6, up: 1, worker_exits_total: 1 })
  expect(late).toEqual([])
})

test('a worker that answers and exits during the same scrape counts once, without its gauges', async () => {
  const { start, scrape } = setUp()
  const [one, other] = [await start('a'), await start('b')]
  one.answers = false
  other.jobs.inc(4)
  const second = scrape()
  await turn()
  other.leave()
  await one.report()
  expect(await second).toMatchObject({ jobs_total: 4, up: 1, worker_exits_total: 1 })
})

test('does not request a snapshot from a worker that is still starting', async () => {
  const { fleet, scrape, late } = setUp()
  const ask = vi.fn()
  fleet.join('slow to start', ask)
  expect(await scrape()).toMatchObject({ worker_late_total: 0 })
  expect(ask).not.toHaveBeenCalled()
  expect(late).toEqual([])
})

test('concurrent scrapes share one request', async () => {
  const { start, scrape } = setUp()
  const one = await start('a')
  const [a, b] = await Promise.all([scrape(), scrape()])
  expect(a).toEqual(b)
  expect(one.asked).toBe(1)
})

test('a summary of an exited worker keeps its count and loses its quantiles', async () => {
  const { start, scrape } = setUp()
  const [one, other] = [await start('a'), await start('b')]
  one.size.observe(100)
  other.size.observe(1)
  expect(await scrape()).toMatchObject({ 'size{quantile="0.5"}': 100, size_count: 2 })
  one.leave()
  expect(await scrape()).toMatchObject({ 'size{quantile="0.5"}': 1, size_count: 2, size_sum: 101 })
})

test('counters never decrease, not even by rounding, while workers run, hang, exit, and are replaced', async () => {
  vi.useRealTimers()
  const step = fc.record({
    at: fc.nat({ max: 2 }),
    what: fc.constantFrom('work' as const, 'die' as const, 'hang' as const),
    seconds: fc.integer({ min: 1, max: 999 }).map((n) => n / 1000),
  })
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const own: Registry = createRegistry()
    const fleet = createFleetMetrics(own, { timeoutMs: 1, onLate: () => {} })
    const start = async () => {
      const registry = createRegistry()
      const seconds = registry.counter({ name: 'job_seconds_total', help: 'Seconds.' })
      const worker = { seconds, hangs: false, exited: () => connection.exited() }
      const connection = fleet.join('any', async () => {
        if (!worker.hangs) connection.received(await registry.snapshot())
      })
      connection.received(await registry.snapshot())
      return worker
    }
    const workers = [await start(), await start(), await start()]
    let shown = 0
    const look = async () => {
      const { job_seconds_total: now = 0 } = valuesOf(await fleet.render())
      expect(now).toBeGreaterThanOrEqual(shown)
      shown = now
    }
    for (const { at, what, seconds } of steps) {
      const worker = workers[at] as (typeof workers)[number]
      if (what === 'work') worker.seconds.inc(seconds)
      if (what === 'hang') worker.hangs = !worker.hangs
      await look()
      if (what !== 'die') continue
      worker.exited()
      await look()
      workers[at] = await start()
      await look()
    }
  })
  await fc.assert(property, { numRuns: 200 })
})
