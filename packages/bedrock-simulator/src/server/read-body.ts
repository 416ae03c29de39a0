import { ServiceError } from '../exceptions.ts'
import type { Request } from '../wire/http-types.ts'

/**
 * The whole body of a request; `undefined` when the client went away before its end.
 * Past the limit the rest is thrown away, not refused: a client reads its answer only after it has sent all.
 */
export function readBody(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    request.on('data', (chunk: Uint8Array) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else chunks.length = 0
    })
    request.once('end', () =>
      size > maxBytes ? reject(tooLarge(maxBytes)) : resolve(Buffer.concat(chunks)),
    )
    request.once('error', () => resolve(undefined))
    request.once('aborted', () => resolve(undefined))
    request.once('close', () => resolve(undefined))
  })
}

function tooLarge(maxBytes: number): ServiceError {
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to ${maxBytes}`,
    413,
  )
}
