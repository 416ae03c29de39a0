import type { FlagDefinition } from './definition.ts'
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

/** What a source has said last. */
export interface Layer {
  readonly name: string
  readonly settings: ReadonlyMap<string, CheckedSetting>
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
  /** The earlier has the say. */
  readonly layers: readonly Layer[]
}

/** The setting in force for a flag. */
export interface Resolved {
  readonly setting: CheckedSetting
  /** What it comes to for a context in which no rule matches; made once, so that most evaluations allocate nothing. */
  readonly evaluation: Evaluation
}

/** Whether nothing differs, so that to set one in the place of the other is no change. */
export function sameOverride(one: Override | undefined, other: Override | undefined): boolean {
  return (
    one === other ||
    (one?.setting.fingerprint === other?.setting.fingerprint &&
      one?.actor === other?.actor &&
      one?.reason === other?.reason &&
      one?.endsAt === other?.endsAt)
  )
}

export function createFlag(name: string, definition: FlagDefinition): Flag {
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
  }
}

function inForce(
  { name, byDefault, safe }: Flag,
  { killed, overrides, layers }: Inputs,
): [source: string, setting: CheckedSetting, reason: Reason] {
  if (killed) return ['kill', safe, 'DISABLED']
  const override = overrides.get(name)
  if (override) return ['override', override.setting, 'STATIC']
  for (const layer of layers) {
    const setting = layer.settings.get(name)
    if (setting) return [layer.name, setting, 'STATIC']
  }
  return ['default', byDefault, 'DEFAULT']
}
