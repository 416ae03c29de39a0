import type { Clock } from '@holdfast/internal'

/** What may have to be run before it is read. */
export interface Collected {
  /** What the user has, to be handed to the collector. */
  readonly metric: unknown
  readonly collect: ((metric: never) => void | Promise<void>) | undefined
  /** The run that is not over yet, perhaps since an earlier scrape. */
  running?: Promise<CollectFailure | undefined> | undefined
}

/** Why a metric was not collected. */
export type CollectFailure =
  | { readonly reason: 'error'; readonly error: unknown }
  | { readonly reason: 'timeout' }

/**
 * Runs all at once, each once at a time, and waits for them, but not longer than `timeoutMs`. Returns how those failed
 * that did.
 */
export async function collectAll<C extends Collected>(
  metrics: readonly C[],
  timeoutMs: number,
  clock: Clock,
): Promise<ReadonlyMap<C, CollectFailure>> {
  const collected = metrics.filter(({ collect }) => collect)
  const failures = new Map<C, CollectFailure>(collected.map((one) => [one, { reason: 'timeout' }]))
  if (collected.length === 0) return failures
  const runs = collected.map(async (metric) => {
    metric.running ??= run(metric)
    const failure = await metric.running
    metric.running = undefined
    if (failure) failures.set(metric, failure)
    else failures.delete(metric)
  })
  let timer: unknown
  const timeout = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, timeoutMs)
  })
  await Promise.race([Promise.all(runs), timeout])
  clock.clearTimeout(timer)
  return failures
}

async function run({ metric, collect }: Collected): Promise<CollectFailure | undefined> {
  try {
    await collect?.(metric as never)
    return undefined
  } catch (error) {
    return { reason: 'error', error }
  }
}
