import { readPath } from '../read-property.ts'

/** Where libraries put the headers of the response that became the error: Node, axios, got; AWS SDK; AI SDK. */
const PLACES = ['headers', 'response.headers', '$response.headers', 'responseHeaders']

/**
 * The headers of an error, or of a response, with names in lower case. The library may keep them in a `Headers`, a `Map`,
 * an object with names in any case, or an array of pairs.
 */
export function readHeaders(error: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const place of PLACES) {
    const headers = readPath(error, place)
    if (Object(headers) !== headers) continue
    for (const [name, value] of entriesOf(headers as object)) {
      // A header that was sent several times is an array in some libraries.
      found.set(String(name).toLowerCase(), String(Array.isArray(value) ? value[0] : value))
    }
  }
  return found
}

function entriesOf(headers: object): Iterable<[unknown, unknown]> {
  return Symbol.iterator in headers
    ? (headers as Iterable<[unknown, unknown]>)
    : Object.entries(headers)
}
