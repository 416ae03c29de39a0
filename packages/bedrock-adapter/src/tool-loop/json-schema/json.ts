/** The kinds of JSON value, as `type` in a schema names them. An integer is a number too. */
export type Kind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

export type JsonObject = Readonly<Record<string, unknown>>

export function kindOf(value: unknown): Kind | undefined {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return type === 'object' || type === 'string' || type === 'number' || type === 'boolean'
    ? type
    : undefined
}

export function isObject(value: unknown): value is JsonObject {
  return kindOf(value) === 'object'
}

/** How deep values and schemas are followed: far deeper than any that a model writes, and no danger to the stack. */
export const MAX_DEPTH = 200

/** Thrown when a value is too deep, or takes too long, to be checked. */
export class TooComplex extends Error {}

/** The same text for equal JSON values, and for no others: the order of keys makes no difference. */
export function canonical(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new TooComplex()
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1))}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'undefined'
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key], depth + 1)}`)
  return `{${members}}`
}

/** A value for a message, cut where it gets long. */
export function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
