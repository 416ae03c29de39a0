import type { Worker } from 'node:worker_threads'
import type { FleetMetrics } from './fleet-metrics.ts'
import { ASK, snapshotIn } from './messages.ts'

/** Has a worker thread asked with the rest of the fleet, until it is gone. */
export function watchWorkerThread(fleet: FleetMetrics, worker: Worker): void {
  const seat = fleet.join(`thread ${worker.threadId}`, () => worker.postMessage(ASK))
  worker.on('message', (message) => {
    const snapshot = snapshotIn(message)
    if (snapshot !== undefined) seat.told(snapshot)
  })
  // All that it sent has been read before.
  worker.once('exit', () => seat.left())
}
