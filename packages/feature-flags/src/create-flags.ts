import type { FlagDefinitions } from './definition.ts'
import { FlagStore } from './flag-store.ts'
import type { Flags } from './flags.ts'
import { checkOptions, type FlagsOptions } from './options.ts'

/**
 * Creates flags, ready for use: sources that can be read synchronously have been read.
 *
 * @throws RangeError or TypeError that names the option that is wrong; FlagDataError when `env` or `object` is invalid.
 */
export function createFlags<const D extends FlagDefinitions>(options: FlagsOptions<D>): Flags<D> {
  return new FlagStore(checkOptions(options)) as unknown as Flags<D>
}
