import type { Worker } from 'node:worker_threads'
import type { FleetMetrics } from './fleet-metrics.ts'
import { ASK, snapshotIn } from './messages.ts'

/** Adds a worker thread to the fleet's metrics until the thread exits. */
export function watchWorkerThread(fleet: FleetMetrics, worker: Worker): void {
  const seat = fleet.join(`thread ${worker.threadId}`, () => worker.postMessage(ASK))
  worker.on('message', (message) => {
    const snapshot = snapshotIn(message)
    if (snapshot !== undefined) seat.told(snapshot)
  })
  // All messages of the thread arrive before `exit`.
  worker.once('exit', () => seat.left())
}
