import { keepCounts, mergeSnapshots, type RegistrySnapshot } from '@holdfast/metrics'

/** A worker, while it is there. */
export interface Member {
  readonly worker: string
  /** Asks it for a snapshot. */
  readonly ask: () => void
  /** What it told last. */
  last?: RegistrySnapshot
  /** While it is being asked: ends the wait. */
  heard?: () => void
}

/**
 * A place that one worker has after the other, and what they counted there, all of them.
 *
 * There is one sum for each place, not one of all that are gone, as sums of fractions depend on their order in the last
 * digit: were the dead added up by themselves, a death could make a total less than it was, by ever so little, and
 * Prometheus counts from nothing after any step down. Here what is added to what stays the same.
 */
export class Seat {
  #member: Member | undefined
  /** Has each series that any of them had: one labelled by process id would make it grow with every replacement. */
  #departed: RegistrySnapshot = { version: 1, families: [] }

  /** Who has it. */
  get member(): Member | undefined {
    return this.#member
  }

  take(member: Member): void {
    this.#member = member
  }

  /** Its counters stay. */
  leave(): void {
    this.#departed = this.#with(this.#member?.last && keepCounts(this.#member.last))
    this.#member = undefined
  }

  /** @param fresh - Those whose gauges tell of now. */
  total(fresh: ReadonlySet<Member>): RegistrySnapshot {
    const member = this.#member
    if (member?.last === undefined) return this.#departed
    return this.#with(fresh.has(member) ? member.last : keepCounts(member.last))
  }

  #with(snapshot: RegistrySnapshot | undefined): RegistrySnapshot {
    return snapshot ? mergeSnapshots([this.#departed, snapshot]) : this.#departed
  }
}
