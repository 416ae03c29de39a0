import fc from 'fast-check'
import { expect, test } from 'vitest'
import { requestId } from './request-id.ts'

const NEW = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

test.each(['a', 'req_1-B', '0'.repeat(128), '018f4e2a-7c9d-7000-8000-0123456789ab'])(
  'keeps %j',
  (id) => {
    expect(requestId(id)).toBe(id)
  },
)

test.each([
  undefined,
  null,
  '',
  '0'.repeat(129),
  'a b',
  'a, b',
  'a\n',
  'a\r\nset-cookie: x=y',
  '<script>',
  'ä',
  ['a'],
  5,
])('makes one in place of %j', (given) => {
  expect(requestId(given)).toMatch(NEW)
})

test('makes no two alike, and only what it would keep', () => {
  const ids = Array.from({ length: 1000 }, () => requestId(undefined))
  expect(new Set(ids).size).toBe(1000)
  for (const id of ids) expect(requestId(id)).toBe(id)
})

test('whatever comes, the id is fit for a header and a line', () => {
  fc.assert(
    fc.property(fc.anything(), (given) => {
      expect(requestId(given)).toMatch(/^[A-Za-z0-9_-]{1,128}$/)
    }),
  )
})
