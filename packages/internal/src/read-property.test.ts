import { describe, expect, test } from 'vitest'
import { readProperty } from './read-property.ts'
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
