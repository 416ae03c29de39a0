import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pieces, wordGroups } from './format.ts'

it('cuts texts into at most so many groups that are the text again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 9 }), (text, count) => {
      for (const groups of [wordGroups(text, count), pieces(text, count)]) {
        expect(groups.join('')).toBe(text)
        expect(groups.length).toBeGreaterThanOrEqual(1)
        expect(groups.length).toBeLessThanOrEqual(count)
      }
    }),
  )
})

it('cuts between words', () => {
  expect(wordGroups('one two  three four', 2)).toEqual(['one two  ', 'three four'])
})
