import { afterEach, beforeEach, expect, test } from 'vitest'
import { thrownBy } from './testing.ts'
import { withoutStack } from './without-stack.ts'

const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor

beforeEach(() => {
  Error.stackTraceLimit = 7
})
afterEach(() => {
  Object.defineProperty(Error, 'stackTraceLimit', limit)
})

const frames = (error: Error) => error.stack?.match(/^\s+at /gm)?.length ?? 0

test('an error comes with its message and without a trace; those after it have theirs', () => {
  expect(frames(new Error('before'))).toBeGreaterThan(0)
  const error = withoutStack(() => new RangeError('too much'))
  expect(error).toMatchObject({ name: 'RangeError', message: 'too much' })
  expect(frames(error)).toBe(0)
  expect(Error.stackTraceLimit).toBe(7)
  expect(frames(new Error('after'))).toBeGreaterThan(0)
})

test('when making the error fails, the traces of others are not lost', () => {
  const fault = new Error('no error today')
  const thrown = thrownBy(() =>
    withoutStack(() => {
      throw fault
    }),
  )
  expect(thrown).toBe(fault)
  expect(Error.stackTraceLimit).toBe(7)
})

test('where the limit cannot be changed, the trace stays', () => {
  // As under `node --frozen-intrinsics`, and in a hardened realm. It cannot be undone within one: hence configurable.
  Object.defineProperty(Error, 'stackTraceLimit', { value: 7, writable: false, configurable: true })
  const error = withoutStack(() => new Error('frozen'))
  expect(error.message).toBe('frozen')
  expect(frames(error)).toBeGreaterThan(0)
})
