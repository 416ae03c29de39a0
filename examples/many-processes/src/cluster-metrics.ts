import type { Worker } from 'node:cluster'
import type { FleetMetrics } from './fleet-metrics.ts'
import { ASK, snapshotIn } from './messages.ts'

/** Has a worker of `node:cluster` asked with the rest of the fleet, until it is gone. */
export function watchClusterWorker(fleet: FleetMetrics, worker: Worker): void {
  // Between its end and the news of it there may be nobody to ask. The callback gets the error, which else would throw.
  const ask = () => void worker.send(ASK, () => {})
  const seat = fleet.join(`process ${worker.process.pid}`, ask)
  worker.on('message', (message) => {
    const snapshot = snapshotIn(message)
    if (snapshot !== undefined) seat.told(snapshot)
  })
  // These come in either order, and what it sent last may be read after `exit`, though not after `disconnect`.
  let news = 0
  const count = () => {
    news += 1
    if (news === 2) seat.left()
  }
  worker.once('exit', count)
  worker.once('disconnect', count)
}
