import { classifyError, isRetryable } from '@holdfast/internal'
import { expect, test } from 'vitest'
import { FallbackExhaustedError } from './fallback-exhausted-error.ts'

const status = (code: number) => Object.assign(new Error(), { status: code })
const refused = Object.assign(new Error(), { code: 'ECONNREFUSED' })
const open = Object.assign(new Error(), { statusCode: 503, retryable: false })

test.each<[what: string, errors: unknown[], statusCode: number | undefined, retryable: boolean]>([
  ['wrong requests', [status(400), status(400)], 400, false],
  ['access denied twice', [status(403), status(403)], 403, false],
  ['a fault among wrong requests', [status(400), status(503)], 503, true],
  ['a throttle among faults', [status(500), status(429)], 429, true],
  ['connections that are refused', [refused, refused], 503, true],
  ['open circuits', [open, open], 503, false],
  ['an open circuit and a throttle', [open, status(429)], 429, true],
  ['a mistake in code', [new TypeError('x is not a function')], 503, false],
  ['aborts', [new DOMException('', 'AbortError')], undefined, false],
  ['nothing, since all were skipped', [], 503, false],
])('of %s means what its parts mean', (_, errors, statusCode, retryable) => {
  const error = new FallbackExhaustedError(['a', 'b'], errors)
  expect([error.statusCode, error.retryable]).toEqual([statusCode, retryable])
  expect(isRetryable(error)).toBe(retryable)
  expect(isRetryable(new Error('wrapped', { cause: error }))).toBe(retryable)
})

test('of wrong requests blames the request, so that no circuit counts it', () => {
  expect(classifyError(new FallbackExhaustedError(['a'], [status(400)]))).toBe('client')
})

test('of hundreds of thousands of errors has the shortest wait', () => {
  const errors = Array(130_000).fill(Object.assign(new Error(), { retryAfterMs: 2000 }))
  expect(new FallbackExhaustedError([], errors).retryAfterMs).toBe(2000)
})
