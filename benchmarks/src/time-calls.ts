/** Makes the calls one after another. Returns what one takes, in microseconds. */
export async function timeCalls(call: () => Promise<unknown>, calls: number): Promise<number> {
  const start = performance.now()
  for (let made = 0; made < calls; made++) await call()
  return ((performance.now() - start) * 1_000) / calls
}

/** How many calls take about `ms`, found by making them: by then they are compiled. */
export async function callsThatTake(ms: number, call: () => Promise<unknown>): Promise<number> {
  const warm = performance.now() + WARM_UP_MS
  let calls = 1
  let microseconds = await timeCalls(call, calls)
  while (performance.now() < warm) {
    calls = Math.max(1, Math.ceil((ms * 1_000) / microseconds))
    microseconds = await timeCalls(call, calls)
  }
  return calls
}

const WARM_UP_MS = 500
