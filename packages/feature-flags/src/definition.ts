import type { Rule } from './rules.ts'

/** The properties of every flag, of any type. */
interface Described<T> {
  /** The value if no source and no override sets one. */
  readonly default: T
  /** The value while the kill switch is on. Default: `default`. */
  readonly safe?: T | undefined
  /** Shown by the admin endpoints and `envExample`. */
  readonly description?: string | undefined
  /** The environment variable that sets it. Default: the flag's name, after the prefix of `env`. */
  readonly env?: string | undefined
  /** Whether endpoints, events, and history hide its value. Default false. */
  readonly secret?: boolean | undefined
}

export interface BooleanFlag extends Described<boolean> {
  readonly type: 'boolean'
}
export interface IntegerFlag extends Described<number> {
  readonly type: 'integer'
  /** Bounds, inclusive. */
  readonly min?: number | undefined
  readonly max?: number | undefined
}
export interface NumberFlag extends Described<number> {
  readonly type: 'number'
  /** Bounds, inclusive. */
  readonly min?: number | undefined
  readonly max?: number | undefined
}
export interface StringFlag extends Described<string> {
  readonly type: 'string'
}
export interface EnumFlag extends Described<string> {
  readonly type: 'enum'
  readonly values: readonly string[]
}
export interface JsonFlag extends Described<unknown> {
  readonly type: 'json'
  /** Returns the value in its type, or throws an error that says what is wrong. */
  readonly validate: (value: unknown) => unknown
}

/** The definition of a flag. */
export type FlagDefinition =
  | BooleanFlag
  | IntegerFlag
  | NumberFlag
  | StringFlag
  | EnumFlag
  | JsonFlag

/** Flags by name. */
export type FlagDefinitions = Readonly<Record<string, FlagDefinition>>

/** The type of a flag's value. */
export type FlagValue<D extends FlagDefinition> = D extends BooleanFlag
  ? boolean
  : D extends IntegerFlag | NumberFlag
    ? number
    : D extends EnumFlag
      ? D['values'][number]
      : D extends JsonFlag
        ? ReturnType<D['validate']>
        : string

/** The setting of a flag in a source: a value, and rules that take precedence over it. The first matching rule decides. */
export interface Setting {
  readonly value: unknown
  readonly rules?: readonly Rule[] | undefined
}

/** Settings by the names of the flags. A Map, since the names may come from outside. */
export type Settings = ReadonlyMap<string, Setting>
