import { expect, test } from 'vitest'
import { FlagDataError } from '../errors.ts'
import { object } from './object.ts'
import { fakeHost } from './testing.ts'

test('values by name; undefined says nothing', () => {
  const host = fakeHost()
  object({ A: true, B: undefined, C: null, D: { x: 1 } }).start(host)
  expect(host.values()).toEqual({ A: true, C: null, D: { x: 1 } })
})

test('names of the prototype chain are names like any other', () => {
  const host = fakeHost()
  object(JSON.parse('{"__proto__": 1, "toString": 2}')).start(host)
  expect([...(host.publish.mock.lastCall?.[0] ?? [])]).toEqual([
    ['__proto__', { value: 1 }],
    ['toString', { value: 2 }],
  ])
})

test('a reload reads them again', () => {
  const host = fakeHost()
  const values = { A: 1 }
  const running = object(values).start(host)
  values.A = 2
  running.reload()
  expect(host.values()).toEqual({ A: 2 })
  running.close()
})

test('what is wrong throws at first, and later makes it stale', () => {
  const host = fakeHost()
  const source = object({ A: 1 })
  const fault = new FlagDataError('no')
  host.publish.mockThrowOnce(fault)
  expect(() => source.start(host)).toThrow(fault)
  const running = source.start(host)
  expect(host.fail).not.toHaveBeenCalled()
  host.publish.mockThrowOnce(fault)
  running.reload()
  expect(host.fail).toHaveBeenCalledExactlyOnceWith(fault)
})

test('has a name, and another where two would have the same', () => {
  expect(object({}).name).toBe('object')
  expect(object({}, { name: 'late' }).name).toBe('late')
})
