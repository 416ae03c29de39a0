import { readPath } from '../read-property.ts'

/** Where libraries put the headers of the response that became the error: a path of property names. */
const PLACES: readonly (readonly string[])[] = [
  ['headers'],
  ['response', 'headers'],
  ['$response', 'headers'],
  ['responseHeaders'], // AI SDK
]

/**
 * Reads one header of an error, or of a response. The headers may be a `Headers`, a `Map`, an object with names in any
 * case, or an array of pairs.
 *
 * @param name - In lower case.
 */
export function readHeader(error: unknown, name: string): string | undefined {
  for (const place of PLACES) {
    const headers = readPath(error, place)
    if (typeof headers !== 'object' || headers === null) continue
    for (const [key, value] of entriesOf(headers)) {
      // A header that was sent several times is an array in some libraries.
      if (String(key).toLowerCase() === name) return String(Array.isArray(value) ? value[0] : value)
    }
  }
  return undefined
}

function entriesOf(headers: object): Iterable<[unknown, unknown]> {
  return Symbol.iterator in headers
    ? (headers as Iterable<[unknown, unknown]>)
    : Object.entries(headers)
}
