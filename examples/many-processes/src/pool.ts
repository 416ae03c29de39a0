import type { FleetMetrics } from './fleet-metrics.ts'

/** Options of a pool of workers, of whichever form. */
export interface PoolOptions {
  readonly workers: number
  /** Where the work is taken, on loopback; 0 for any that is free. */
  readonly port: number
  readonly fleet: FleetMetrics
}

/** Workers that do jobs, and are replaced when they are gone. */
export interface Pool {
  /** Where the work is taken. */
  readonly port: number
  /** Ends all of them: in good order, those that still can. */
  stop(): Promise<void>
}

/** How long after a worker is gone another one starts. One that dies at its start is not to keep a core busy. */
export const REPLACE_AFTER_MS = 200

/** How long a worker may take to leave in good order. */
export const GRACE_MS = 5_000
