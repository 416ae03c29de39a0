import { remember } from './bounded-map.ts'
import type { Said } from './escalation.ts'

/** How often a call may be repeated under its id. Some models give the same id to every call. */
const MAX_REPLAYS = 2

/** The verdict that a call got at first. */
export interface Answered {
  readonly id: string
  readonly key: number
  readonly said: Said
  replays: number
}

/** Calls that are repeated with the same id count once, as when an answer of the model is processed again after a restart. */
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
