import type { HeadersLike } from '../trace/trace-from.ts'

/** A header by its lower-case name, of a request of Node's or of the web. */
export function readHeader(headers: HeadersLike, name: string): unknown {
  if (typeof headers.get === 'function') return headers.get(name)
  return (headers as Readonly<Record<string, unknown>>)[name]
}

/** Those that are asked for and there. */
export function pickHeaders(
  headers: HeadersLike,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const picked: Record<string, unknown> = {}
  for (const name of names) {
    const value = readHeader(headers, name)
    if (value !== undefined && value !== null) picked[name] = value
  }
  return picked
}
