import { readdir, readFile } from 'node:fs/promises'
import process from 'node:process'
import type { Scope } from './scope.ts'

/** File descriptors. Only Linux tells. */
export function collectOpenFiles({ registry, own }: Scope): void {
  if (process.platform !== 'linux') return
  let counting: Promise<unknown> = Promise.resolve()
  own(
    registry.gauge({
      name: 'process_open_fds',
      help: 'Open file descriptors.',
      collect: async (gauge) => {
        const reading = readdir('/proc/self/fd')
        counting = reading.catch(() => {})
        // One of them is that of the folder which is being read.
        gauge.set((await reading).length - 1)
      },
    }),
  )
  own(
    registry.gauge({
      name: 'process_max_fds',
      help: 'How many file descriptors may be open.',
      collect: async (gauge) => {
        // The file that is read here must not be counted there.
        await counting
        const limit = softLimit(await readFile('/proc/self/limits', 'utf8'))
        if (limit === undefined) gauge.remove()
        else gauge.set(limit)
      },
    }),
  )
}

/** The first of the numbers in the line of open files (proc(5), `/proc/pid/limits`); none where there is no limit. */
export function softLimit(limits: string): number | undefined {
  const [, limit] = /^Max open files +(\d+)/m.exec(limits) ?? []
  return limit === undefined ? undefined : Number(limit)
}
