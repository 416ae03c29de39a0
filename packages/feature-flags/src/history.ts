import type { FlagChange } from './flags.ts'
import type { Inputs } from './resolve.ts'

/** All flags as they were from one change to the next. */
export interface Revision {
  readonly number: number
  /** What decided on their values. */
  readonly inputs: Inputs
  /** What made it out of the one before. */
  readonly changes: readonly FlagChange[]
}

/** The latest revisions, to look at and to go back to. */
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

  /** @throws RangeError when it is not among those that are kept. */
  find(number: number): Revision {
    const found = this.#revisions.find((revision) => revision.number === number)
    if (found) return found
    const [oldest, newest] = [this.#revisions[0]?.number, this.#revisions.at(-1)?.number]
    throw new RangeError(`Revision ${number} is not remembered, only ${oldest} to ${newest}`)
  }

  /** What has changed after a revision, oldest first. */
  changesSince(number: number): readonly FlagChange[] {
    return this.#revisions
      .filter((revision) => revision.number > number)
      .flatMap(({ changes }) => changes)
  }
}
