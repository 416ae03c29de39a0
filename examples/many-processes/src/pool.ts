import type { FleetMetrics } from './fleet-metrics.ts'

/** Options of a pool of processes or threads. */
export interface PoolOptions {
  readonly workers: number
  /** The port that accepts jobs, on loopback. 0 chooses a free port. */
  readonly port: number
  readonly fleet: FleetMetrics
}

/** A pool of workers that run jobs. A worker that exits is replaced. */
export interface Pool {
  /** The port that accepts jobs. */
  readonly port: number
  /** Stops all workers. Workers that do not respond are killed. */
  stop(): Promise<void>
}

/** The delay before an exited worker is replaced, in milliseconds. It keeps a worker that crashes at its start from using a whole core. */
export const REPLACE_AFTER_MS = 200

/** How long a worker may take to stop normally, in milliseconds. */
export const GRACE_MS = 5_000
