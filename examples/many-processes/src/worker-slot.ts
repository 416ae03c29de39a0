import { keepCounts, mergeSnapshots, type RegistrySnapshot } from '@holdfast/metrics'

/** A running worker. */
export interface PoolWorker {
  readonly worker: string
  /** Requests a snapshot from the worker. */
  readonly ask: () => void
  /** The last snapshot that the worker sent. */
  last?: RegistrySnapshot
  /** Ends the wait for the worker's answer. Set only while a scrape waits. */
  onAnswer?: () => void
}

/**
 * One position in the pool, which consecutive workers occupy, with the counts of all of them.
 *
 * Each position has its own sum of the workers that exited. The rounding of a sum of fractions depends on the order of
 * addition. With one sum for all exited workers, an exit would change the order and could make a total slightly smaller. Prometheus
 * treats any decrease as a restart. With a sum per position the order never changes.
 */
export class WorkerSlot {
  #member: PoolWorker | undefined
  /** The counts of the workers that exited. It keeps every series, so a label with the process id would make it grow with every replacement. */
  #exited: RegistrySnapshot = { version: 1, families: [] }

  /** The current worker. */
  get member(): PoolWorker | undefined {
    return this.#member
  }

  take(member: PoolWorker): void {
    this.#member = member
  }

  /** Removes the worker and keeps its counters. */
  leave(): void {
    this.#exited = this.#with(this.#member?.last && keepCounts(this.#member.last))
    this.#member = undefined
  }

  /** @param fresh - The workers that answered this scrape, whose gauges are current. */
  total(fresh: ReadonlySet<PoolWorker>): RegistrySnapshot {
    const member = this.#member
    if (member?.last === undefined) return this.#exited
    return this.#with(fresh.has(member) ? member.last : keepCounts(member.last))
  }

  #with(snapshot: RegistrySnapshot | undefined): RegistrySnapshot {
    return snapshot ? mergeSnapshots([this.#exited, snapshot]) : this.#exited
  }
}
