import { useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import type { Registry } from '../metrics.ts'
import { createRegistry } from '../registry.ts'
import { parseOpenMetrics, parseText } from '../testing/exposition.ts'
import { scrape } from '../testing.ts'
import { collectProcessMetrics } from './collect-process-metrics.ts'

useVirtualTime()

const GROUPS = {
  usage: [
    'process_cpu_user_seconds',
    'process_cpu_system_seconds',
    'process_cpu_seconds',
    'process_resident_memory_bytes',
    'process_start_time_seconds',
    'nodejs_version_info',
  ],
  openFiles: process.platform === 'linux' ? ['process_open_fds', 'process_max_fds'] : [],
  heap: [
    'nodejs_heap_size_total_bytes',
    'nodejs_heap_size_used_bytes',
    'nodejs_external_memory_bytes',
    'nodejs_heap_space_size_total_bytes',
    'nodejs_heap_space_size_used_bytes',
    'nodejs_heap_space_size_available_bytes',
  ],
  eventLoop: [
    'nodejs_eventloop_lag_p50_seconds',
    'nodejs_eventloop_lag_p90_seconds',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_eventloop_lag_max_seconds',
    'nodejs_eventloop_lag_mean_seconds',
    'nodejs_eventloop_lag_seconds',
    'nodejs_eventloop_utilization',
  ],
  gc: ['nodejs_gc_duration_seconds'],
  resources: ['nodejs_active_resources'],
}
const ALL = Object.values(GROUPS).flat()

/** All but the registry's own. */
async function families(registry: Registry): Promise<string[]> {
  const snapshot = await registry.snapshot()
  return snapshot.families.map(({ name }) => name).filter((name) => !name.startsWith('metrics_'))
}

describe('what is collected', () => {
  test('is all, unless something is switched off', async () => {
    const registry = createRegistry()
    const { stop } = collectProcessMetrics(registry)
    expect((await families(registry)).sort()).toEqual(ALL.toSorted())
    stop()
  })

  test.each(Object.entries(GROUPS))('without `%s` is the rest', async (group, names) => {
    const registry = createRegistry()
    const { stop } = collectProcessMetrics(registry, { [group]: false })
    const rest = ALL.filter((name) => !names.includes(name))
    expect((await families(registry)).sort()).toEqual(rest.sort())
    stop()
  })

  test('is valid in both formats, prefix, labels and all', async () => {
    const registry = createRegistry({ prefix: 'app_', defaultLabels: { region: 'eu' } })
    using _ = collectProcessMetrics(registry)
    const format = 'openmetrics'
    expect(parseOpenMetrics(await registry.render({ format })).length).toBeGreaterThan(15)
    const exposed = parseText(await registry.render())
    expect(exposed.every(({ name }) => name.startsWith('app_'))).toBe(true)
    expect(exposed.flatMap(({ samples }) => samples).length).toBeGreaterThan(30)
  })

  test('does not fail, whatever a scrape finds', async () => {
    const onEvent = vi.fn()
    const registry = createRegistry({ onEvent })
    using _ = collectProcessMetrics(registry)
    await registry.render()
    await registry.render()
    expect(onEvent).not.toHaveBeenCalled()
  })
})

test('each tells how it becomes one of several processes', async () => {
  const registry = createRegistry()
  using _ = collectProcessMetrics(registry)
  const { families } = await registry.snapshot()
  const merges = families
    .filter(({ merge }) => merge !== 'sum')
    .map(({ name, merge }) => [name, merge])
  expect(Object.fromEntries(merges)).toEqual({
    ...Object.fromEntries(GROUPS.eventLoop.map((name) => [name, 'max'])),
    process_start_time_seconds: 'min',
    nodejs_version_info: 'max',
  })
})

describe('stopping', () => {
  test('leaves the registry as it was, once and for all', async () => {
    const registry = createRegistry()
    registry.gauge({ name: 'other', help: '' })
    const started = collectProcessMetrics(registry)
    started.stop()
    expect(await scrape(registry)).toEqual(['other 0'])
    // What is made under such a name now is not its own.
    registry.gauge({ name: 'process_open_fds', help: 'mine' })
    started.stop()
    started[Symbol.dispose]()
    expect(await families(registry)).toEqual(['other', 'process_open_fds'])
  })

  test('can be followed by another start, with other options', async () => {
    const registry = createRegistry()
    for (const gcBuckets of [[1], [2]]) {
      const started = collectProcessMetrics(registry, { gcBuckets })
      const { families } = await registry.snapshot()
      expect(families.find(({ name }) => name.includes('gc'))?.buckets).toEqual(gcBuckets)
      started.stop()
    }
    expect(await families(registry)).toEqual([])
  })
})

test('a second start takes the place of the first, whose stop then does nothing', async () => {
  const registry = createRegistry()
  const first = collectProcessMetrics(registry)
  const second = collectProcessMetrics(registry, { gcBuckets: [1], heap: false })
  first.stop()
  const rest = ALL.filter((name) => !GROUPS.heap.includes(name))
  expect((await families(registry)).sort()).toEqual(rest.sort())
  second.stop()
  expect(await families(registry)).toEqual([])
})

test('two registries have them each', async () => {
  const [one, other] = [createRegistry(), createRegistry()]
  const started = collectProcessMetrics(one)
  using _ = collectProcessMetrics(other)
  started.stop()
  expect(await families(one)).toEqual([])
  expect((await families(other)).sort()).toEqual(ALL.toSorted())
})

test('a name that another metric has is refused, and nothing is left on', async () => {
  const registry = createRegistry()
  registry.gauge({ name: 'nodejs_gc_duration_seconds', help: 'mine' })
  expect(() => collectProcessMetrics(registry)).toThrow(RangeError)
  expect(await families(registry)).toEqual(['nodejs_gc_duration_seconds'])
})

test.each([
  [{ heap: 'no' }, TypeError, '`heap`'],
  [{ usage: 0 }, TypeError, '`usage`'],
  [{ openFiles: 0 }, TypeError, '`openFiles`'],
  [{ eventLoop: 0 }, TypeError, '`eventLoop`'],
  [{ gc: 0 }, TypeError, '`gc`'],
  [{ resources: null }, TypeError, '`resources`'],
  [{ eventLoopResolutionMs: 0 }, RangeError, '`eventLoopResolutionMs`'],
  [{ eventLoopResolutionMs: 1.5 }, RangeError, '`eventLoopResolutionMs`'],
  [{ eventLoopResolutionMs: 60_001 }, RangeError, '`eventLoopResolutionMs`'],
  [{ eventLoopResolutionMs: '20' }, TypeError, '`eventLoopResolutionMs`'],
  [{ gcBuckets: [-1] }, RangeError, '`gcBuckets`'],
  [{ gcBuckets: [1, 1] }, RangeError, '`gcBuckets`'],
  [{ gcBuckets: 1 }, TypeError, '`gcBuckets`'],
])('refuses %o, and what is on stays on', async (options, errorClass, shown) => {
  const registry = createRegistry()
  using _ = collectProcessMetrics(registry)
  const start = () => collectProcessMetrics(registry, options as never)
  expect(start).toThrow(errorClass)
  expect(start).toThrow(shown)
  expect((await families(registry)).sort()).toEqual(ALL.toSorted())
})
