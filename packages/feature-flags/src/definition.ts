import type { Rule } from './rules.ts'

/** What every flag has, whatever its type. */
interface Described<T> {
  /** The value where nothing else says otherwise. */
  readonly default: T
  /** What `killAll()` sets it to. Default: the default. */
  readonly safe?: T | undefined
  readonly description?: string | undefined
  /** The environment variable that sets it. Default: its own name, as it is. */
  readonly env?: string | undefined
  /** Its value is shown by no admin endpoint, event or history. Default false. */
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

/** What a flag is. */
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

/** What one source says of a flag: a value, and rules that come before it. The first rule that matches has the say. */
export interface Setting {
  readonly value: unknown
  readonly rules?: readonly Rule[] | undefined
}

/** Settings by the names of the flags. A Map, since names come from outside. */
export type Settings = ReadonlyMap<string, Setting>
