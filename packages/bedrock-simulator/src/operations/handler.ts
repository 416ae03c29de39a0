import type { Answer, Ask } from '../behaviours/answer.ts'
import { invalid } from '../exceptions.ts'
import { isRecord, parseJson } from '../json.ts'
import type { Prepared } from './encode.ts'

/** One operation of the service. */
export interface OperationHandler {
  /** Understands a request, or throws the service's error. */
  read(model: string, body: Uint8Array): Ask
  /** Puts an answer into the operation's form. */
  prepare(answer: Answer): Prepared
}

export function jsonBody(body: Uint8Array): Record<string, unknown> {
  const json = parseJson(Buffer.from(body).toString())
  if (isRecord(json)) return json
  throw invalid(
    'Malformed input request, please reformat your input and try again: the body must be a JSON object.',
  )
}
