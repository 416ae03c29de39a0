import process from 'node:process'
import type { Scope } from './scope.ts'

/** What keeps the process alive: sockets, timers, requests to the file system. */
export function collectResources({ registry, own }: Scope): void {
  /** By type. Those that there were stay, at 0. */
  const counts = new Map<string, number>()
  own(
    registry.gauge({
      name: 'nodejs_active_resources',
      help: 'Resources that keep the event loop alive, by type.',
      labels: ['type'],
      collect: (gauge) => {
        for (const type of counts.keys()) counts.set(type, 0)
        for (const type of process.getActiveResourcesInfo()) {
          counts.set(type, (counts.get(type) ?? 0) + 1)
        }
        for (const [type, count] of counts) gauge.set({ type }, count)
      },
    }),
  )
}
