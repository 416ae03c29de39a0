import type { FlagSource } from '../source.ts'
import { immediate } from './immediate.ts'

/** Options of {@link object}. */
export interface ObjectOptions {
  /** What evaluations show as the source. Default `object`. */
  readonly name?: string | undefined
}

/**
 * Plain values by the names of the flags, such as your program's own configuration. `undefined` says nothing. Read when
 * the flags are made, and again at each reload.
 *
 * A name or value that does not fit makes `createFlags` throw {@link FlagDataError}.
 */
export function object(
  values: Readonly<Record<string, unknown>>,
  { name = 'object' }: ObjectOptions = {},
): FlagSource {
  return immediate(name, () => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined)
    return new Map(given.map(([flag, value]) => [flag, { value }]))
  })
}
