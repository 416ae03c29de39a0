/** How many calls completed, failed, were slow. */
export interface Tally {
  calls: number
  failures: number
  slow: number
}

/**
 * Counts of the latest completed calls, in a ring of numbered slots that leave as a whole. The sums are kept up as slots
 * come and go: to read them costs nothing.
 */
export interface RateWindow {
  readonly sums: Readonly<Tally>
  /** Adds to the slot of this number, and drops those that are then too old, however far ahead it is. */
  add(slot: number, calls: number, failures: number, slow: number): void
  /** What is in it, oldest first. */
  slots(): readonly (Tally & { readonly slot: number })[]
}

/** @param size - How many slots are kept. */
export function createRateWindow(size: number): RateWindow {
  const ring: ((Tally & { slot: number }) | undefined)[] = []
  const sums: Tally = { calls: 0, failures: 0, slow: 0 }
  let newest = 0

  function moveTo(slot: number): void {
    for (let next = Math.max(newest + 1, slot - size + 1); next <= slot; next++) {
      const dropped = ring[next % size]
      if (dropped) count(sums, -dropped.calls, -dropped.failures, -dropped.slow)
      ring[next % size] = undefined
    }
    newest = slot
  }

  return {
    sums,
    add(slot, calls, failures, slow) {
      if (slot > newest) moveTo(slot)
      const place = newest % size
      ring[place] ??= { slot: newest, calls: 0, failures: 0, slow: 0 }
      count(ring[place], calls, failures, slow)
      count(sums, calls, failures, slow)
    },
    slots: () => ring.filter((slot) => slot !== undefined).sort((a, b) => a.slot - b.slot),
  }
}

function count(tally: Tally, calls: number, failures: number, slow: number): void {
  tally.calls += calls
  tally.failures += failures
  tally.slow += slow
}
