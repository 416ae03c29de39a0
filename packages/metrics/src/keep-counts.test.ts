import { expect, test } from 'vitest'
import { createRegistry, keepCounts, mergeSnapshots, renderSnapshot } from './index.ts'

async function snapshotOf(observed: number) {
  const registry = createRegistry()
  registry.counter({ name: 'jobs_total', help: 'Jobs.' }).inc(observed)
  registry.gauge({ name: 'depth', help: 'Depth.' }).set(observed)
  registry.histogram({ name: 'took', help: 'Took.', buckets: [5] }).observe(observed)
  registry.summary({ name: 'size', help: 'Size.', quantiles: [0.5] }).observe(observed)
  registry.info({ name: 'build_info', help: 'Build.' }, { version: `${observed}` })
  return registry.snapshot()
}

test('what a dead process has counted is counted on, and what it was is not told any more', async () => {
  const dead = keepCounts(await snapshotOf(7))
  const text = await renderSnapshot(mergeSnapshots([await snapshotOf(2), dead]))
  for (const line of ['jobs_total 9', 'took_count 2', 'took_sum 9', 'size_sum 9', 'size_count 2']) {
    expect(text.split('\n')).toContain(line)
  }
  expect(text).toContain('depth 2')
  expect(text).toContain('size{quantile="0.5"} 2')
  expect(text).not.toContain('build_info{version="7"}')
})

test('the snapshot itself is left as it is', async () => {
  const snapshot = await snapshotOf(7)
  const before = structuredClone(snapshot)
  keepCounts(snapshot)
  expect(snapshot).toEqual(before)
})

test('alone it renders, with quantiles that are not known', async () => {
  const text = await renderSnapshot(keepCounts(await snapshotOf(7)))
  expect(text).toContain('size_count 1')
  expect(text).toContain('size{quantile="0.5"} NaN')
  expect(text).not.toContain('depth')
})
