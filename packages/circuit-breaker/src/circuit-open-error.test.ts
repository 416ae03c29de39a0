import { expect, test } from 'vitest'
import { CircuitOpenError } from './circuit-open-error.ts'

test('says which circuit, why, and for how long', () => {
  const cause = new Error('down')
  const error = new CircuitOpenError('chat', 1499.2, cause)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'CircuitOpenError',
    code: 'CIRCUIT_OPEN',
    statusCode: 503,
    circuit: 'chat',
    retryAfterMs: 1499.2,
    cause,
    message: 'Circuit "chat" is open: next probe in 1500 ms',
  })
})

test('names no time while a probe is out', () => {
  const error = new CircuitOpenError('chat', undefined, undefined)
  expect(error.retryAfterMs).toBeUndefined()
  expect(error.message).toBe('Circuit "chat" is open: a probe is under way')
})

test('knows instances of another copy of the package, and nothing else', () => {
  const fromAnotherCopy = { [Symbol.for('@holdfast/CircuitOpenError')]: true }
  expect(CircuitOpenError.isInstance(fromAnotherCopy)).toBe(true)
  expect(CircuitOpenError.isInstance(new CircuitOpenError('x', 1, undefined))).toBe(true)
  expect(CircuitOpenError.isInstance({ name: 'CircuitOpenError' })).toBe(false)
  expect(CircuitOpenError.isInstance(undefined)).toBe(false)
})
