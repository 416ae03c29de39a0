import { runInNewContext } from 'node:vm'
import { revokedProxy } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { collect } from './testing.ts'

/** How an error is written under a name. */
function written(error: unknown, options = {}): unknown {
  const { log, line } = collect(options)
  log.info('m', { thrown: error })
  return line()['thrown']
}

test('an error is its type, message and stack, and what it carries', () => {
  const error = Object.assign(new TypeError('Bad'), { code: 'E_BAD', details: { tries: 3 } })
  expect(written(error)).toEqual({
    type: 'TypeError',
    message: 'Bad',
    stack: error.stack,
    code: 'E_BAD',
    details: { tries: 3 },
  })
})

describe('its type', () => {
  class PaymentError extends Error {}
  class NamedError extends Error {
    override name = 'Payment'
  }
  test.each<[string, unknown, string]>([
    ['is that of the platform', new RangeError('x'), 'RangeError'],
    ['is its class’s where it has no name', new PaymentError('x'), 'PaymentError'],
    ['is its name', new NamedError('x'), 'Payment'],
    ['is a name that was given later', Object.assign(new Error('x'), { name: 'Late' }), 'Late'],
    ['is a text, whatever its name is', Object.assign(new Error('x'), { name: { a: 1 } }), 'Error'],
    ['is a name of another kind of error', new DOMException('x', 'AbortError'), 'AbortError'],
  ])('%s', (_, error, type) => {
    expect(written(error)).toMatchObject({ type, message: 'x' })
  })
})

test('own fields that are called as its parts get another name', () => {
  const error = Object.assign(new Error('x'), { type: 'about:blank', type_: 1, name: 'Problem' })
  expect(written(error)).toEqual({
    type: 'Problem',
    message: 'x',
    stack: error.stack,
    type_: 'about:blank',
    type__: 1,
  })
})

test('message and stack may be anything', () => {
  const error = Object.assign(new Error('x'), { message: { a: 1 }, stack: undefined })
  expect(written(error)).toEqual({ type: 'Error', message: { a: 1 } })
})

describe('causes', () => {
  test('are written within each other, errors or not', () => {
    const error = new Error('a', { cause: new TypeError('b', { cause: { c: new Error('d') } }) })
    expect(written(error)).toMatchObject({
      message: 'a',
      cause: { type: 'TypeError', message: 'b', cause: { c: { type: 'Error', message: 'd' } } },
    })
    expect(written(new Error('a', { cause: undefined }))).not.toHaveProperty('cause')
    expect(written(new Error('a', { cause: null }))).toMatchObject({ cause: null })
  })

  test('may go in a circle', () => {
    const [a, b] = [new Error('a'), new Error('b')]
    a.cause = b
    b.cause = a
    expect(written(a)).toMatchObject({ message: 'a', cause: { message: 'b', cause: '[circular]' } })
  })

  test('are as many as there is depth for', () => {
    let error = new Error('last')
    for (let count = 0; count < 100; count++) error = new Error('x', { cause: error })
    expect(written(error, { limits: { maxDepth: 2 } })).toMatchObject({
      cause: { message: 'x', cause: '[…]' },
    })
  })
})

test('errors within an error are written', () => {
  const error = new AggregateError([new Error('a'), 'b', new AggregateError([1], 'c')], 'All')
  expect(written(error)).toMatchObject({
    type: 'AggregateError',
    message: 'All',
    errors: [{ message: 'a' }, 'b', { message: 'c', errors: [1] }],
  })
})

test('errors are found wherever they are', () => {
  const error = new Error('x')
  const found = { type: 'Error', message: 'x', stack: error.stack }
  const all = { list: [error], map: new Map([['a', error]]), set: new Set([error]), b: { error } }
  const { log, line } = collect()
  log.child({ bound: error }).info('m', all)
  expect(line()).toEqual({
    level: 'info',
    msg: 'm',
    bound: found,
    list: [found],
    map: { a: found },
    set: [found],
    b: { error: found },
  })
})

test('an error of another realm is one', () => {
  const error = runInNewContext('Object.assign(new RangeError("x"), { code: 5 })')
  expect(error).not.toBeInstanceOf(Error)
  const found = { type: 'RangeError', message: 'x', stack: error.stack, code: 5 }
  expect(written(error)).toEqual(found)
  const { log, line } = collect()
  log.error(error)
  expect(line()).toEqual({ level: 'error', msg: 'x', err: found })
})

test('an error of the AWS SDK tells what it came with', () => {
  const error = Object.assign(new Error('Too many requests'), {
    name: 'ThrottlingException',
    $fault: 'client',
    $service: 'BedrockRuntime',
    $metadata: { httpStatusCode: 429, requestId: 'r1', attempts: 1 },
  })
  Object.defineProperty(error, '$response', { value: { body: 'large' }, enumerable: false })
  expect(written(error)).toEqual({
    type: 'ThrottlingException',
    message: 'Too many requests',
    stack: error.stack,
    $fault: 'client',
    $service: 'BedrockRuntime',
    $metadata: { httpStatusCode: 429, requestId: 'r1', attempts: 1 },
  })
})

describe('an error that cannot be read', () => {
  const get = () => {
    throw new Error('No')
  }

  test.each(['message', 'stack', 'name', 'cause', 'code'])(
    'in its %s is told with the rest',
    (name) => {
      const error = Object.defineProperty(new Error('x'), name, { get, enumerable: true })
      const { log, line } = collect()
      log.error(error)
      const { err } = line() as { err: object }
      expect(err).toMatchObject({
        type: 'Error',
        ...(name === 'name' ? {} : { [name]: '[unreadable]' }),
      })
    },
  )

  test('at all is told', () => {
    const unreadable = new Proxy(new Error('x'), { get, ownKeys: get, getPrototypeOf: get })
    const { log, line } = collect()
    log.error(unreadable)
    expect(line()).toEqual({ level: 'error', msg: '', value: '[unreadable]' })
    log.error(revokedProxy(), 'm')
    expect(line()).toEqual({ level: 'error', msg: 'm', value: '[unreadable]' })
  })
})
