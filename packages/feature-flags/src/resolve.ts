import { canonicalJson } from './canonical-json.ts'
import type { FlagDefinition, FlagDefinitions } from './definition.ts'
import type { Evaluation, Reason } from './flags.ts'
import type { Matcher } from './match-rules.ts'
import { checkValue } from './value.ts'

/** A setting that fits its flag: its value is checked, and its rules are compiled. */
export interface CheckedSetting {
  readonly value: unknown
  /** Matches its rules, if it has any. */
  readonly match?: Matcher | undefined
  /** Equal for settings that are the same but for the order of keys. */
  readonly fingerprint: string
}

/** The settings of one source, by flag. */
export type CheckedSettings = ReadonlyMap<string, CheckedSetting>

/** An override: its setting, who set it, why, and until when. */
export interface Override {
  readonly setting: CheckedSetting
  readonly actor: string
  readonly reason: string | undefined
  /** On the flags' clock; `Infinity` when it lasts until it is cleared. */
  readonly endsAt: number
}

/** A flag with the settings that its definition makes. */
export interface Flag {
  readonly name: string
  readonly definition: FlagDefinition
  readonly byDefault: CheckedSetting
  readonly safe: CheckedSetting
}

/** Everything that determines the values of flags. */
export interface Inputs {
  readonly killed: boolean
  readonly overrides: ReadonlyMap<string, Override>
  /** The latest settings of each source, by its name. Earlier sources take precedence. */
  readonly layers: ReadonlyMap<string, CheckedSettings>
}

/** The setting in force for a flag. */
export interface Resolved {
  readonly setting: CheckedSetting
  /** The evaluation for contexts in which no rule matches. Created once, so that most evaluations allocate nothing. */
  readonly evaluation: Evaluation
  /** The flag's override, in force or not. */
  readonly override: Override | undefined
}

/** All flags, by name. */
export function createAll(definitions: FlagDefinitions): ReadonlyMap<string, Flag> {
  const all = Object.entries(definitions)
  return new Map(all.map(([name, definition]) => [name, createFlag(name, definition)]))
}

function createFlag(name: string, definition: FlagDefinition): Flag {
  const { default: value, safe = value } = definition
  const setting = (what: string, value: unknown) =>
    plainSetting(checkValue(`${name}.${what}`, definition, value))
  return { name, definition, byDefault: setting('default', value), safe: setting('safe', safe) }
}

export function plainSetting(value: unknown): CheckedSetting {
  return { value, fingerprint: canonicalJson([value]) }
}

/** Finds the setting in force. Precedence: kill switch, override, sources in their order, default. */
export function resolve(flag: Flag, inputs: Inputs, revision: number): Resolved {
  const [source, setting, reason] = inForce(flag, inputs)
  // A setting with rules falls back to its value when no rule matches.
  const found = setting.match ? 'DEFAULT' : reason
  return {
    setting,
    evaluation: Object.freeze({ value: setting.value, reason: found, source, revision }),
    override: inputs.overrides.get(flag.name),
  }
}

/** The settings in force for all flags. */
export function resolveAll(
  flags: ReadonlyMap<string, Flag>,
  inputs: Inputs,
  revision: number,
): ReadonlyMap<string, Resolved> {
  return new Map(Array.from(flags, ([name, flag]) => [name, resolve(flag, inputs, revision)]))
}

function inForce(
  { name, byDefault, safe }: Flag,
  { killed, overrides, layers }: Inputs,
): [source: string, setting: CheckedSetting, reason: Reason] {
  if (killed) return ['kill', safe, 'DISABLED']
  const override = overrides.get(name)
  if (override) return ['override', override.setting, 'STATIC']
  for (const [source, settings] of layers) {
    const setting = settings.get(name)
    if (setting) return [source, setting, 'STATIC']
  }
  return ['default', byDefault, 'DEFAULT']
}
