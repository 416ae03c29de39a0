import type { FlagDefinitions, FlagValue } from './definition.ts'
import type { Flags } from './flags.ts'

/** The names of the flags whose values are of a type. */
export type FlagsOf<D extends FlagDefinitions, T> = {
  [K in keyof D & string]: FlagValue<D[K]> extends T ? K : never
}[keyof D & string]

/** What has settings that can be changed while it runs: a limiter, a circuit breaker, a guard. */
export interface Updatable<U> {
  update(changes: U): void
}

/**
 * Keeps settings of a policy at the values of flags, from now on: `follow(flags, limiter, { maxConcurrent:
 * 'MAX_CONCURRENT' })`. Returns how to stop.
 *
 * @throws what `update` throws for the present values. Later such an error is told as `feature-flags.listener-failed`.
 */
export function follow<D extends FlagDefinitions, U extends object>(
  flags: Flags<D>,
  target: Updatable<U>,
  settings: { readonly [S in keyof U]?: FlagsOf<D, U[S]> },
): () => void {
  const pairs = Object.entries(settings) as [setting: string, flag: keyof D & string][]
  const apply = () => {
    const changes = pairs.map(([setting, flag]) => [setting, flags.get(flag)])
    target.update(Object.fromEntries(changes) as U)
  }
  apply()
  const stops = pairs.map(([, flag]) => flags.onChange(flag, apply))
  return () => {
    for (const stop of stops) stop()
  }
}
