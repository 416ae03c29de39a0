import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import type { Scope } from './scope.ts'

const HEAP = [
  ['nodejs_heap_size_total_bytes', 'Size of the heap, in bytes.', 'total_heap_size'],
  ['nodejs_heap_size_used_bytes', 'What of the heap is used, in bytes.', 'used_heap_size'],
  [
    'nodejs_external_memory_bytes',
    'Memory outside of the heap that objects in it hold, in bytes.',
    'external_memory',
  ],
] as const

const SPACES = [
  ['total', 'Size of a space of the heap, in bytes.', 'space_size'],
  ['used', 'What of a space of the heap is used, in bytes.', 'space_used_size'],
  ['available', 'What of a space of the heap is free, in bytes.', 'space_available_size'],
] as const

/** V8's heap. */
export function collectHeap({ registry, own }: Scope): void {
  for (const [name, help, field] of HEAP) {
    own(
      registry.gauge({
        name,
        help,
        unit: 'bytes',
        collect: (gauge) => gauge.set(getHeapStatistics()[field]),
      }),
    )
  }
  for (const [kind, help, field] of SPACES) {
    own(
      registry.gauge({
        name: `nodejs_heap_space_size_${kind}_bytes`,
        help,
        unit: 'bytes',
        labels: ['space'],
        collect: (gauge) => {
          for (const space of getHeapSpaceStatistics()) {
            // `new`, `old`, as all of them are spaces.
            gauge.set({ space: space.space_name.replace(/_space$/, '') }, space[field])
          }
        },
      }),
    )
  }
}
