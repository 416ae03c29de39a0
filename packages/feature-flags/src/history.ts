import type { FlagChange } from './flags.ts'
import type { Inputs } from './resolve.ts'

/** The state of all flags between two changes. */
export interface Revision {
  readonly number: number
  /** What determined the values. */
  readonly inputs: Inputs
  /** The changes from the revision before. */
  readonly changes: readonly FlagChange[]
}

/** The latest revisions, for the history and for rollbacks. */
export class History {
  readonly #revisions: Revision[] = []
  readonly #size: number

  /** @param size - How many revisions are kept. */
  constructor(size: number) {
    this.#size = size
  }

  add(revision: Revision): void {
    this.#revisions.push(revision)
    if (this.#revisions.length > this.#size) this.#revisions.shift()
  }

  /** @throws RangeError when the revision is no longer kept. */
  find(number: number): Revision {
    const found = this.#revisions.find((revision) => revision.number === number)
    if (found) return found
    const [oldest, newest] = [this.#revisions[0]?.number, this.#revisions.at(-1)?.number]
    throw new RangeError(`Revision ${number} is not remembered, only ${oldest} to ${newest}`)
  }

  /** The changes after a revision, oldest first. */
  changesSince(number: number): readonly FlagChange[] {
    return this.#revisions
      .filter((revision) => revision.number > number)
      .flatMap(({ changes }) => changes)
  }
}
