import { constants } from 'node:perf_hooks'
import { useVirtualTime } from '@holdfast/internal/testing'
import { beforeEach, expect, test, vi } from 'vitest'
import { collecting } from './testing.ts'

type Callback = (list: { getEntries(): unknown[] }) => void

/** In place of Node's: what is collected is what the test says. */
const { observers } = vi.hoisted(() => ({
  observers: [] as { callback: Callback; entryTypes: readonly string[] | undefined }[],
}))
vi.mock('node:perf_hooks', async (original) => ({
  ...(await original<typeof import('node:perf_hooks')>()),
  PerformanceObserver: class {
    entryTypes: readonly string[] | undefined
    readonly callback: Callback
    constructor(callback: Callback) {
      this.callback = callback
      observers.push(this)
    }
    observe({ entryTypes }: { entryTypes: readonly string[] }) {
      this.entryTypes = entryTypes
    }
    disconnect() {
      this.entryTypes = undefined
    }
  },
}))
useVirtualTime()
beforeEach(() => void observers.splice(0))

/** @param collections - Each by its kind and its milliseconds. */
const collect = (...collections: [kind: number, ms: number][]) =>
  observers[0]?.callback({
    getEntries: () => collections.map(([kind, duration]) => ({ detail: { kind }, duration })),
  })

test('each collection of garbage is observed, by kind', async () => {
  const { scrape } = collecting({ gc: true, gcBuckets: [0.01, 0.001] })
  expect(observers.map(({ entryTypes }) => entryTypes)).toEqual([['gc']])
  expect(await scrape()).toEqual([])
  collect([constants.NODE_PERFORMANCE_GC_MINOR, 0.5], [constants.NODE_PERFORMANCE_GC_MAJOR, 64])
  collect([constants.NODE_PERFORMANCE_GC_MINOR, 1.5])
  const name = 'nodejs_gc_duration_seconds'
  expect(await scrape(`${name}_bucket{kind="minor"`)).toEqual([
    `${name}_bucket{kind="minor",le="0.001"} 1`,
    `${name}_bucket{kind="minor",le="0.01"} 2`,
    `${name}_bucket{kind="minor",le="+Inf"} 2`,
  ])
  expect(await scrape(`${name}_sum`)).toEqual([
    `${name}_sum{kind="minor"} 0.002`,
    `${name}_sum{kind="major"} 0.064`,
  ])
})

test('the kinds have names, one that is new too', async () => {
  const { scrape } = collecting({ gc: true })
  const { NODE_PERFORMANCE_GC_INCREMENTAL, NODE_PERFORMANCE_GC_WEAKCB } = constants
  collect([NODE_PERFORMANCE_GC_INCREMENTAL, 1], [NODE_PERFORMANCE_GC_WEAKCB, 1], [1024, 1])
  expect(await scrape('nodejs_gc_duration_seconds_count')).toEqual(
    ['incremental', 'weakcb', 'other'].map(
      (kind) => `nodejs_gc_duration_seconds_count{kind="${kind}"} 1`,
    ),
  )
})

test('nothing is observed after the stop, nor without it', () => {
  collecting({ heap: true })
  expect(observers).toEqual([])
  const { started } = collecting({ gc: true })
  started.stop()
  expect(observers.map(({ entryTypes }) => entryTypes)).toEqual([undefined])
})
