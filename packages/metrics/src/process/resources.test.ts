import process from 'node:process'
import { useVirtualTime } from '@holdfast/internal/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { collecting } from './testing.ts'

useVirtualTime()
afterEach(() => void vi.restoreAllMocks())

test('resources are counted by type, and one that is gone stays at 0', async () => {
  const active = vi.spyOn(process, 'getActiveResourcesInfo')
  const { scrape } = collecting({ resources: true })
  active.mockReturnValue(['Timeout', 'TCPSocketWrap', 'Timeout'])
  expect(await scrape()).toEqual([
    'nodejs_active_resources{type="Timeout"} 2',
    'nodejs_active_resources{type="TCPSocketWrap"} 1',
  ])
  active.mockReturnValue(['TCPSocketWrap', 'FSReqPromise'])
  expect(await scrape()).toEqual([
    'nodejs_active_resources{type="Timeout"} 0',
    'nodejs_active_resources{type="TCPSocketWrap"} 1',
    'nodejs_active_resources{type="FSReqPromise"} 1',
  ])
})

test('the reading of the other metrics is not counted', async () => {
  const before = process.getActiveResourcesInfo()
  const { scrape } = collecting({ resources: true, openFiles: true })
  const requests = before.filter((type) => type === 'FSReqPromise').length
  const told = (await scrape('nodejs_active_resources{type="FSReqPromise"}')).join()
  expect(told === '' ? 0 : Number(told.split(' ')[1])).toBe(requests)
})
