import { revokedProxy } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import { isHealthSignal } from './health-signal.ts'

test.each<[what: string, error: unknown, counts: boolean]>([
  ['a server error', { $metadata: { httpStatusCode: 500 } }, true],
  ['a throttle', { $metadata: { httpStatusCode: 429 } }, true],
  ['a timeout of the server', { statusCode: 408 }, true],
  ['a connection fault', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), true],
  ['a timeout', new DOMException('late', 'TimeoutError'), true],
  ['anything else that was thrown', 'boom', true],
  ['nothing', undefined, true],
  ['an error that cannot be read', revokedProxy(), true],
  ['a wrong request', { status: 400 }, false],
  ['access denied', { $metadata: { httpStatusCode: 403 } }, false],
  ['not found', { response: { status: 404 } }, false],
  ['an abort', new DOMException('enough', 'AbortError'), false],
])('%s counts: %3$s', (_, error, counts) => {
  expect(isHealthSignal(error)).toBe(counts)
})
