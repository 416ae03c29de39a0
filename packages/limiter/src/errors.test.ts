import { expect, test } from 'vitest'
import { LimiterClosedError, QueueFullError, QueueTimeoutError } from './errors.ts'

test.each([
  [
    QueueFullError,
    new QueueFullError('chat', 20),
    { name: 'QueueFullError', code: 'QUEUE_FULL' },
    'Limiter "chat" is busy and its queue of 20 is full',
  ],
  [
    QueueTimeoutError,
    new QueueTimeoutError('chat', 30_000),
    { name: 'QueueTimeoutError', code: 'QUEUE_TIMEOUT' },
    'No permit of limiter "chat" came free within 30000 ms',
  ],
  [
    LimiterClosedError,
    new LimiterClosedError('chat'),
    { name: 'LimiterClosedError', code: 'LIMITER_CLOSED' },
    'Limiter "chat" is closed',
  ],
])(
  '%o is a 503 with a code, and known across copies of the package',
  (errorClass, error, facts, message) => {
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ ...facts, statusCode: 503, message })
    expect(errorClass.isInstance(error)).toBe(true)
    expect(errorClass.isInstance({ [Symbol.for(`@holdfast/${facts.name}`)]: true })).toBe(true)
    expect(errorClass.isInstance(new Error(message))).toBe(false)
  },
)
