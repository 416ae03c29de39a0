import { arrayKeywords } from './array-keywords.ts'
import { combiningKeywords } from './combining-keywords.ts'
import type { Keyword } from './keyword.ts'
import { objectKeywords } from './object-keywords.ts'
import { numberKeywords, stringKeywords, valueKeywords } from './value-keywords.ts'

const keywords = /* @__PURE__ */ new Map<string, Keyword>(
  /* @__PURE__ */ Object.entries({
    ...valueKeywords,
    ...numberKeywords,
    ...stringKeywords,
    ...objectKeywords,
    ...arrayKeywords,
    ...combiningKeywords,
  }),
)

/** The keywords of a schema that are known here, with their values. All others are left out of account. */
export function keywordsOf(schema: object): readonly (readonly [string, Keyword, never])[] {
  return Object.entries(schema).flatMap(([name, value]) => {
    const keyword = keywords.get(name)
    return keyword === undefined ? [] : [[name, keyword, value as never] as const]
  })
}
