import type { Worker } from 'node:worker_threads'
import type { FleetMetrics } from './fleet-metrics.ts'
import { SNAPSHOT_REQUEST, snapshotIn } from './messages.ts'

/** Adds a worker thread to the fleet's metrics until the thread exits. */
export function watchWorkerThread(fleet: FleetMetrics, worker: Worker): void {
  const connection = fleet.join(`thread ${worker.threadId}`, () =>
    worker.postMessage(SNAPSHOT_REQUEST),
  )
  worker.on('message', (message) => {
    const snapshot = snapshotIn(message)
    if (snapshot !== undefined) connection.received(snapshot)
  })
  // All messages of the thread arrive before `exit`.
  worker.once('exit', () => connection.exited())
}
