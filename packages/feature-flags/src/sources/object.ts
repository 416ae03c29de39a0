import { checkOptions, type OptionRules } from '@holdfast/internal'
import { checkRecord } from '../check-shape.ts'
import type { FlagSource } from '../source.ts'
import { immediate } from './immediate.ts'

/** Options of {@link object}. Validated at creation. */
export interface ObjectOptions {
  /** The source's name, which evaluations and events show. Default `object`. */
  readonly name?: string | undefined
}

const RULES = { name: 'string' } satisfies OptionRules<ObjectOptions>

/**
 * Takes values from an object, by the names of the flags: your program's own configuration. Entries that are `undefined`
 * are ignored. The object is read when the flags are created, and again at each reload.
 *
 * A name or value that does not fit makes `createFlags` throw a {@link FlagDataError}.
 *
 * @throws TypeError when an argument is wrong.
 */
export function object(
  values: Readonly<Record<string, unknown>>,
  options: ObjectOptions = {},
): FlagSource {
  checkRecord('values', values)
  checkOptions('object', options, RULES)
  const { name = 'object' } = options
  return immediate(name, () => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined)
    return new Map(given.map(([flag, value]) => [flag, { value }]))
  })
}
