/** Well below the 10 ms that nothing may hold the event loop for: what follows a slice's last look takes time too. */
const SLICE_MS = 2

/** Long work in slices, between which other work runs: `if (slices.over()) await slices.next()`. */
export class Slices {
  #endsAt = performance.now() + SLICE_MS

  /** Whether the time of this slice is up. */
  over(): boolean {
    return performance.now() >= this.#endsAt
  }

  async next(): Promise<void> {
    // Browsers and some edge platforms have timers only.
    await new Promise((resume) => (globalThis.setImmediate ?? setTimeout)(resume))
    this.#endsAt = performance.now() + SLICE_MS
  }
}
