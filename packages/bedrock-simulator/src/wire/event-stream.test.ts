import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from './crc32.ts'
import {
  encodeFrame,
  errorFrame,
  eventFrame,
  exceptionFrame,
  withBadChecksum,
} from './event-stream.ts'

/** The SDK's own codec, found through the SDK, which is the only one to depend on it. */
interface Codec {
  encode(message: {
    headers: Record<string, { type: 'string'; value: string }>
    body: Uint8Array
  }): Uint8Array
  decode(bytes: Uint8Array): { headers: Record<string, { value: unknown }>; body: Uint8Array }
}
const here = createRequire(import.meta.url)
const sdk = createRequire(here.resolve('@aws-sdk/client-bedrock-runtime'))
const { EventStreamCodec } = sdk('@smithy/core/event-streams') as {
  EventStreamCodec: new (...codecs: unknown[]) => Codec
}
const codec = new EventStreamCodec(
  (bytes: Uint8Array) => Buffer.from(bytes).toString(),
  (text: string) => Buffer.from(text),
)

describe('event-stream frames', () => {
  it('are byte for byte those of the SDK', () => {
    const name = fc.string({ minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.string(), { maxKeys: 5 }),
        fc.string(),
        (headers, text) => {
          const theirs = codec.encode({
            headers: Object.fromEntries(
              Object.entries(headers).map(([key, value]) => [key, { type: 'string', value }]),
            ),
            body: Buffer.from(text),
          })
          expect(Buffer.from(theirs).equals(encodeFrame(headers, text))).toBe(true)
        },
      ),
    )
  })

  it.each([
    ['event', eventFrame('chunk', { a: 1 }), { ':event-type': 'chunk' }],
    [
      'exception',
      exceptionFrame('throttlingException', {}),
      { ':exception-type': 'throttlingException' },
    ],
    ['error', errorFrame('Oops', 'why'), { ':error-code': 'Oops', ':error-message': 'why' }],
  ])('mark a message of the kind %s', (kind, frame, expected) => {
    const { headers } = codec.decode(frame)
    const values = Object.fromEntries(
      Object.entries(headers).map(([key, { value }]) => [key, value]),
    )
    expect(values).toMatchObject({ ':message-type': kind, ...expected })
  })

  it('can carry a wrong checksum, which the SDK refuses', () => {
    expect(() => codec.decode(withBadChecksum(eventFrame('chunk', {})))).toThrow(/checksum/)
  })
})

describe('crc32', () => {
  it('gives the check value of its definition', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
    expect(crc32(Buffer.alloc(0))).toBe(0)
  })
})
