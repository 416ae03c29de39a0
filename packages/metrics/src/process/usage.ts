import process from 'node:process'
import type { Scope } from './scope.ts'

/** Microseconds since the process began. */
const CPU: readonly (readonly [name: string, help: string, used: (cpu: CpuUsage) => number])[] = [
  ['user', 'CPU time spent in user code, in seconds.', ({ user }) => user],
  ['system', 'CPU time spent in the system, in seconds.', ({ system }) => system],
  ['', 'CPU time spent, in seconds.', ({ user, system }) => user + system],
]
type CpuUsage = ReturnType<typeof process.cpuUsage>

/** What the process takes of the machine, and since when. */
export function collectUsage({ registry, own }: Scope): void {
  for (const [kind, help, used] of CPU) {
    let told = 0
    const name = `process_cpu_${kind && `${kind}_`}seconds_total`
    own(
      registry.counter({
        name,
        help,
        unit: 'seconds',
        collect: (counter) => {
          // A counter is only ever added to: what came since the last scrape. In whole microseconds nothing gets lost.
          const total = Math.max(told, used(process.cpuUsage()))
          counter.inc((total - told) / 1e6)
          told = total
        },
      }),
    )
  }
  own(
    registry.gauge({
      name: 'process_resident_memory_bytes',
      help: 'Resident memory, in bytes.',
      unit: 'bytes',
      collect: (gauge) => gauge.set(process.memoryUsage.rss()),
    }),
  )
  own(
    registry.gauge({
      name: 'process_start_time_seconds',
      help: 'When the process began, in seconds since 1970.',
      unit: 'seconds',
      merge: 'min',
    }),
  ).set(Math.round(Date.now() - process.uptime() * 1000) / 1000)

  const [major = '', minor = '', patch = ''] = process.versions.node.split('.')
  own(
    registry.gauge({
      name: 'nodejs_version_info',
      help: 'The version of Node.js.',
      labels: ['version', 'major', 'minor', 'patch'],
      merge: 'max',
    }),
  ).set({ version: process.version, major, minor, patch }, 1)
}
