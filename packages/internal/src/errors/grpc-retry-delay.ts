import { readProperty } from '../read-property.ts'
import { parseDurationMs } from './rate-limit-reset.ts'

/** The longest metadata that is read, in bytes. */
const MAX_BYTES = 20_000

/**
 * The delay that a gRPC server or a Google API asks for, in milliseconds: the field `retry_delay` of
 * `google.rpc.RetryInfo`, in binary metadata or decoded by a library.
 *
 * Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
 */
export function grpcRetryDelayMs(error: unknown): number | undefined {
  const metadata = readProperty(error, 'metadata')
  if (typeof readProperty(metadata, 'get') === 'function') {
    const first = (key: string) => (metadata as { get(key: string): unknown[] }).get(key)[0]
    const bytes = first('google.rpc.retryinfo-bin') ?? first('grpc-status-details-bin')
    if (bytes instanceof Uint8Array) return protobufDelayMs(bytes)
  }
  for (const key of ['statusDetails', 'errorDetails']) {
    const details = readProperty(error, key)
    for (const detail of Array.isArray(details) ? details : []) {
      const delay = readProperty(detail, 'retryDelay')
      const seconds = readProperty(delay, 'seconds')
      if (typeof delay === 'string') return parseDurationMs(delay)
      if (seconds != null) return durationMs(seconds, readProperty(delay, 'nanos'))
    }
  }
  return undefined
}

// Both in hexadecimal, two digits a byte.
const VARINT = '((?:[89a-f].)*[0-7].)'
const TYPE_NAME = '5265747279496e666f'
/**
 * A `RetryInfo`, alone or behind its type's name in the details of a `google.rpc.Status`: field 1 is a message of a length,
 * in which field 1 is the seconds and field 2 the nanoseconds.
 */
const RETRY_INFO = new RegExp(
  `^(?:.*${TYPE_NAME}12${VARINT})?0a${VARINT}(?:08${VARINT})?(?:10${VARINT})?`,
)

function protobufDelayMs(bytes: Uint8Array): number | undefined {
  const hex = Array.from(bytes.subarray(0, MAX_BYTES), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
  const found = RETRY_INFO.exec(hex)
  return found ? durationMs(decodeVarint(found[3]), decodeVarint(found[4])) : undefined
}

/** Seven bits a byte, the least significant first. */
function decodeVarint(hex = '00'): number {
  const bytes = hex.match(/../g) ?? []
  return bytes.reduceRight((value, byte) => value * 128 + (Number.parseInt(byte, 16) & 127), 0)
}

function durationMs(seconds: unknown, nanos: unknown = 0): number {
  return Number(seconds) * 1e3 + Number(nanos) / 1e6
}
