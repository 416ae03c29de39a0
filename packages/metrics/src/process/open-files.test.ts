import { readdir, readFile } from 'node:fs/promises'
import process from 'node:process'
import { useVirtualTime } from '@holdfast/internal/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { softLimit } from './open-files.ts'
import { collecting } from './testing.ts'

vi.mock('node:fs/promises')
useVirtualTime()

const real = process.platform
const on = (platform: string) => Object.defineProperty(process, 'platform', { value: platform })
afterEach(() => void on(real))

const limits = (
  soft: string,
) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                96365                processes
Max open files            ${soft.padEnd(20)} 1048576              files
`

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

/** @param names - What is open, and the folder itself while it is read. */
function answer(names: readonly string[], soft: string): void {
  vi.mocked(readdir as (path: string) => Promise<string[]>).mockResolvedValue([...names])
  vi.mocked(readFile).mockResolvedValue(limits(soft))
}

describe('on Linux', () => {
  test('tells how many files are open, and how many may be', async () => {
    on('linux')
    const { scrape } = collecting({ openFiles: true })
    answer(['0', '1', '2', '17'], '1024')
    expect(await scrape()).toEqual(['process_open_fds 3', 'process_max_fds 1024'])
    expect(readdir).toHaveBeenLastCalledWith('/proc/self/fd')
    expect(readFile).toHaveBeenLastCalledWith('/proc/self/limits', 'utf8')
    answer(['0', '1'], '2048')
    expect(await scrape()).toEqual(['process_open_fds 1', 'process_max_fds 2048'])
  })

  test('does not count the file in which the limit stands', async () => {
    on('linux')
    const { scrape } = collecting({ openFiles: true })
    let files = 0
    vi.mocked(readFile).mockImplementation(async () => {
      files++
      await turns(40)
      files--
      return limits('1024')
    })
    vi.mocked(readdir as (path: string) => Promise<string[]>).mockImplementation(async () => {
      await turns(20)
      return Array.from({ length: 4 + files }, (_, name) => `${name}`)
    })
    expect(await scrape()).toEqual(['process_open_fds 3', 'process_max_fds 1024'])
  })

  test('tells no limit where there is none', async () => {
    on('linux')
    const { scrape } = collecting({ openFiles: true })
    answer(['0'], 'unlimited')
    expect(await scrape()).toEqual(['process_open_fds 0'])
  })

  test('what cannot be read is missing', async () => {
    on('linux')
    const { scrape } = collecting({ openFiles: true })
    answer(['0'], '5')
    vi.mocked(readdir).mockRejectedValue(new Error('EACCES'))
    expect(await scrape('process')).toEqual(['process_max_fds 5'])
  })
})

test.each(['darwin', 'win32'])('on %s nothing is told', async (platform) => {
  on(platform)
  const { registry } = collecting({ openFiles: true })
  expect(await registry.render()).toBe('')
})

test('the soft limit is the first', () => {
  expect(softLimit(limits('20000'))).toBe(20_000)
  expect(softLimit(limits('unlimited'))).toBe(undefined)
  expect(softLimit('')).toBe(undefined)
})
