import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import type { Scope } from './scope.ts'

const KINDS: ReadonlyMap<unknown, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

/** What Node's types leave out. */
interface GcEntry extends PerformanceEntry {
  readonly detail: { readonly kind: number }
}

/** How long the collection of garbage held everything up. */
export function collectGc({ registry, own, atEnd }: Scope, buckets: readonly number[]): void {
  const durations = own(
    registry.histogram({
      name: 'nodejs_gc_duration_seconds',
      help: 'How long a collection of garbage took, in seconds.',
      unit: 'seconds',
      labels: ['kind'],
      buckets,
    }),
  )
  const observer = new PerformanceObserver((list) => {
    for (const { detail, duration } of list.getEntries() as GcEntry[]) {
      durations.observe({ kind: KINDS.get(detail.kind) ?? 'other' }, duration / 1000)
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  atEnd(() => observer.disconnect())
}
