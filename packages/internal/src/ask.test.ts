import { expect, test, vi } from 'vitest'
import { ask } from './ask.ts'

test('hands on the value, and what the predicate says of it', () => {
  const isFive = vi.fn((value: number) => value === 5)
  expect([ask(isFive, 5), ask(isFive, 6)]).toEqual([true, false])
  expect(isFive.mock.calls).toEqual([[5], [6]])
})

test.each<[string, ((value: unknown) => boolean) | undefined]>([
  ['nobody', undefined],
  [
    'one that throws',
    () => {
      throw new Error('predicate')
    },
  ],
  ['one that says something else', () => 'yes' as never],
  ['one that promises', () => Promise.resolve(true) as never],
])('%s says no', (_, predicate) => {
  expect(ask(predicate, 5)).toBe(false)
})
