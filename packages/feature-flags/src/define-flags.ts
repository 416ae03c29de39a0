import { checkFunction, checkNumber, refusal } from '@holdfast/internal'
import type { FlagDefinition, FlagDefinitions } from './definition.ts'
import { checkValue } from './value.ts'

/** Names go into addresses, files and environments as they are. */
const NAME = /^[a-z][\w.-]*$/i

const TYPES: readonly unknown[] = [
  'boolean',
  'integer',
  'number',
  'string',
  'enum',
  'json',
] satisfies FlagDefinition['type'][]

/** What a definition of a type has. `validate` always, as its parameter would not be inferred otherwise. */
type Properties<T> = keyof Extract<FlagDefinition, { readonly type: T }> | 'validate'

/** What inference lets pass: an enum whose default is not among its values, and properties that its type has not. */
type Consistent<D extends FlagDefinitions> = {
  readonly [K in keyof D]: (D[K] extends { readonly values: readonly (infer V)[] }
    ? { readonly default: V; readonly safe?: V | undefined }
    : unknown) & {
    readonly [P in Exclude<keyof D[K], Properties<D[K]['type']>>]?: never
  }
}

/**
 * Checks the definitions of flags and infers their types: of their names, and of each one's values.
 *
 * @throws RangeError or TypeError naming the flag and what is wrong with it.
 */
export function defineFlags<const D extends FlagDefinitions>(definitions: D & Consistent<D>): D {
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

function checkDefinition(name: string, definition: FlagDefinition): void {
  const { type } = definition
  if (!TYPES.includes(type)) throw refusal(`${name}.type`, type, `one of ${TYPES.join(', ')}`)
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
