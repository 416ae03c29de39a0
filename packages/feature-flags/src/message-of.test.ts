import { runInNewContext } from 'node:vm'
import { revokedProxy } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import { messageOf } from './message-of.ts'

test.each<[unknown, string]>([
  [new Error('down'), 'down'],
  [runInNewContext('new Error("down")'), 'down'],
  ['down', 'down'],
  [503, '503'],
  [undefined, 'undefined'],
  [Symbol('x'), 'Symbol(x)'],
  [Object.create(null), 'an object without a message was thrown'],
  [{ message: 5 }, 'an object without a message was thrown'],
])('of what was thrown, whatever it is', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message)
})

test('of a value that cannot be read', () => {
  expect(messageOf(revokedProxy())).toBe('an object without a message was thrown')
})
