import { checkFunction } from '@holdfast/internal'
import { checkFlag } from './check-flag.ts'
import { checkRecord } from './check-shape.ts'
import type { FlagDefinitions, FlagValue } from './definition.ts'
import type { Flags } from './flags.ts'

/** The names of the flags whose values have a type. */
export type FlagsOf<D extends FlagDefinitions, T> = {
  [K in keyof D & string]: FlagValue<D[K]> extends T ? K : never
}[keyof D & string]

/** Anything whose settings can change while it runs: a limiter, a circuit breaker, a guard. */
export interface Updatable<U> {
  update(changes: U): void
}

/**
 * Keeps settings of a policy equal to the values of flags, now and after each change:
 * `follow(flags, limiter, { maxConcurrent: 'MAX_CONCURRENT' })`. Returns a function that stops it.
 *
 * @throws RangeError or TypeError when there is no such flag, or `target` has no `update`; and what `update` throws for
 * the current values. Later errors of `update` are reported as `feature-flags.listener-failed`.
 */
export function follow<D extends FlagDefinitions, U extends object>(
  flags: Flags<D>,
  target: Updatable<U>,
  settings: { readonly [S in keyof U]?: FlagsOf<D, U[S]> },
): () => void {
  checkFunction('target.update', target?.update)
  const pairs = Object.entries(checkRecord('settings', settings)) as [
    setting: string,
    flag: keyof D & string,
  ][]
  for (const [, flag] of pairs) checkFlag(flags, flag)
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
