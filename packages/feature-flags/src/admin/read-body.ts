import { FlagDataError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { Problem } from './problem.ts'

/** The fields of a request, by name. Without a prototype, since the names come from outside. */
export type Fields = Readonly<Record<string, unknown>>

const JSON_TYPE = /^application\/json *(; *charset="?utf-8"?)?$/i

/**
 * Reads a body that is empty, or a JSON object with no other fields than these. A content type other than JSON is refused
 * even without a body: it is what web pages can send to any site without asking.
 *
 * @throws Problem that says what is wrong with it.
 */
export async function readBody(
  { body, headers }: Request,
  allowed: readonly string[],
  maxBytes: number,
): Promise<Fields> {
  const type = headers.get('content-type')
  if (type !== null && !JSON_TYPE.test(type)) throw notJson()
  const text = decode(await readChunks(body, maxBytes))
  if (text === '') return Object.create(null)
  if (type === null) throw notJson()
  const fields = parseObject(text)
  const unknown = Object.keys(fields).find((name) => !allowed.includes(name))
  if (unknown === undefined) return fields
  throw new Problem(422, `${JSON.stringify(unknown.slice(0, 64))} is none of ${allowed.join(', ')}`)
}

const notJson = () => new Problem(415, 'application/json only, in UTF-8')

async function readChunks(body: Request['body'], maxBytes: number): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Ends as soon as it is too long, whatever length was announced; that cancels the stream.
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new Problem(413, `${maxBytes} bytes at most`)
    chunks.push(chunk)
  }
  return chunks
}

function decode(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    const texts = chunks.map((chunk) => decoder.decode(chunk, { stream: true }))
    return texts.join('') + decoder.decode()
  } catch {
    throw new Problem(400, 'Not UTF-8')
  }
}

function parseObject(text: string): Fields {
  let value: unknown
  try {
    ;({ value } = parseJson(text))
  } catch (error) {
    throw FlagDataError.isInstance(error) ? new Problem(400, error.message) : error
  }
  if (Object(value) !== value || Array.isArray(value)) throw new Problem(400, 'Not a JSON object')
  return value as Fields
}
