import type { Worker } from 'node:cluster'
import type { FleetMetrics } from './fleet-metrics.ts'
import { ASK, snapshotIn } from './messages.ts'

/** Adds a worker of `node:cluster` to the fleet's metrics until the worker exits. */
export function watchClusterWorker(fleet: FleetMetrics, worker: Worker): void {
  // The worker may have exited without its `exit` event yet. Without the callback, the error of `send` would be thrown.
  const ask = () => void worker.send(ASK, () => {})
  const seat = fleet.join(`process ${worker.process.pid}`, ask)
  worker.on('message', (message) => {
    const snapshot = snapshotIn(message)
    if (snapshot !== undefined) seat.told(snapshot)
  })
  // The two events come in either order. Messages can still arrive after `exit`, but not after both.
  let news = 0
  const count = () => {
    news += 1
    if (news === 2) seat.left()
  }
  worker.once('exit', count)
  worker.once('disconnect', count)
}
