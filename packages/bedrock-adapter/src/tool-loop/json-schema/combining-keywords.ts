import { preview } from './json.ts'
import { isSchema, type JsonSchema, type Keyword } from './keyword.ts'

type Schemas = readonly JsonSchema[]

const schemas = {
  mustBe: 'a list of schemas with something in it',
  isRight: (value: unknown) =>
    Array.isArray(value) && value.length > 0 && value.every((each): boolean => isSchema(each)),
  schemasIn: (value: Schemas) =>
    value.map((schema, index): [string, unknown] => [`[${index}]`, schema]),
  isInPlace: true,
} as const

export const combiningKeywords = (): Readonly<Record<string, Keyword>> => ({
  allOf: {
    ...schemas,
    check(value: Schemas, { apply }) {
      for (const schema of value) apply(schema)
    },
  },
  anyOf: {
    ...schemas,
    check(value: Schemas, { problem, tryOut }) {
      const tried: string[] = []
      for (const schema of value) {
        const problems = tryOut(schema)
        if (problems.length === 0) return
        tried.push(problems.join(' and '))
      }
      problem(fitsNone(tried))
    },
  },
  oneOf: {
    ...schemas,
    check(value: Schemas, { problem, tryOut }) {
      const tried = value.map((schema) => tryOut(schema).join(' and '))
      const fitting = tried.filter((problems) => problems === '').length
      if (fitting === 0) problem(fitsNone(tried))
      if (fitting > 1) problem(`fits ${fitting} alternatives, and must fit only one`)
    },
  },
  not: {
    mustBe: 'a schema',
    isRight: isSchema,
    schemasIn: (value) => [['', value]],
    isInPlace: true,
    check(value: JsonSchema, { problem, tryOut }) {
      if (tryOut(value).length === 0) problem(`must not fit ${preview(value)}`)
    },
  },
  $ref: {
    mustBe: 'a reference within the schema, such as #/$defs/name',
    isRight: (value) => typeof value === 'string' && value.startsWith('#'),
    // Where it leads is followed apart: it has no schema in it.
    check(value: string, { apply, resolve }) {
      apply(resolve(value))
    },
  },
})

function fitsNone(tried: readonly string[]): string {
  const alternatives = [...new Set(tried)].slice(0, 3).join('; or ')
  return `fits none of the alternatives: ${alternatives}`
}
