import { shorten } from '@holdfast/internal'
import { didYouMean } from './did-you-mean.ts'
import type { Flags } from './flags.ts'

/** @throws RangeError or TypeError when these are not flags, or there is no flag of this name. */
export function checkFlag(flags: Pick<Flags, 'definitions'>, name: string): void {
  const definitions: unknown = flags?.definitions
  if (Object(definitions) !== definitions) {
    throw new TypeError('`flags` must be what `createFlags` returned')
  }
  if (Object.hasOwn(flags.definitions, name)) return
  throw new RangeError(noSuchFlag(name, Object.keys(flags.definitions)))
}

/** @param known - Names to suggest the closest of. */
export function noSuchFlag(name: unknown, known: Iterable<string> = []): string {
  if (typeof name !== 'string') return `There is no flag of type ${typeof name}`
  return `There is no flag ${JSON.stringify(shorten(name))}${didYouMean(name, known)}`
}
