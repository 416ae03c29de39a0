import { expect, test } from 'vitest'
import { matchesTag, tagOf } from './revision-tag.ts'

test('differs by revision and by process', () => {
  expect(tagOf(1)).toMatch(/^"[\da-f]{8}-1"$/)
  expect(tagOf(1)).toBe(tagOf(1))
  expect(tagOf(1)).not.toBe(tagOf(2))
  expect(tagOf(11)).not.toBe(tagOf(1))
})

const tag = tagOf(13)

test.each([
  null,
  '*',
  tag,
  ` ${tag} `,
  `"999", ${tag}`,
  `${tag},"999"`,
  `"999" ,\t${tag} , "14"`,
  ', ,*',
])('matches %j', (header) => {
  expect(matchesTag(header, tag)).toBe(true)
})

test.each([
  '',
  ',',
  '"999"',
  '"999", "14"',
  '"13"',
  '13',
  `W/${tag}`,
  tag.slice(1, -1),
  `"${tag}"`,
])('does not match %j', (header) => {
  expect(matchesTag(header, tag)).toBe(false)
})
