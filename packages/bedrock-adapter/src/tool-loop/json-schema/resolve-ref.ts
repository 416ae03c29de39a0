import { isObject } from './json.ts'
import { isSchema, type JsonSchema } from './keyword.ts'

/** The schema that a JSON pointer (RFC 6901) in a fragment points to, if there is one. */
export function resolveRef(root: JsonSchema, ref: string): JsonSchema | undefined {
  if (ref === '#') return root
  if (!ref.startsWith('#/')) return undefined
  let place: unknown = root
  for (const part of ref.slice(2).split('/')) {
    const key = decode(part)
    if (!(isObject(place) || Array.isArray(place)) || !Object.hasOwn(place, key)) return undefined
    place = (place as Record<string, unknown>)[key]
  }
  return isSchema(place) ? (place as JsonSchema) : undefined
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return part
  }
}
