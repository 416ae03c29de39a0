import {
  type Clock,
  checkOptions as checkAll,
  checkClock,
  type OptionRules,
  refusal,
  systemClock,
} from '@holdfast/internal'
import { checkList } from './check-shape.ts'
import { defineFlags } from './define-flags.ts'
import type { FlagDefinitions } from './definition.ts'
import type { FlagsEvent } from './events.ts'
import type { FlagChange } from './flags.ts'
import type { FlagSource } from './source.ts'

/** Options of `createFlags`. Validated at creation. */
export interface FlagsOptions<D extends FlagDefinitions> {
  /** The definitions, as returned by `defineFlags`. */
  readonly flags: D
  /**
   * Where values come from. Earlier sources take precedence, and each needs a name of its own. Default: none, so that
   * only defaults and overrides apply.
   */
  readonly sources?: readonly FlagSource[] | undefined
  /** How many revisions are kept, for the history and for rollbacks. Default 100. */
  readonly historySize?: number | undefined
  /** Called with every change, to keep an audit log elsewhere. Exceptions and rejections are reported as events. */
  readonly audit?: ((change: FlagChange) => unknown) | undefined
  /** The `name` of every event. Default `feature-flags`. */
  readonly name?: string | undefined
  /** Called for every event. Exceptions and rejections from it are ignored. */
  readonly onEvent?: ((event: FlagsEvent) => void) | undefined
  /** Time and timers, for tests. Default: the globals. */
  readonly clock?: Clock | undefined
}

/** The options with their defaults. */
export type CheckedOptions = FlagsOptions<FlagDefinitions> & {
  readonly [K in 'sources' | 'historySize' | 'name' | 'clock']: NonNullable<
    FlagsOptions<FlagDefinitions>[K]
  >
}

const RULES = {
  flags: (_, value) => defineFlags(value as FlagDefinitions),
  sources: checkSources,
  historySize: { min: 1, integer: true },
  audit: 'function',
  name: 'string',
  onEvent: 'function',
  clock: checkClock,
} satisfies OptionRules<FlagsOptions<FlagDefinitions>>

/** @throws RangeError or TypeError naming the option that is wrong. */
export function checkOptions(options: FlagsOptions<FlagDefinitions>): CheckedOptions {
  checkAll('createFlags', options, RULES)
  const { flags, sources = [], historySize = 100, audit } = options ?? {}
  if (flags === undefined) throw new TypeError('`createFlags` needs `flags`: their definitions')
  const { name = 'feature-flags', onEvent, clock = systemClock } = options
  return { flags, sources, historySize, audit, name, onEvent, clock }
}

/** What evaluations show as the source when no source determines the value. */
const RESERVED_NAMES: readonly unknown[] = ['kill', 'override', 'default']

function checkSources(option: string, given: unknown): void {
  const sources = checkList(option, given) as readonly Partial<FlagSource>[]
  const names = sources.map((source, at) => {
    if (typeof source?.start === 'function') return source.name
    throw refusal(`${option}[${at}]`, source, "a source such as env() or file('flags.json')")
  })
  for (const [at, name] of names.entries()) {
    if (typeof name === 'string' && !RESERVED_NAMES.includes(name) && names.indexOf(name) === at)
      continue
    const allowed = `a name of its own, and not ${RESERVED_NAMES.join(', ')}`
    throw refusal(`${option}[${at}].name`, name, allowed)
  }
}
