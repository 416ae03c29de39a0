import { revokedProxy } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import { constant } from './backoff.ts'
import { createRetry } from './retry.ts'
import { getRetryInfo, setRetryInfo } from './retry-info.ts'

const always = (waitMs: number) =>
  createRetry({ retries: 2, backoff: constant(waitMs), retryable: () => true })

test('tells how many attempts were made, and the waits between them', async () => {
  const error = new Error('boom')
  await always(1)(() => Promise.reject(error)).catch(() => {})
  expect(getRetryInfo(error)).toEqual({ attempts: 3, waitsMs: [1, 1], reason: 'retries' })
})

test('tells of an error that was no reason to try again', async () => {
  const error = new Error('boom')
  await createRetry()(() => Promise.reject(error)).catch(() => {})
  expect(getRetryInfo(error)).toEqual({ attempts: 1, waitsMs: [] })
})

test('tells of the last call that an error has ended', async () => {
  const error = new Error('boom')
  await always(1)(() => Promise.reject(error)).catch(() => {})
  await createRetry()(() => Promise.reject(error)).catch(() => {})
  expect(getRetryInfo(error)).toEqual({ attempts: 1, waitsMs: [] })
})

test.each([
  ['an error', new Error('boom')],
  ['a frozen error', Object.freeze(new Error('boom'))],
  ['a plain object', { status: 503 }],
  ['a function', () => {}],
  ['a proxy that throws on access', revokedProxy()],
])('%s is not touched', async (_, thrown) => {
  const before = describe(thrown)
  const caught = await always(0)(() => Promise.reject(thrown)).catch((error) => ({ error }))
  expect(Object.is((caught as { error: unknown }).error, thrown)).toBe(true)
  expect(describe(thrown)).toBe(before)
  expect(getRetryInfo(thrown)).toEqual({ attempts: 3, waitsMs: [0, 0], reason: 'retries' })
})

/** Every property that it has of its own. */
function describe(value: object): string {
  try {
    return Reflect.ownKeys(value).map(String).join()
  } catch {
    return 'unreadable'
  }
}

test.each([undefined, null, 'boom', 5, Symbol('boom'), true, 5n])(
  'of %s nothing can be remembered, and it comes through as it is',
  async (thrown) => {
    const caught = await always(0)(() => Promise.reject(thrown)).catch((error) => [error])
    expect(caught).toEqual([thrown])
    expect(getRetryInfo(thrown)).toBeUndefined()
    expect(() => setRetryInfo(thrown, { attempts: 1, waitsMs: [] })).not.toThrow()
  },
)

test('of an error that no policy has thrown nothing is known', () => {
  expect(getRetryInfo(new Error('boom'))).toBeUndefined()
  expect(getRetryInfo(undefined)).toBeUndefined()
})
