import type { FlagDefinitions } from './definition.ts'
import { FlagStore } from './flag-store.ts'
import type { Flags } from './flags.ts'
import { checkOptions, type FlagsOptions } from './options.ts'

/**
 * Makes flags, ready to be asked: a source that can be read at once has been.
 *
 * @throws RangeError or TypeError naming the option that is wrong, FlagDataError for an environment that is.
 */
export function createFlags<const D extends FlagDefinitions>(options: FlagsOptions<D>): Flags<D> {
  return new FlagStore(checkOptions(options)) as unknown as Flags<D>
}
