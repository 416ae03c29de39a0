import { readProperty } from '../read-property.ts'
import type { ErrorClass } from './classify-error.ts'

/**
 * The classes of gRPC's status codes; `OK` (0), `UNKNOWN` (2), and `DATA_LOSS` (15) say nothing. `INTERNAL` (13) is what 500
 * is in HTTP. `ABORTED` (10) asks for a retry "at a higher level" rather than for the same request again.
 *
 * Source: https://grpc.io/docs/guides/status-codes/
 */
const CODES: readonly (readonly [ErrorClass, readonly number[]])[] = [
  ['abort', [1]],
  ['timeout', [4]],
  ['throttle', [8]],
  ['transient', [13, 14]],
  ['client', [3, 5, 6, 7, 9, 10, 11, 12, 16]],
]

/** The class of a gRPC error: one with a numeric `code` beside `details` or `metadata`, as in grpc-js and Connect. */
export function classifyGrpcStatus(error: unknown): ErrorClass {
  const code = readProperty(error, 'code')
  if (typeof code !== 'number') return 'unknown'
  const isGrpc =
    typeof readProperty(error, 'details') === 'string' ||
    Object(readProperty(error, 'metadata')) === readProperty(error, 'metadata')
  const found = CODES.find(([, codes]) => isGrpc && codes.includes(code))
  return found ? found[0] : 'unknown'
}
