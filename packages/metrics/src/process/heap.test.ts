import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import { useVirtualTime } from '@holdfast/internal/testing'
import { expect, test, vi } from 'vitest'
import { collecting } from './testing.ts'

vi.mock('node:v8')
useVirtualTime()

test('the heap is told, and each of its spaces', async () => {
  vi.mocked(getHeapStatistics).mockReturnValue({
    total_heap_size: 100,
    used_heap_size: 70,
    external_memory: 5,
  } as ReturnType<typeof getHeapStatistics>)
  const space = { space_used_size: 40, space_available_size: 20, physical_space_size: 1 }
  vi.mocked(getHeapSpaceStatistics).mockReturnValue([
    { ...space, space_name: 'old_space', space_size: 60 },
    { ...space, space_name: 'large_object_space', space_size: 30 },
  ])
  const { scrape } = collecting({ heap: true })
  expect(await scrape()).toEqual([
    'nodejs_heap_size_total_bytes 100',
    'nodejs_heap_size_used_bytes 70',
    'nodejs_external_memory_bytes 5',
    'nodejs_heap_space_size_total_bytes{space="old"} 60',
    'nodejs_heap_space_size_total_bytes{space="large_object"} 30',
    'nodejs_heap_space_size_used_bytes{space="old"} 40',
    'nodejs_heap_space_size_used_bytes{space="large_object"} 40',
    'nodejs_heap_space_size_available_bytes{space="old"} 20',
    'nodejs_heap_space_size_available_bytes{space="large_object"} 20',
  ])
})
