import { expect, test } from 'vitest'
import { checkCreated, factory } from './factory.ts'
import { revokedProxy } from './testing.ts'

const create = factory('createPolicy', () => () => 5)

test('a factory that was not called is named', () => {
  const message = '`policy` must be what `createPolicy(…)` returns, not a function'
  expect(() => checkCreated('policy', create)).toThrow(new TypeError(message))
})

test('what it creates, and any other function, is fine', () => {
  checkCreated('policy', create())
  checkCreated('policy', function createPolicy() {})
})

test('what is no function is refused', () => {
  expect(() => checkCreated('policy', {})).toThrow('`policy` must be a function, not an object')
  expect(() => checkCreated('policy', revokedProxy())).toThrow(TypeError)
})
