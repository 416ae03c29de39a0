import { readProperty } from '../read-property.ts'
import type { ErrorClass } from './classify-error.ts'

/**
 * The class of each status code of gRPC, from 0. `INTERNAL` (13) is what an HTTP 500 is. `ABORTED` (10) asks for a retry
 * "at a higher level" rather than for the same request again.
 *
 * Source: https://grpc.io/docs/guides/status-codes/
 */
const CLASSES: readonly ErrorClass[] = [
  'unknown', // OK
  'abort', // CANCELLED
  'unknown', // UNKNOWN
  'client', // INVALID_ARGUMENT
  'timeout', // DEADLINE_EXCEEDED
  'client', // NOT_FOUND
  'client', // ALREADY_EXISTS
  'client', // PERMISSION_DENIED
  'throttle', // RESOURCE_EXHAUSTED
  'client', // FAILED_PRECONDITION
  'client', // ABORTED
  'client', // OUT_OF_RANGE
  'client', // UNIMPLEMENTED
  'transient', // INTERNAL
  'transient', // UNAVAILABLE
  'unknown', // DATA_LOSS
  'client', // UNAUTHENTICATED
]

/** The class of a gRPC error: one with a numeric `code` beside `details` or `metadata`, as in grpc-js and Connect. */
export function classifyGrpcStatus(error: unknown): ErrorClass {
  const code = readProperty(error, 'code')
  if (typeof code !== 'number') return 'unknown'
  const isGrpc =
    typeof readProperty(error, 'details') === 'string' ||
    Object(readProperty(error, 'metadata')) === readProperty(error, 'metadata')
  return (isGrpc ? CLASSES[code] : undefined) ?? 'unknown'
}
