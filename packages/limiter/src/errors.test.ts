import { expect, test } from 'vitest'
import { LimiterClosedError, QueueFullError, QueueTimeoutError } from './errors.ts'

test.each([
  [
    QueueFullError,
    new QueueFullError('chat', 20, 150),
    { name: 'QueueFullError', code: 'QUEUE_FULL', retryAfterMs: 150 },
    'Limiter "chat" is busy and its queue of 20 is full',
  ],
  [
    QueueTimeoutError,
    new QueueTimeoutError('chat', 30_000, 150),
    { name: 'QueueTimeoutError', code: 'QUEUE_TIMEOUT', retryAfterMs: 150 },
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
    expect(String(error)).toBe(`${facts.name}: ${message}`)
    expect(errorClass.isInstance(error)).toBe(true)
    expect(errorClass.isInstance({ [Symbol.for(`@holdfast/${facts.name}`)]: true })).toBe(true)
    expect(errorClass.isInstance(new Error(message))).toBe(false)
  },
)

test('none is taken for another', () => {
  const classes = [QueueFullError, QueueTimeoutError, LimiterClosedError]
  const errors = [
    new QueueFullError('chat', 20),
    new QueueTimeoutError('chat', 5),
    new LimiterClosedError('chat'),
  ]
  expect(errors.map((error) => classes.map((known) => known.isInstance(error)))).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ])
})

test('no time is told where none is known', () => {
  expect(new QueueFullError('chat', 20).retryAfterMs).toBeUndefined()
  expect(new QueueTimeoutError('chat', 5).retryAfterMs).toBeUndefined()
})

test.each([
  [0.2, 1],
  [99.5, 100],
  [-40, 0],
])('a wait of %d ms reads as %i', (ms, read) => {
  expect(new QueueTimeoutError('chat', ms).message).toContain(`within ${read} ms`)
})
