import { arrayKeywords } from './array-keywords.ts'
import { combiningKeywords } from './combining-keywords.ts'
import type { Keyword } from './keyword.ts'
import { objectKeywords } from './object-keywords.ts'
import { numberKeywords, stringKeywords, valueKeywords } from './value-keywords.ts'

/** Made when first needed: what a module does when it is loaded, a bundler must keep for those who need none of it. */
let known: ReadonlyMap<string, Keyword> | undefined

function knownKeywords(): ReadonlyMap<string, Keyword> {
  known ??= new Map(
    Object.entries({
      ...valueKeywords(),
      ...numberKeywords(),
      ...stringKeywords(),
      ...objectKeywords(),
      ...arrayKeywords(),
      ...combiningKeywords(),
    }),
  )
  return known
}

/** The keywords of a schema that are known here, with their values. All others are left out of account. */
export function keywordsOf(schema: object): readonly (readonly [string, Keyword, never])[] {
  const keywords = knownKeywords()
  return Object.entries(schema).flatMap(([name, value]) => {
    const keyword = keywords.get(name)
    return keyword === undefined ? [] : [[name, keyword, value as never] as const]
  })
}
