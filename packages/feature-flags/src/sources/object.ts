import type { FlagSource } from '../source.ts'
import { immediate } from './immediate.ts'

/**
 * Plain values by the names of the flags, such as your program's own configuration. `undefined` says nothing. Read when
 * the flags are made, and again at each reload.
 *
 * A name or value that does not fit makes `createFlags` throw {@link FlagDataError}.
 */
export function object(values: Readonly<Record<string, unknown>>): FlagSource {
  return immediate('object', () => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined)
    return new Map(given.map(([name, value]) => [name, { value }]))
  })
}
