import { expect, test } from 'vitest'
import { shorten } from './shorten.ts'

test('keeps a short text', () => {
  expect(shorten('x'.repeat(100))).toBe('x'.repeat(100))
})

test('cuts a long one, and says how long it was', () => {
  expect(shorten('x'.repeat(1e6))).toBe(`${'x'.repeat(100)}… (1000000 characters)`)
  expect(shorten('abc', 2)).toBe('ab… (3 characters)')
})
