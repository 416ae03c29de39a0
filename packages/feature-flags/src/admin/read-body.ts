import { FlagDataError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { Problem } from './problem.ts'

/** What a request says, by name. Without a prototype, since the names come from outside. */
export type Fields = Readonly<Record<string, unknown>>

/**
 * Reads a body that is empty, or a JSON object with no other fields than these.
 *
 * @throws Problem that says what is wrong with it.
 */
export async function readBody(
  { body, headers }: Request,
  allowed: readonly string[],
  maxBytes: number,
): Promise<Fields> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Ends as soon as it is too long, whatever length was announced; that cancels the stream.
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new Problem(413, `${maxBytes} bytes at most`)
    chunks.push(chunk)
  }
  if (length === 0) return Object.create(null)
  if (!/^application\/json *(; *charset="?utf-8"?)?$/i.test(headers.get('content-type') ?? '')) {
    throw new Problem(415, 'application/json only, in UTF-8')
  }
  const fields = parseObject(Buffer.concat(chunks))
  const unknown = Object.keys(fields).find((name) => !allowed.includes(name))
  if (unknown === undefined) return fields
  throw new Problem(422, `${JSON.stringify(unknown.slice(0, 64))} is none of ${allowed.join(', ')}`)
}

function parseObject(bytes: Uint8Array): Fields {
  let value: unknown
  try {
    ;({ value } = parseJson(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    ))
  } catch (error) {
    throw new Problem(400, FlagDataError.isInstance(error) ? error.message : 'Not UTF-8')
  }
  if (Object(value) !== value || Array.isArray(value)) throw new Problem(400, 'Not a JSON object')
  return value as Fields
}
