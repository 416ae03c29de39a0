import { isObject, preview } from './json.ts'
import type { JsonSchema } from './keyword.ts'
import { keywordsOf } from './keywords.ts'
import { resolveRef } from './resolve-ref.ts'

/**
 * Tells a mistake in a schema before any value is checked against it: a keyword with a wrong value, a reference that
 * leads nowhere or outside, or one that leads round to itself for the same value.
 *
 * @param name - What the schema is called in the message.
 * @throws TypeError naming the place in the schema and what is allowed there.
 */
export function checkSchema(name: string, root: JsonSchema): void {
  const seen = new Set<unknown>()
  /** Those for parts of a value wait until all for the value itself are seen: only among these is a circle endless. */
  const waiting: (readonly [string, unknown])[] = [[name, root]]

  function walk(place: string, schema: unknown, above: ReadonlySet<unknown>): void {
    if (above.has(schema)) throw new TypeError(`\`${place}\` leads to itself without end`)
    if (!isObject(schema) || seen.has(schema)) return
    seen.add(schema)
    const here = new Set(above).add(schema)
    for (const [key, keyword, value] of keywordsOf(schema)) {
      const at = `${place}.${key}`
      if (!keyword.isRight(value)) {
        throw new TypeError(`\`${at}\` must be ${keyword.mustBe}, not ${preview(value)}`)
      }
      for (const [inner, within] of keyword.schemasIn?.(value) ?? []) {
        if (keyword.isInPlace) walk(at + inner, within, here)
        else waiting.push([at + inner, within])
      }
    }
    const ref = schema['$ref']
    if (ref === undefined) return
    const target = resolveRef(root, ref as string)
    if (target === undefined) throw new TypeError(`\`${place}.$ref\` leads nowhere: ${ref}`)
    walk(`${place}.$ref`, target, here)
  }

  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    walk(...next, new Set())
  }
}
