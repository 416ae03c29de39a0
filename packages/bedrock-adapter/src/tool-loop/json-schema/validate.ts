import { MAX_DEPTH, TooComplex } from './json.ts'
import type { JsonSchema, Visit } from './keyword.ts'
import { keywordsOf } from './keywords.ts'
import { resolveRef } from './resolve-ref.ts'

/** How many schemas are applied before the check is given up: alternatives within alternatives multiply. */
const MAX_VISITS = 100_000
const MAX_PROBLEMS = 20

/**
 * What is wrong with a value by a schema that `checkSchema` has passed: where, and what is allowed. Empty when nothing is.
 *
 * A part of JSON Schema 2020-12: its keywords for types, values, numbers, strings, arrays, objects and alternatives, and
 * references within the schema. Other keywords (`format`, `if`, `contains`, …) are left out of account.
 */
export function validate(root: JsonSchema, input: unknown): readonly string[] {
  let visits = 0

  function visit(schema: JsonSchema, data: unknown, path: string, depth: number): string[] {
    const problems: string[] = []
    if (depth > MAX_DEPTH || ++visits > MAX_VISITS) throw new TooComplex()
    if (schema === true) return problems
    if (schema === false) return [`${nameOf(path)} is not allowed`]
    const context: Visit = {
      data,
      schema,
      problem(message, key) {
        if (problems.length >= MAX_PROBLEMS) return
        problems.push(`${nameOf(key === undefined ? path : join(path, key))} ${message}`)
      },
      apply(inner, key) {
        // The message for a person, or a model, to read: more of them would help nobody.
        if (problems.length >= MAX_PROBLEMS) return
        const part = key === undefined ? data : (data as Record<string | number, unknown>)[key]
        const at = key === undefined ? path : join(path, key)
        problems.push(...visit(inner, part, at, depth + 1))
      },
      tryOut: (inner) => visit(inner, data, path, depth + 1),
      resolve: (ref) => resolveRef(root, ref) ?? true,
    }
    const keywords = keywordsOf(schema)
    // What is of the wrong type needs no further comment.
    for (const [name, keyword, value] of keywords)
      if (name === 'type') keyword.check(value, context)
    if (problems.length > 0) return problems
    for (const [name, keyword, value] of keywords)
      if (name !== 'type') keyword.check(value, context)
    return problems
  }

  try {
    return visit(root, input, '', 0).slice(0, MAX_PROBLEMS)
  } catch (error) {
    if (error instanceof TooComplex) return ['the input is too deep or too large to be checked']
    throw error
  }
}

function nameOf(path: string): string {
  return path === '' ? 'the input' : path
}

function join(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key.slice(0, 100))}]`
  return path === '' ? key : `${path}.${key}`
}
