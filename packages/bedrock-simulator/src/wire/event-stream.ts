import { crc32 } from './crc32.ts'

/** The content type of every Bedrock stream. */
export const EVENT_STREAM = 'application/vnd.amazon.eventstream'

const STRING = 7

/**
 * One frame of `application/vnd.amazon.eventstream`:
 * total length, headers length, CRC-32 of those eight bytes, headers, payload, CRC-32 of all before.
 */
export function encodeFrame(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)))
  const body = Buffer.from(payload)
  const frame = Buffer.alloc(16 + head.length + body.length)
  frame.writeUInt32BE(frame.length, 0)
  frame.writeUInt32BE(head.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  frame.set(head, 12)
  frame.set(body, 12 + head.length)
  frame.writeUInt32BE(crc32(frame.subarray(0, -4)), frame.length - 4)
  return frame
}

/** An ordinary event, such as `contentBlockDelta` or `chunk`. */
export function eventFrame(type: string, payload: unknown): Buffer {
  return encodeFrame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify(payload),
  )
}

/** A modelled exception in mid-stream; `type` is in lowerCamel, such as `throttlingException`. */
export function exceptionFrame(type: string, payload: unknown): Buffer {
  return encodeFrame(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify(payload),
  )
}

/** The protocol's third kind of message: an error that no model describes. It has no payload. */
export function errorFrame(code: string, message: string): Buffer {
  return encodeFrame(
    { ':error-code': code, ':error-message': message, ':message-type': 'error' },
    '',
  )
}

/** The same frame with its last checksum wrong, as after a bit flip on the way. */
export function withBadChecksum(frame: Uint8Array): Buffer {
  const copy = Buffer.from(frame)
  copy.writeUInt32BE((copy.readUInt32BE(copy.length - 4) ^ 1) >>> 0, copy.length - 4)
  return copy
}

function header(name: string, value: string): Buffer {
  const key = Buffer.from(name)
  const text = Buffer.from(value)
  const bytes = Buffer.alloc(4 + key.length + text.length)
  bytes.writeUInt8(key.length, 0)
  bytes.set(key, 1)
  bytes.writeUInt8(STRING, 1 + key.length)
  bytes.writeUInt16BE(text.length, 2 + key.length)
  bytes.set(text, 4 + key.length)
  return bytes
}
