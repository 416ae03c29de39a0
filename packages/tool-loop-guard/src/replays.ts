import type { Verdict } from './guard.ts'

const MAX_REMEMBERED = 512
/** How often a call may come again under its id: some models give the same id to every call. */
const MAX_REPLAYS = 2

interface Answered {
  readonly key: number
  readonly verdict: Verdict
  replays: number
}

/** Calls that come again under the same id, as when an answer of the model is taken up once more, count once. */
export class Replays {
  readonly #answered = new Map<string, Answered>()

  /** What was said of the call when it came first. */
  find(id: string | undefined, key: number): Verdict | undefined {
    const answered = id === undefined ? undefined : this.#answered.get(id)
    if (answered?.key !== key || answered.replays >= MAX_REPLAYS) return undefined
    answered.replays++
    return answered.verdict
  }

  add(id: string | undefined, key: number, verdict: Verdict): void {
    if (id === undefined) return
    this.#answered.delete(id)
    this.#answered.set(id, { key, verdict, replays: 0 })
    for (const oldest of this.#answered.keys()) {
      if (this.#answered.size <= MAX_REMEMBERED) break
      this.#answered.delete(oldest)
    }
  }
}
