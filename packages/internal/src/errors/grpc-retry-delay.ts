import { readProperty } from '../read-property.ts'
import { parseDurationMs } from './parse-duration.ts'

/** Where libraries put the decoded details of a Google API error. */
const DETAILS = ['statusDetails', 'errorDetails', 'details'] as const

/** A message that holds the JSON of a Google API error is no longer than this, or its delay is not looked for. */
const MAX_MESSAGE = 20_000

/**
 * The delay that a gRPC server or a Google API asks for, in milliseconds: the pushback of a gRPC retry, or the field
 * `retry_delay` of `google.rpc.RetryInfo`, be it in binary metadata, decoded, or in a message of JSON.
 *
 * Sources: https://github.com/grpc/proposal/blob/master/A6-client-retries.md and
 * https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
 */
export function grpcRetryDelayMs(error: unknown): number | undefined {
  return (
    metadataDelayMs(readProperty(error, 'metadata')) ??
    detailsDelayMs(error) ??
    messageDelayMs(error)
  )
}

function metadataDelayMs(metadata: unknown): number | undefined {
  const first = (key: string): unknown => {
    if (typeof readProperty(metadata, 'get') !== 'function') return undefined
    const found = (metadata as { get(key: string): unknown }).get(key)
    return Array.isArray(found) ? found[0] : found
  }
  const pushback = Number(first('grpc-retry-pushback-ms') ?? Number.NaN)
  if (pushback >= 0) return pushback
  const info = first('google.rpc.retryinfo-bin')
  if (info instanceof Uint8Array) return retryInfoDelayMs(info)
  const status = first('grpc-status-details-bin')
  return status instanceof Uint8Array ? statusDelayMs(status) : undefined
}

function detailsDelayMs(error: unknown): number | undefined {
  for (const key of DETAILS) {
    const details = readProperty(error, key)
    for (const detail of Array.isArray(details) ? details : []) {
      const delay = readProperty(detail, 'retryDelay')
      if (typeof delay === 'string') return parseDurationMs(delay)
      const seconds = readProperty(delay, 'seconds')
      if (seconds != null) {
        return Number(seconds) * 1_000 + Number(readProperty(delay, 'nanos') ?? 0) / 1e6
      }
    }
  }
  return undefined
}

function messageDelayMs(error: unknown): number | undefined {
  const message = readProperty(error, 'message')
  if (typeof message !== 'string' || message.length > MAX_MESSAGE) return undefined
  const delay = /"retryDelay": ?"([\d.]+s)"/.exec(message)?.[1]
  return delay === undefined ? undefined : parseDurationMs(delay)
}

/** `google.rpc.Status`: its field 3 is a list of `Any`, each a type URL (1) and a value (2). */
function statusDelayMs(status: Uint8Array): number | undefined {
  for (const detail of fieldsOf(status).filter(([field]) => field === 3)) {
    const any = new Map(fieldsOf(detail[1] as Uint8Array))
    const [type, value] = [any.get(1), any.get(2)]
    const isRetryInfo =
      type instanceof Uint8Array && new TextDecoder().decode(type).endsWith('google.rpc.RetryInfo')
    if (isRetryInfo && value instanceof Uint8Array) return retryInfoDelayMs(value)
  }
  return undefined
}

/** `google.rpc.RetryInfo`: its field 1 is a `Duration` of seconds (1) and nanoseconds (2). */
function retryInfoDelayMs(info: Uint8Array): number | undefined {
  const delay = new Map(fieldsOf(info)).get(1)
  if (!(delay instanceof Uint8Array)) return undefined
  const duration = new Map(fieldsOf(delay))
  return Number(duration.get(1) ?? 0) * 1_000 + Number(duration.get(2) ?? 0) / 1e6
}

/** The fields of a protobuf message: numbers, and the bytes of strings and nested messages. Others end the list. */
function fieldsOf(
  message: Uint8Array,
): readonly (readonly [field: number, value: number | Uint8Array])[] {
  const fields: [number, number | Uint8Array][] = []
  let at = 0
  const readVarint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const tag = readVarint()
    const wireType = tag % 8
    if (wireType === 0) fields.push([Math.floor(tag / 8), readVarint()])
    else if (wireType === 2) {
      const length = readVarint()
      fields.push([Math.floor(tag / 8), message.subarray(at, at + length)])
      at += length
    } else break
  }
  return fields
}
