/** Makes the calls one after another. Returns the time of one call, in microseconds. */
export async function timeCalls(call: () => Promise<unknown>, calls: number): Promise<number> {
  const start = performance.now()
  for (let made = 0; made < calls; made++) await call()
  return ((performance.now() - start) * 1_000) / calls
}

/**
 * Finds how many calls take about `ms`, by making them. Afterwards the code is compiled, and the last round had that size.
 *
 * @param time - Makes the given number of calls and returns the time of one, in microseconds.
 */
export async function callsThatTake(
  ms: number,
  time: (calls: number) => Promise<number>,
): Promise<number> {
  const warm = performance.now() + WARM_UP_MS
  let calls = 1
  let microseconds = await time(calls)
  while (performance.now() < warm) {
    calls = Math.max(1, Math.ceil((ms * 1_000) / microseconds))
    microseconds = await time(calls)
  }
  return calls
}

const WARM_UP_MS = 500
