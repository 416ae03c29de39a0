import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRange } from './semver.ts'

const holds = (range: string, version: string) => compileRange(range)?.(version)

// The order of SemVer 2.0.0, §11, with its own examples.
const ASCENDING = [
  '0.0.0-0',
  '0.0.0',
  '0.9.0',
  '1.0.0-0',
  '1.0.0-9',
  '1.0.0-10',
  '1.0.0-99999999999999999998',
  '1.0.0-99999999999999999999',
  '1.0.0-A',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0-rc.1.0',
  '1.0.0',
  '1.9.0',
  '1.10.0',
  '1.11.0',
  '2.0.0',
  '2.1.0',
  '2.1.1',
  '10.0.0',
  '999999999999999.0.0',
]

test('precedence is that of SemVer 2.0.0', () => {
  for (const [i, a] of ASCENDING.entries()) {
    for (const [j, b] of ASCENDING.entries()) {
      const found = ['<', '<=', '=', '', '!=', '>=', '>'].filter((sign) => holds(sign + b, a))
      const expected = i < j ? ['<', '<=', '!='] : i > j ? ['!=', '>=', '>'] : ['<=', '=', '', '>=']
      expect(found, `${a} and ${b}`).toEqual(expected)
    }
  }
})

describe('ranges', () => {
  test.each([
    ['>=1.2.0 <2', '1.2.0 1.99.0', '1.1.9 1.2.0-rc.1 2.0.0 2.0.0-rc.1'],
    ['<2.0.0', '1.0.0 2.0.0-rc.1', '2.0.0'],
    ['<1.2', '1.1.9 1.1.0-a', '1.2.0-a 1.2.0'],
    ['<=1.2', '1.2.0 1.2.99 0.0.1', '1.3.0-a 1.3.0'],
    ['>1.2', '1.3.0 2.0.0 1.3.0-a', '1.2.0 1.2.99'],
    ['>=1.2', '1.2.0 3.0.0', '1.2.0-a 1.1.0'],
    ['1', '1.0.0 1.9.9', '0.9.9 1.0.0-a 2.0.0-a 2.0.0'],
    ['1.2', '1.2.0 1.2.9', '1.1.0 1.3.0-a 1.3.0'],
    ['=1.2', '1.2.0 1.2.9', '1.1.0 1.3.0'],
    ['!=1.2', '1.1.0 1.3.0', '1.2.0 1.2.9'],
    ['1.2.3', '1.2.3 1.2.3+build.7', '1.2.4 1.2.3-a'],
    ['=1.2.3+build', '1.2.3 1.2.3+other', '1.2.4'],
    ['!=1.2.3', '1.2.4 1.2.3-a', '1.2.3'],
    ['^2.1', '2.1.0 2.9.9', '2.0.9 2.1.0-a 3.0.0-a 3.0.0'],
    ['^2', '2.0.0 2.9.9', '1.9.9 3.0.0'],
    ['^1.2.3-rc.1', '1.2.3-rc.1 1.2.3-rc.2 1.2.3 1.9.0', '1.2.3-beta 2.0.0-a'],
    ['^0.2.3', '0.2.3 0.2.9', '0.2.2 0.3.0'],
    ['^0.2', '0.2.0 0.2.9', '0.1.9 0.3.0'],
    ['^0.0.3', '0.0.3', '0.0.2 0.0.4-a 0.0.4'],
    ['^0.0', '0.0.0 0.0.9', '0.1.0'],
    ['^0', '0.0.0 0.9.9', '1.0.0'],
    ['^0.0.0', '0.0.0', '0.0.1'],
    ['~1.4', '1.4.0 1.4.9', '1.3.9 1.5.0-a 1.5.0'],
    ['~1.4.2', '1.4.2 1.4.9', '1.4.1 1.5.0'],
    ['~1', '1.0.0 1.9.9', '0.9.9 2.0.0'],
    ['  >=1.0.0   <1.5 !=1.2.3  ', '1.0.0 1.4.9', '1.2.3 1.5.0'],
    ['>2 <1', '', '0.5.0 1.5.0 3.0.0'],
  ])('%s', (range, inside, outside) => {
    for (const version of inside.split(' ').filter(Boolean)) {
      expect(holds(range, version), version).toBe(true)
    }
    for (const version of outside.split(' ')) expect(holds(range, version), version).toBe(false)
  })

  test.each([
    '',
    ' ',
    '*',
    'x',
    '1.x',
    '1.2.*',
    'v1.0.0',
    '1.0.0 || 2.0.0',
    '1.0.0 - 2.0.0',
    '>= 1.0.0',
    '>=',
    '==1.0.0',
    '=>1.0.0',
    '!1.0.0',
    '>1.0.0,<2.0.0',
    '>1.0.0\t<2.0.0',
    '01.0.0',
    '1.00.0',
    '1.0.0-',
    '1.0.0-01',
    '1.0.0-a..b',
    '1.2-rc.1',
    '1.0.0+',
    '1.0.0.0',
    '-1.0.0',
    '1e3',
    '1000000000000000.0.0',
    'latest',
    `>=1.0.0 ${' '.repeat(300)}<2.0.0`,
  ])('%j is no range', (range) => {
    expect(compileRange(range)).toBeUndefined()
  })
})

test.each([
  '',
  '1',
  '1.2',
  'v1.2.3',
  '1.2.3.4',
  '=1.2.3',
  '^1.2.3',
  ' 1.2.3',
  '1.2.3 ',
  '1.2.3\n',
  '01.2.3',
  '1.2.3-',
  '1.2.3-01',
  '1.2.3-é',
  '1.2.3+',
  '1.2.3+a+b',
  '١.٢.٣',
  '1000000000000000.0.0',
  `1.2.3-${'a'.repeat(300)}`,
  'toString',
])('%j is no version, and lies in no range', (version) => {
  for (const range of ['>=0.0.0-0', '!=9.9.9', '<999', '1', version.trim()]) {
    expect(holds(range, version) ?? false, range).toBe(false)
  }
})

test('a range and its complement share every version', () => {
  const number = fc.integer({ min: 0, max: 3 })
  const version = fc
    .tuple(number, number, number, fc.constantFrom('', '-0', '-a', '-a.1', '-1'))
    .map(([major, minor, patch, rest]) => `${major}.${minor}.${patch}${rest}`)
  const bound = fc.oneof(
    version,
    fc.tuple(number, number).map((parts) => parts.join('.')),
    number.map(String),
  )
  fc.assert(
    fc.property(bound, version, (bound, version) => {
      expect(holds(`!=${bound}`, version)).toBe(!holds(`=${bound}`, version))
      expect(holds(`<=${bound}`, version)).toBe(!holds(`>${bound}`, version))
      if (bound.split('.').length === 3) {
        expect(holds(`<${bound}`, version)).toBe(!holds(`>=${bound}`, version))
      }
      expect(holds(`>=${bound} <=${bound}`, version)).toBe(holds(bound, version))
    }),
  )
})

test('hostile texts take no time', () => {
  const startedAt = performance.now()
  for (const text of [
    '1.0.0-',
    '1.'.repeat(50_000),
    `1.0.0-${'1a-'.repeat(80)}!`,
    '<'.repeat(1e6),
  ]) {
    expect(compileRange(text)).toBeUndefined()
    expect(holds('>=0.0.0-0', text)).toBe(false)
  }
  expect(performance.now() - startedAt).toBeLessThan(1000)
})
