import type { Registry } from '@holdfast/metrics'
import type { SnapshotMessage } from './messages.ts'

/** The worker's side: sends snapshots of its metrics to the process that Prometheus scrapes. */
export interface Reporter {
  /** Sends a snapshot. Call it when the worker is up, and on each request. */
  report(): Promise<void>
  /** Sends the final snapshot. Call it when the worker has finished its jobs and is about to exit. */
  reportFinal(): Promise<void>
}

/** @param send - Sends a message, and resolves when it has been sent. */
export function createReporter(
  registry: Registry,
  send: (message: SnapshotMessage) => void | Promise<void>,
): Reporter {
  const report = async () => send({ type: 'metrics.snapshot', snapshot: await registry.snapshot() })
  return {
    report,
    async reportFinal() {
      // Waits for a snapshot that is already in progress. It would be reused, although it may be older than the last job.
      await registry.snapshot()
      await report()
    },
  }
}
