import { expect, test } from 'vitest'
import { brand, isBranded } from './error-brand.ts'

test('a brand is known by name, across copies, and is no data', () => {
  const error = new Error('boom')
  brand(error, 'BoomError')
  expect(isBranded(error, 'BoomError')).toBe(true)
  expect(isBranded(error, 'OtherError')).toBe(false)
  expect(isBranded({ [Symbol.for('@holdfast/BoomError')]: true }, 'BoomError')).toBe(true)
  expect(Reflect.ownKeys({ ...error })).toEqual([])
})

test('no value is too strange to ask', () => {
  for (const value of [undefined, null, 'BoomError', 5]) expect(isBranded(value, 'x')).toBe(false)
})
