import fc from 'fast-check'
import { expect, it } from 'vitest'
import { matchesGlob } from './glob.ts'

it.each([
  ['m', 'm', true],
  ['m', 'mm', false],
  ['*', '', true],
  ['us.*', 'us.anthropic', true],
  ['*sonnet*v1:0', 'us.anthropic.claude-sonnet-4-v1:0', true],
  ['*sonnet*v2:0', 'us.anthropic.claude-sonnet-4-v1:0', false],
  ['a.c', 'abc', false],
])('%s against %s: %s', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected)
})

it('agrees with a regular expression', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 })
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 })
  fc.assert(
    fc.property(letters, texts, (pattern, text) => {
      const same = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
      expect(matchesGlob(pattern, text)).toBe(same.test(text))
    }),
  )
})
