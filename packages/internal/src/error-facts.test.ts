import { describe, expect, test } from 'vitest'
import { errorStatus, readProperty } from './error-facts.ts'
import { revokedProxy } from './testing.ts'

describe('readProperty', () => {
  test('reads any value, whatever it is', () => {
    expect(readProperty({ status: 503 }, 'status')).toBe(503)
    expect(
      readProperty(
        Object.assign(() => {}, { status: 503 }),
        'status',
      ),
    ).toBe(503)
    for (const value of [undefined, null, 'status', 5, Symbol('status')]) {
      expect(readProperty(value, 'status')).toBeUndefined()
    }
  })

  test('what throws when read is absent', () => {
    const trap = {
      get status() {
        throw new Error('trap')
      },
    }
    expect(readProperty(trap, 'status')).toBeUndefined()
    expect(readProperty(revokedProxy(), 'status')).toBeUndefined()
  })
})

describe('errorStatus', () => {
  test.each([
    ['AWS SDK', { $metadata: { httpStatusCode: 429 } }, 429],
    ['Node', { statusCode: 503 }, 503],
    ['fetch wrapper', { status: 404 }, 404],
    ['axios, got', { response: { status: 500 } }, 500],
    ['text', { status: '503' }, undefined],
    ['exit code', { status: 1 }, undefined],
    ['a mistaken one beside a good one', { statusCode: 0, status: 502 }, 502],
    ['none', new Error('boom'), undefined],
  ])('%s', (_, error, status) => {
    expect(errorStatus(error)).toBe(status)
  })
})
