import { checkFunction, checkNumber, refusal } from '@holdfast/internal'
import { checkKeys, checkRecord, checkText, isRecord } from './check-shape.ts'
import type { FlagDefinition, FlagDefinitions } from './definition.ts'
import { checkValue } from './value.ts'

/** Names are used in URLs, files, and environment variables as they are. */
const NAME = /^[a-z][\w.-]*$/i

const TYPES: readonly unknown[] = [
  'boolean',
  'integer',
  'number',
  'string',
  'enum',
  'json',
] satisfies FlagDefinition['type'][]

/** The properties of definitions of a type. Always with `validate`, whose parameter would not be inferred otherwise. */
type Properties<T> = keyof Extract<FlagDefinition, { readonly type: T }> | 'validate'

/** Refuses what inference alone accepts: enum defaults that are not among the values, and properties of other types. */
type Consistent<D extends FlagDefinitions> = {
  readonly [K in keyof D]: (D[K] extends { readonly values: readonly (infer V)[] }
    ? { readonly default: V; readonly safe?: V | undefined }
    : unknown) & {
    readonly [P in Exclude<keyof D[K], Properties<D[K]['type']>>]?: never
  }
}

/**
 * Checks the definitions of flags, and infers the types of their names and values. Returns the definitions, frozen.
 *
 * @throws RangeError or TypeError that names the flag and what is wrong with it.
 */
export function defineFlags<const D extends FlagDefinitions>(definitions: D & Consistent<D>): D {
  checkRecord('flags', definitions)
  const variables = new Map<string, string>()
  for (const [name, definition] of Object.entries(definitions)) {
    if (!NAME.test(name)) {
      throw refusal('flag name', name, 'a letter and then letters, digits, ".", "_" and "-"')
    }
    checkDefinition(name, definition)
    const variable = definition.env ?? name
    const other = variables.get(variable)
    if (other !== undefined) {
      throw new TypeError(`${other} and ${name} have the same environment variable ${variable}`)
    }
    variables.set(variable, name)
  }
  return Object.freeze(definitions)
}

/** The properties of all definitions, and those that some types have besides. */
const PROPERTIES = ['type', 'default', 'safe', 'description', 'env', 'secret', 'validate']
const MORE_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  integer: ['min', 'max'],
  number: ['min', 'max'],
  enum: ['values'],
}

function checkDefinition(name: string, definition: FlagDefinition): void {
  if (!isRecord(definition)) {
    throw refusal(name, definition, 'a definition such as { type: "boolean", default: false }')
  }
  const { type, env, description, secret } = definition
  if (!TYPES.includes(type)) throw refusal(`${name}.type`, type, `one of ${TYPES.join(', ')}`)
  checkKeys(name, definition, [...PROPERTIES, ...(MORE_PROPERTIES[type] ?? [])], [])
  if (env !== undefined) checkText(`${name}.env`, env)
  if (description !== undefined && typeof description !== 'string') {
    throw refusal(`${name}.description`, description, 'a string')
  }
  if (secret !== undefined && typeof secret !== 'boolean') {
    throw refusal(`${name}.secret`, secret, 'true or false')
  }
  if (definition.type === 'json') checkFunction(`${name}.validate`, definition.validate)
  if (definition.type === 'enum') checkValues(`${name}.values`, definition.values)
  if (definition.type === 'integer' || definition.type === 'number') {
    const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = definition
    const integer = type === 'integer'
    checkNumber(`${name}.min`, min, { min: -Number.MAX_VALUE, max: Number.MAX_VALUE, integer })
    checkNumber(`${name}.max`, max, { min, max: Number.MAX_VALUE, integer })
  }
  checkValue(`${name}.default`, definition, definition.default)
  if (definition.safe !== undefined) checkValue(`${name}.safe`, definition, definition.safe)
}

function checkValues(what: string, values: unknown): void {
  const isList = Array.isArray(values) && values.length > 0
  if (isList && values.every((value) => typeof value === 'string')) return
  throw refusal(what, values, 'an array of strings')
}
