import type { Worker } from 'node:cluster'
import type { FleetMetrics } from './fleet-metrics.ts'
import { SNAPSHOT_REQUEST, snapshotIn } from './messages.ts'

/** Adds a worker of `node:cluster` to the fleet's metrics until the worker exits. */
export function watchClusterWorker(fleet: FleetMetrics, worker: Worker): void {
  // The worker may have exited without its `exit` event yet. Without the callback, the error of `send` would be thrown.
  const ask = () => void worker.send(SNAPSHOT_REQUEST, () => {})
  const connection = fleet.join(`process ${worker.process.pid}`, ask)
  worker.on('message', (message) => {
    const snapshot = snapshotIn(message)
    if (snapshot !== undefined) connection.received(snapshot)
  })
  // The two events come in either order. Messages can still arrive after `exit`, but not after both.
  let events = 0
  const count = () => {
    events += 1
    if (events === 2) connection.exited()
  }
  worker.once('exit', count)
  worker.once('disconnect', count)
}
