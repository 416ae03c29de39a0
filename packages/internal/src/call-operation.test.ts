import { expect, test, vi } from 'vitest'
import { callOperation, NO_CONTEXT } from './call-operation.ts'

const fault = new Error('boom')

test('begins the work at once, with the very context', async () => {
  const context = { key: 'a model' }
  const operation = vi.fn((given: object) => given)
  const call = callOperation(operation, context)
  expect(operation).toHaveBeenCalledExactlyOnceWith(context)
  expect(await call).toBe(context)
})

test.each<[string, () => unknown]>([
  ['a value', () => 'result'],
  ['a promise', () => Promise.resolve('result')],
  [
    'a thenable',
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
      then: (resolve: (value: string) => void) => resolve('result'),
    }),
  ],
])('of %s it gives a genuine promise', async (_, operation) => {
  const call = callOperation(operation, {})
  expect(call).toBeInstanceOf(Promise)
  expect(await call).toBe('result')
})

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw fault
    },
  ],
  ['rejects', () => Promise.reject(fault)],
  [
    'returns what throws when it is asked for its `then`',
    () =>
      Object.defineProperty({}, 'then', {
        get() {
          throw fault
        },
      }),
  ],
])('an operation that %s makes it reject with the very error', async (_, operation) => {
  await expect(callOperation(operation, {})).rejects.toBe(fault)
})

test('a promise is handed on as it is: no tick is lost', () => {
  const work = Promise.resolve()
  expect(callOperation(() => work, {})).toBe(work)
})

test('no context is one that nobody can write to', () => {
  expect(NO_CONTEXT).toEqual({})
  expect(Object.isFrozen(NO_CONTEXT)).toBe(true)
})
