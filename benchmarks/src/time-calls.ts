/** Makes the calls one after another. Returns what one takes, in microseconds. */
export async function timeCalls(call: () => Promise<unknown>, calls: number): Promise<number> {
  const start = performance.now()
  for (let made = 0; made < calls; made++) await call()
  return ((performance.now() - start) * 1_000) / calls
}

/**
 * How many calls take about `ms`, found by making them: by then they are compiled. As many were made last.
 *
 * @param time - Makes so many calls, and returns what one takes, in microseconds.
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
