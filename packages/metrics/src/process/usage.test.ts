import process from 'node:process'
import { useVirtualTime } from '@holdfast/internal/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { collecting } from './testing.ts'

useVirtualTime()
afterEach(() => void vi.restoreAllMocks())

const cpu = (user: number, system: number) =>
  vi.spyOn(process, 'cpuUsage').mockReturnValue({ user, system })

test('CPU time is that since the process began, however often it is asked', async () => {
  const { scrape } = collecting({ usage: true })
  for (const [user, system] of [
    [1_500_000, 250_000],
    [1_500_000, 250_000],
    [1_500_001, 1_250_000],
  ] as const) {
    cpu(user, system)
    expect(await scrape('process_cpu')).toEqual([
      `process_cpu_user_seconds_total ${user / 1e6}`,
      `process_cpu_system_seconds_total ${system / 1e6}`,
      `process_cpu_seconds_total ${(user + system) / 1e6}`,
    ])
  }
})

test('CPU time that goes back waits until it has caught up', async () => {
  const { scrape } = collecting({ usage: true })
  const told: (string | undefined)[] = []
  for (const user of [3_000_000, 2_000_000, 3_500_000]) {
    cpu(user, 0)
    told.push(...(await scrape('process_cpu_user')))
  }
  expect(told).toEqual([3, 3, 3.5].map((seconds) => `process_cpu_user_seconds_total ${seconds}`))
})

test('memory is asked at each scrape, the start once', async () => {
  vi.setSystemTime(1_700_000_000_000)
  vi.spyOn(process, 'uptime').mockReturnValue(1.25)
  const { scrape } = collecting({ usage: true })
  const rss = vi.spyOn(process.memoryUsage, 'rss')
  for (const bytes of [1000, 2000]) {
    rss.mockReturnValue(bytes)
    vi.setSystemTime(1_800_000_000_000)
    expect(await scrape('process_resident')).toEqual([`process_resident_memory_bytes ${bytes}`])
    expect(await scrape('process_start')).toEqual(['process_start_time_seconds 1699999998.75'])
  }
})

test('the version is told whole and in parts', async () => {
  const { scrape } = collecting({ usage: true })
  const [major, minor, patch] = process.version.slice(1).split('.')
  expect(await scrape('nodejs_version')).toEqual([
    `nodejs_version_info{version="${process.version}",major="${major}",minor="${minor}",patch="${patch}"} 1`,
  ])
})
