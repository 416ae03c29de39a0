import { runInNewContext } from 'node:vm'
import { expect, test, vi } from 'vitest'
import { silence } from './silence.ts'

const fault = new Error('nobody waits for this')

/** An object with this `then`, set after creation: an object literal with a `then` looks like a mistake. */
const thenable = (then: unknown) => Object.assign({}, Object.fromEntries([['then', then]]))

test.each<[what: string, make: () => unknown, isPromise: boolean]>([
  ['a promise', () => Promise.reject(fault), true],
  ['a promise of another realm', () => runInNewContext('Promise.reject(new Error())'), true],
  ['a thenable', () => thenable((_: unknown, reject: (e: Error) => void) => reject(fault)), true],
  [
    'a thenable that throws',
    () =>
      thenable(() => {
        throw fault
      }),
    true,
  ],
  ['an object', () => ({}), false],
  ['an object with a `then` that is data', () => thenable('later'), false],
  ['null', () => null, false],
  ['a function', () => () => {}, false],
  ['undefined', () => undefined, false],
])('%s that rejects does not end the process', async (_, make, isPromise) => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  expect(silence(make())).toBe(isPromise)
  await new Promise(setImmediate)
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})
