/** Does the work for each, at most so many at once, begun in order. Rejects with the first that does. */
export async function runCalls<T>(
  calls: readonly T[],
  concurrency: number,
  run: (call: T) => Promise<void>,
): Promise<void> {
  const waiting = calls.values()
  async function work(): Promise<void> {
    for (const call of waiting) await run(call)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, calls.length) }, work))
}
