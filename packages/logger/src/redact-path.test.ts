import { describe, expect, test } from 'vitest'
import { parsePath } from './redact-path.ts'

test.each<[string, string[]]>([
  ['a', ['a']],
  ['a.b', ['a', 'b']],
  ['a-b._c.$d', ['a-b', '_c', '$d']],
  ['a[0].b', ['a', '0', 'b']],
  ['a[10][2]', ['a', '10', '2']],
  ['a.0', ['a', '0']],
  ['[0]', ['0']],
  ['*.a[*].*', ['*', 'a', '*', '*']],
  ['a["b.c"].d', ['a', 'b.c', 'd']],
  ['["a b"]["c[0]"]', ['a b', 'c[0]']],
  ['a["\\"q\\\\"]', ['a', '"q\\']],
  ['a["\\x"]', ['a', 'x']],
  ['a[""]', ['a', '']],
  ['größe.名', ['größe', '名']],
])('%s', (path, keys) => {
  expect(parsePath('paths', path)).toEqual(keys)
})

describe('is refused:', () => {
  test.each([
    '.',
    'a.',
    'a..b',
    'a[',
    'a[]',
    'a[b]',
    "a['b']",
    'a[0',
    'a[0]b',
    'a]',
    '[-1]',
    'a["b]',
    'a[1.5]',
  ])('%s', (path) => {
    expect(() => parsePath('paths', path)).toThrow(
      new RangeError(`\`paths\` must be paths such as a.b[0].*, not ${JSON.stringify(path)}`),
    )
  })
})
