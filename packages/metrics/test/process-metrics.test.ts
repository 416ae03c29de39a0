// What Node tells of a process, in one of its own: with the built package, as a program has it.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

type Values = Readonly<Record<string, number>>

/** Runs one of the programs, until it ends by itself, and reads what it says. */
async function run<T>(program: string): Promise<T> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', join(import.meta.dirname, 'process-metrics.mjs'), program],
    { timeout: 25_000 },
  )
  return JSON.parse(stdout)
}

test('the process ends by itself, with all on', async () => {
  const { metrics, on } = await run<{ metrics: Values; on: object }>('exit')
  expect(on).toEqual({ eventLoop: 1, gc: 1 })
  expect(metrics['process_resident_memory_bytes']).toBeGreaterThan(1e6)
  expect(metrics['nodejs_heap_size_used_bytes']).toBeGreaterThan(1e6)
  expect(metrics['nodejs_heap_space_size_used_bytes{space="old"}']).toBeGreaterThan(1e5)
  const age = Date.now() / 1000 - (metrics['process_start_time_seconds'] ?? 0)
  expect(age).toBeGreaterThan(0)
  expect(age).toBeLessThan(60)
})

test('nothing is on at import, nor after a stop, and nothing twice', async () => {
  const { states, twice } = await run<{ states: object[]; twice: object }>('stop')
  // Nothing in this keeps a process alive.
  const { resources } = states[0] as { resources: string[] }
  const off = { eventLoop: 0, gc: 0, resources }
  const on = { eventLoop: 1, gc: 1, resources }
  expect(states).toEqual([off, on, off, on, off])
  expect(twice).toEqual({ eventLoop: 1, gc: 1 })
})

test('CPU time and open files are what they are', async () => {
  const rounds = await run<{ before: number; metrics: Values; after: number }[]>('usage')
  for (const { before, metrics, after } of rounds) {
    const told = metrics['process_cpu_seconds_total']
    // Sums of differences, which are rounded.
    expect(told).toBeGreaterThan(before - 1e-9)
    expect(told).toBeLessThan(after + 1e-9)
  }
  if (process.platform !== 'linux') return
  const open = rounds.map(({ metrics }) => metrics['process_open_fds'] ?? Number.NaN)
  expect(open.map((files) => files - (open[0] ?? 0))).toEqual([0, 5, 10])
  expect(rounds[0]?.metrics['process_max_fds']).toBeGreaterThan(open[2] ?? Number.NaN)
})

test('a block of the event loop is seen', async () => {
  const metrics = await run<Values>('lag')
  // It may begin anywhere between two measurements, of which the default is one each 20 ms.
  expect(metrics['nodejs_eventloop_lag_max_seconds']).toBeGreaterThan(0.37)
  expect(metrics['nodejs_eventloop_lag_mean_seconds']).toBeGreaterThan(0)
  const utilization = metrics['nodejs_eventloop_utilization']
  expect(utilization).toBeGreaterThan(0.1)
  expect(utilization).toBeLessThanOrEqual(1)
})

test('collections of garbage are seen', async () => {
  const metrics = await run<Values>('gc')
  expect(metrics['nodejs_gc_duration_seconds_count{kind="major"}']).toBeGreaterThanOrEqual(3)
  expect(metrics['nodejs_gc_duration_seconds_sum{kind="major"}']).toBeGreaterThan(0)
})
