import type { FlagDefinition, FlagDefinitions } from './definition.ts'
import type { Evaluation, Reason } from './flags.ts'
import type { Matcher } from './match-rules.ts'
import { checkValue } from './value.ts'

/** A setting that fits its flag: its value checked, its rules ready to be asked. */
export interface CheckedSetting {
  readonly value: unknown
  /** Asks its rules, when it has any. */
  readonly match?: Matcher | undefined
  /** The same for settings that say the same. */
  readonly fingerprint: string
}

/** What a source says, by flag. */
export type CheckedSettings = ReadonlyMap<string, CheckedSetting>

/** What is set by hand: by whom, why, and until when. */
export interface Override {
  readonly setting: CheckedSetting
  readonly actor: string
  readonly reason: string | undefined
  /** On the flags' clock; `Infinity` for until it is cleared. */
  readonly endsAt: number
  /** The same as wall time, in milliseconds since 1970. */
  readonly until: number | undefined
}

/** A flag with the settings that its definition makes. */
export interface Flag {
  readonly name: string
  readonly definition: FlagDefinition
  readonly byDefault: CheckedSetting
  readonly safe: CheckedSetting
}

/** Everything that decides on the values of flags. */
export interface Inputs {
  readonly killed: boolean
  readonly overrides: ReadonlyMap<string, Override>
  /** What each source has said last, by its name. The earlier has the say. */
  readonly layers: ReadonlyMap<string, CheckedSettings>
}

/** The setting in force for a flag. */
export interface Resolved {
  readonly setting: CheckedSetting
  /** What it comes to for a context in which no rule matches; made once, so that most evaluations allocate nothing. */
  readonly evaluation: Evaluation
  /** What is set by hand, in force or not. */
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
  return { value, fingerprint: JSON.stringify([value]) }
}

/** Finds the setting in force: kill switch > override > sources in their order > default. */
export function resolve(flag: Flag, inputs: Inputs, revision: number): Resolved {
  const [source, setting, reason] = inForce(flag, inputs)
  // Where there are rules and none matches, the value is a default among them.
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
