import { canonical } from './json.ts'
import { COUNT, isSchema, type JsonSchema, type Keyword, limit } from './keyword.ts'

type Items = readonly unknown[]

/** An array in `items` is how drafts before 2020-12 said `prefixItems`. */
const prefixOf = ({ prefixItems, items }: { readonly [keyword: string]: unknown }) =>
  (prefixItems ?? (Array.isArray(items) ? items : [])) as readonly JsonSchema[]

const prefix: Keyword = {
  mustBe: 'a list of schemas',
  isRight: (value) => Array.isArray(value) && value.every(isSchema),
  schemasIn: (value: Items) => value.map((schema, index) => [`[${index}]`, schema]),
  check(value: readonly JsonSchema[], { data, apply }) {
    if (!Array.isArray(data)) return
    for (const [index, schema] of value.slice(0, data.length).entries()) apply(schema, index)
  },
}

export const arrayKeywords = (): Readonly<Record<string, Keyword>> => ({
  prefixItems: prefix,
  items: {
    mustBe: 'a schema, or a list of schemas',
    isRight: (value) => isSchema(value) || prefix.isRight(value),
    schemasIn: (value) =>
      Array.isArray(value) ? (prefix.schemasIn?.(value as never) ?? []) : [['', value]],
    check(value: JsonSchema | readonly JsonSchema[], visit) {
      if (Array.isArray(value)) return prefix.check(value as never, visit)
      if (!Array.isArray(visit.data)) return
      const from = prefixOf(visit.schema).length
      for (let index = from; index < visit.data.length; index++) {
        visit.apply(value as JsonSchema, index)
      }
    },
  },
  minItems: limit<Items, number>(
    'array',
    COUNT,
    (data, min) => data.length >= min,
    (min) => `must have at least ${min} items`,
  ),
  maxItems: limit<Items, number>(
    'array',
    COUNT,
    (data, max) => data.length <= max,
    (max) => `must have at most ${max} items`,
  ),
  uniqueItems: limit<Items, boolean>(
    'array',
    ['true or false', (value) => typeof value === 'boolean'],
    (data, unique) => !unique || new Set(data.map((item) => canonical(item))).size === data.length,
    () => 'must not have the same item twice',
  ),
})
