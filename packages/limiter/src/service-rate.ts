/** So many starts are remembered in full; older ones fade. */
const MEMORY = 64

/** How fast a queue moves: the mean time between starts while somebody waits. Reads no clock of its own. */
export class ServiceRate {
  #starts = 0
  #busyMs = 0
  #busySince: number | undefined

  /** Somebody waits from now on. */
  busy(now: number): void {
    this.#busySince ??= now
  }

  /** Nobody waits any more. */
  idle(now: number): void {
    this.#pass(now)
    this.#busySince = undefined
  }

  /** Somebody who waited has started. */
  started(): void {
    this.#starts++
  }

  /** When one who comes now will start, behind so many others, in milliseconds; `undefined` before the first start. */
  waitMs(others: number, now: number): number | undefined {
    this.#pass(now)
    return this.#starts === 0 ? undefined : (others + 1) * (this.#busyMs / this.#starts)
  }

  #pass(now: number): void {
    if (this.#busySince === undefined) return
    // A clock that went back has passed no time.
    this.#busyMs += Math.max(0, now - this.#busySince)
    this.#busySince = now
    if (this.#starts <= MEMORY) return
    this.#busyMs *= MEMORY / this.#starts
    this.#starts = MEMORY
  }
}
