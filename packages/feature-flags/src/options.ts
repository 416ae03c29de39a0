import {
  type Clock,
  checkFunctions,
  checkName,
  checkNumber,
  refusal,
  systemClock,
} from '@holdfast/internal'
import { defineFlags } from './define-flags.ts'
import type { FlagDefinitions } from './definition.ts'
import type { FlagsEvent } from './events.ts'
import type { FlagChange } from './flags.ts'
import type { FlagSource } from './source.ts'

/** Options of `createFlags`. */
export interface FlagsOptions<D extends FlagDefinitions> {
  /** See `defineFlags`. */
  readonly flags: D
  /**
   * The earlier has the say. Each has a name of its own. Default: none, so that only overrides and defaults count.
   */
  readonly sources?: readonly FlagSource[] | undefined
  /** How many revisions are remembered, to look at and to go back to. Default 100. */
  readonly historySize?: number | undefined
  /** Is given every change, to be kept elsewhere. One that throws or rejects blocks nothing. */
  readonly audit?: ((change: FlagChange) => unknown) | undefined
  /** Goes into every event. Default `feature-flags`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: FlagsEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** Them with their defaults. */
export type CheckedOptions = FlagsOptions<FlagDefinitions> & {
  readonly [K in 'sources' | 'historySize' | 'name' | 'clock']: NonNullable<
    FlagsOptions<FlagDefinitions>[K]
  >
}

/** @throws RangeError or TypeError naming the option that is wrong. */
export function checkOptions(options: FlagsOptions<FlagDefinitions>): CheckedOptions {
  const { flags, sources = [], historySize = 100, audit } = options
  const { name = 'feature-flags', onEvent, clock = systemClock } = options
  checkName(options.name)
  checkFunctions(options, 'audit', 'onEvent')
  checkNumber('historySize', historySize, { min: 1, integer: true })
  checkSourceNames(sources)
  defineFlags(flags)
  return { flags, sources, historySize, audit, name, onEvent, clock }
}

/** What evaluations show where no source has the say. */
const RESERVED_NAMES: readonly unknown[] = ['kill', 'override', 'default']

function checkSourceNames(sources: readonly FlagSource[]): void {
  const names = sources.map(({ name }) => name)
  for (const [at, name] of names.entries()) {
    if (typeof name === 'string' && !RESERVED_NAMES.includes(name) && names.indexOf(name) === at)
      continue
    const allowed = `a name of its own, and not ${RESERVED_NAMES.join(', ')}`
    throw refusal(`sources[${at}].name`, name, allowed)
  }
}
