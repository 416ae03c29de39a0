import { invalid } from '../exceptions.ts'
import { isRecord } from '../json.ts'
import { converseFormat } from './converse-format.ts'
import { unary } from './encode.ts'
import { jsonBody, type OperationHandler } from './handler.ts'
import { invokeModel } from './invoke-model.ts'

export const countTokens: OperationHandler = {
  read(model, body) {
    const { input } = jsonBody(body)
    if (isRecord(input) && isRecord(input['converse'])) {
      return converseFormat.read(model, input['converse'])
    }
    if (isRecord(input) && isRecord(input['invokeModel'])) {
      const base64 = input['invokeModel']['body']
      if (typeof base64 === 'string') {
        return invokeModel.read(model, Buffer.from(base64, 'base64'))
      }
    }
    throw invalid(
      "The input field must set one of the following keys: converse, invokeModel (with a base64 'body').",
    )
  },
  prepare: ({ usage }) => unary({ inputTokens: usage.inputTokens }),
}
