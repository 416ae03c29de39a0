import { expect, test } from 'vitest'
import { CircuitOpenError } from './circuit-open-error.ts'

const since = 7

test('says which circuit, why, since when, and for how long', () => {
  const cause = new Error('down')
  const error = new CircuitOpenError('chat', { state: 'open', since, retryAfterMs: 1499.2, cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'CircuitOpenError',
    code: 'CIRCUIT_OPEN',
    statusCode: 503,
    circuit: 'chat',
    state: 'open',
    since,
    retryAfterMs: 1499.2,
    cause,
    message: 'Circuit "chat" is open: next probe in 1500 ms',
  })
})

test.each([
  ['half-open', 'Circuit "chat" is half-open, and its probes are out'],
  ['open', 'Circuit "chat" is isolated'],
] as const)('names no time where nobody knows one: %s', (state, message) => {
  const error = new CircuitOpenError('chat', { state, since })
  expect(error).toMatchObject({ state, retryAfterMs: undefined, cause: undefined, message })
})

test('knows instances of another copy of the package, and nothing else', () => {
  const fromAnotherCopy = { [Symbol.for('@holdfast/CircuitOpenError')]: true }
  const own = new CircuitOpenError('chat', { state: 'open', since })
  expect(CircuitOpenError.isInstance(fromAnotherCopy)).toBe(true)
  expect(CircuitOpenError.isInstance(own)).toBe(true)
  expect(CircuitOpenError.isInstance({ name: 'CircuitOpenError' })).toBe(false)
  expect(CircuitOpenError.isInstance(undefined)).toBe(false)
})
