import { isObject, type JsonObject } from './json.ts'
import { COUNT, isSchema, type JsonSchema, type Keyword, limit } from './keyword.ts'

type Schemas = Readonly<Record<string, JsonSchema>>

const schemasByName = (value: unknown) => isObject(value) && Object.values(value).every(isSchema)
const schemasIn = (value: Schemas) =>
  Object.entries(value).map(([key, schema]): [string, unknown] => [`.${key}`, schema])

export const objectKeywords = (): Readonly<Record<string, Keyword>> => ({
  properties: {
    mustBe: 'schemas by name',
    isRight: schemasByName,
    schemasIn,
    check(value: Schemas, { data, apply }) {
      if (!isObject(data)) return
      for (const [key, schema] of Object.entries(value)) {
        if (Object.hasOwn(data, key)) apply(schema, key)
      }
    },
  },
  patternProperties: {
    mustBe: 'schemas by regular expression',
    isRight: (value) => schemasByName(value) && Object.keys(value as object).every(isPattern),
    schemasIn,
    check(value: Schemas, { data, apply }) {
      if (!isObject(data)) return
      for (const [pattern, schema] of Object.entries(value)) {
        for (const key of Object.keys(data)) if (matches(pattern, key)) apply(schema, key)
      }
    },
  },
  additionalProperties: {
    mustBe: 'a schema, true or false',
    isRight: isSchema,
    schemasIn: (value) => [['', value]],
    check(value: JsonSchema, { data, schema, apply, problem }) {
      if (!isObject(data) || value === true) return
      const known = namesOf(schema['properties'])
      const patterns = namesOf(schema['patternProperties'])
      for (const key of Object.keys(data)) {
        if (known.includes(key) || patterns.some((pattern) => matches(pattern, key))) continue
        if (value !== false) apply(value, key)
        else problem(known.length > 0 ? `is not one of ${known.join(', ')}` : 'is not known', key)
      }
    },
  },
  required: {
    mustBe: 'a list of names',
    isRight: (value) =>
      Array.isArray(value) && value.every((name): boolean => typeof name === 'string'),
    check(value: readonly string[], { data, problem }) {
      if (!isObject(data)) return
      for (const key of value) if (!Object.hasOwn(data, key)) problem('is required', key)
    },
  },
  minProperties: limit<JsonObject, number>(
    'object',
    COUNT,
    (data, min) => Object.keys(data).length >= min,
    (min) => `must have at least ${min} properties`,
  ),
  maxProperties: limit<JsonObject, number>(
    'object',
    COUNT,
    (data, max) => Object.keys(data).length <= max,
    (max) => `must have at most ${max} properties`,
  ),
})

const namesOf = (value: unknown) => (isObject(value) ? Object.keys(value) : [])
const matches = (pattern: string, key: string) => new RegExp(pattern, 'u').test(key)

function isPattern(text: string): boolean {
  try {
    matches(text, '')
    return true
  } catch {
    return false
  }
}
