import { remember } from './bounded-map.ts'
import type { Said } from './ladder.ts'

/** How often a call may come again under its id: some models give the same id to every call. */
const MAX_REPLAYS = 2

/** What was said of a call when it came first. */
export interface Answered {
  readonly id: string
  readonly key: number
  readonly said: Said
  replays: number
}

/** Calls that come again under the same id, as when an answer of the model is taken up once more, count once. */
export class Replays {
  readonly #answered: Map<string, Answered>

  constructor(answered: readonly Answered[]) {
    this.#answered = new Map(answered.map((call) => [call.id, call]))
  }

  find(id: string | undefined, key: number): Said | undefined {
    const answered = id === undefined ? undefined : this.#answered.get(id)
    if (answered?.key !== key || answered.replays >= MAX_REPLAYS) return undefined
    answered.replays++
    return answered.said
  }

  add(id: string | undefined, key: number, said: Said): void {
    if (id !== undefined) remember(this.#answered, id, { id, key, said, replays: 0 })
  }

  toJSON(): readonly Answered[] {
    return [...this.#answered.values()]
  }
}
