/** A sum over the last while, kept in slots of time: fixed memory, and right however long nobody looked. */
export interface RingWindow {
  add(value: number, now: number): void
  /** What was added within the window, give or take a slot. */
  sum(now: number): number
}

/** @param windowMs - How far back the window reaches. Each of the `slots` holds an equal part of it. */
export function createRingWindow(windowMs: number, slots = 10): RingWindow {
  const sums = new Float64Array(slots)
  const slotMs = windowMs / slots
  let origin: number | undefined
  let current = 0

  /** Empties the slots whose time has passed, and returns the place of the present one. */
  function advance(now: number): number {
    // Counted from the first look: a clock may have any origin.
    origin ??= now
    const slot = Math.floor((now - origin) / slotMs)
    for (let passed = Math.max(current + 1, slot - slots + 1); passed <= slot; passed++) {
      sums[passed % slots] = 0
    }
    current = Math.max(current, slot)
    return current % slots
  }

  return {
    add(value, now) {
      const place = advance(now)
      sums[place] = (sums[place] ?? 0) + value
    },
    sum(now) {
      advance(now)
      return sums.reduce((total, value) => total + value, 0)
    },
  }
}
