import { expect, test } from 'vitest'
import { FlagDataError } from './errors.ts'

test('says what is wrong, of which flag, and where', () => {
  const cause = new Error('inner')
  const error = new FlagDataError('`X` must be true or false', {
    flag: 'X',
    position: { line: 3, column: 7 },
    cause,
  })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'FlagDataError',
    code: 'FLAG_DATA',
    message: '`X` must be true or false (line 3, column 7)',
    flag: 'X',
    position: { line: 3, column: 7 },
    cause,
  })
})

test('of which nothing more is known has its message alone', () => {
  const error = new FlagDataError('The file is empty')
  expect(error.message).toBe('The file is empty')
  expect([error.flag, error.position, error.cause]).toEqual([undefined, undefined, undefined])
})

test('is known by isInstance, also one of another copy of the package', () => {
  const copy = Object.assign(new Error('x'), { [Symbol.for('@holdfast/FlagDataError')]: true })
  expect(FlagDataError.isInstance(new FlagDataError('x'))).toBe(true)
  expect(FlagDataError.isInstance(copy)).toBe(true)
  for (const other of [new Error('x'), { code: 'FLAG_DATA' }, null, undefined, 'FlagDataError']) {
    expect(FlagDataError.isInstance(other)).toBe(false)
  }
})
