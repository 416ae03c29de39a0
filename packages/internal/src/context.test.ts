import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { checkContext } from './context.ts'
import type { Context } from './policy.ts'
import { revokedProxy } from './testing.ts'

const check = (context: unknown) => checkContext(context as Context)

describe('the context of a call', () => {
  test('is passed on as it is when there is nothing wrong with it', () => {
    const { signal } = new AbortController()
    for (const context of [{}, { signal }, { signal: undefined, key: 'a' }, { deadlineAt: 5 }]) {
      expect(check(context)).toBe(context)
    }
  })

  test('may be left out, or be null', () => {
    expect(check(undefined)).toEqual({})
    expect(check(null)).toEqual({})
  })

  test('may have a signal of null, which counts as none', () => {
    expect(check({ signal: null, key: 'a' })).toEqual({ signal: undefined, key: 'a' })
  })

  test('takes a signal that another realm or a polyfill made', () => {
    const foreign = runInNewContext('({ aborted: false, addEventListener() {} })')
    expect(check({ signal: foreign })).toEqual({ signal: foreign })
  })

  test.each<[signal: unknown, message: string]>([
    [1, '`signal` must be an AbortSignal, not 1'],
    ['abort', '`signal` must be an AbortSignal, not "abort"'],
    [{}, '`signal` must be an AbortSignal, not an object'],
    [{ aborted: false }, '`signal` must be an AbortSignal, not an object'],
    [
      new AbortController(),
      '`signal` must be an AbortSignal, not an AbortController: pass its `signal`',
    ],
  ])('refuses the signal %o', (signal, message) => {
    expect(() => check({ signal })).toThrow(new TypeError(message))
  })

  test('refuses a signal that throws when read', () => {
    expect(() => check({ signal: revokedProxy() })).toThrow('`signal` must be an AbortSignal')
  })

  test.each([
    [5, '`context` must be an object, not 5'],
    ['a', '`context` must be an object, not "a"'],
    [() => {}, '`context` must be an object, not a function'],
  ])('refuses %o in its place', (context, message) => {
    expect(() => check(context)).toThrow(new TypeError(message))
  })

  test.each([Number.NaN, '5', null])('refuses a deadline of %o', (deadlineAt) => {
    expect(() => check({ deadlineAt })).toThrow(/^`deadlineAt` must be a number/)
  })
})
