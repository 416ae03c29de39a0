import type { Registry } from '@holdfast/metrics'
import type { Told } from './messages.ts'

/** The worker's side: sends snapshots of its metrics to the process that Prometheus scrapes. */
export interface Reporter {
  /** Sends a snapshot. Call it when the worker is up, and on each request. */
  tell(): Promise<void>
  /** Sends the final snapshot. Call it when the worker has finished its jobs and is about to exit. */
  tellLast(): Promise<void>
}

/** @param send - Sends a message, and resolves when it has been sent. */
export function createReporter(
  registry: Registry,
  send: (message: Told) => void | Promise<void>,
): Reporter {
  const tell = async () => send({ type: 'metrics.told', snapshot: await registry.snapshot() })
  return {
    tell,
    async tellLast() {
      // Waits for a snapshot that is already in progress. It would be reused, although it may be older than the last job.
      await registry.snapshot()
      await tell()
    },
  }
}
