import { converseFormat } from './converse-format.ts'
import { converseStream, unary } from './encode.ts'
import type { OperationHandler } from './handler.ts'
import { jsonBody } from './handler.ts'

export const converse: OperationHandler = {
  read: (model, body) => converseFormat.read(model, jsonBody(body)),
  prepare: (answer) => unary(converseFormat.body(answer)),
}

export const converseStreaming: OperationHandler = {
  read: converse.read,
  prepare: (answer) => converseStream(converseFormat, answer),
}
