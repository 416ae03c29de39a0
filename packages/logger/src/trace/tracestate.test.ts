import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyEntry, anyShortEntry, hostileValues, nearMisses, SPAN_ID, TRACE_ID } from './testing.ts'
import {
  formatTracestate,
  parseTracestate,
  type TracestateEntry,
  withTracestate,
} from './tracestate.ts'

const VALUE =
  ' !"#$%&\'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~'
const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/@'

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `bar${index}=${index}`)

/** The rules once more, one character after the other. */
function isValidEntry(entry: string): boolean {
  const [key = '', value = '', ...more] = entry.split('=')
  return (
    more.length === 0 &&
    key.length >= 1 &&
    key.length <= 256 &&
    [...key].every((char) => KEY.includes(char)) &&
    !'_-*/@'.includes(key.charAt(0)) &&
    value.length >= 1 &&
    value.length <= 256 &&
    [...value].every((char) => VALUE.includes(char)) &&
    !value.endsWith(' ')
  )
}

function isValid(header: string): boolean {
  const isSpace = (char: string | undefined) => char === ' ' || char === '\t'
  const members = header.split(',').map((part) => {
    let [start, end] = [0, part.length]
    while (start < end && isSpace(part[start])) start++
    while (end > start && isSpace(part[end - 1])) end--
    return part.slice(start, end)
  })
  const entries = members.filter((member) => member !== '')
  const keys = entries.map((entry) => entry.split('=')[0])
  return (
    entries.every(isValidEntry) && entries.length <= 32 && new Set(keys).size === entries.length
  )
}

describe('parseTracestate', () => {
  test.each<[string, string, TracestateEntry[]]>([
    ['one entry', 'foo=1', [['foo', '1']]],
    [
      'entries in their order',
      'foo=1,bar=2',
      [
        ['foo', '1'],
        ['bar', '2'],
      ],
    ],
    [
      'two headers, combined',
      'foo=1, bar=2',
      [
        ['foo', '1'],
        ['bar', '2'],
      ],
    ],
    [
      'white space around commas',
      'foo=1 \t , \t bar=2\t',
      [
        ['foo', '1'],
        ['bar', '2'],
      ],
    ],
    ['white space around all', '\t foo=1 \t', [['foo', '1']]],
    ['an empty header', '', []],
    ['white space alone', ' \t', []],
    [
      'empty members',
      ',foo=1,, ,\t,bar=2,',
      [
        ['foo', '1'],
        ['bar', '2'],
      ],
    ],
    ['an empty header before another', ', foo=1', [['foo', '1']]],
    ['an empty header after another', 'foo=1, ', [['foo', '1']]],
    ['a space that begins a value', 'foo=  1', [['foo', '  1']]],
    ['a space within a value', 'foo=1 2', [['foo', '1 2']]],
    ['every character of a key', `${KEY}=1`, [[KEY, '1']]],
    ['every character of a value', `foo=${VALUE}`, [['foo', VALUE]]],
    ['a key that begins with a digit', '0foo=1', [['0foo', '1']]],
    ['a key that ends with @', 'foo@=1', [['foo@', '1']]],
    ['a key with @@', 'foo@@bar=1', [['foo@@bar', '1']]],
    ['a key with two @', 'foo@bar@baz=1', [['foo@bar@baz', '1']]],
    ['a key of 256', `${'z'.repeat(256)}=1`, [['z'.repeat(256), '1']]],
    ['a value of 256', `foo=${'1'.repeat(256)}`, [['foo', '1'.repeat(256)]]],
  ])('takes %s', (_, header, entries) => {
    expect(parseTracestate(header)).toEqual(entries)
  })

  test('takes 32 entries, and drops all of 33', () => {
    expect(parseTracestate(numbered(32).join())).toHaveLength(32)
    expect(parseTracestate(numbered(33).join())).toBeUndefined()
  })

  test('counts no empty members', () => {
    expect(parseTracestate(numbered(32).join(', ,'))).toHaveLength(32)
  })

  test.each([
    ['a key twice', 'foo=1,foo=1'],
    ['a key twice, with other values', 'foo=1,bar=1,foo=2'],
    ['a space after the key', 'foo =1'],
    ['a tab after the key', 'foo\t=1'],
    ['an upper-case key', 'FOO=1'],
    ['a key with a dot', 'foo.bar=1'],
    ['a key that begins with @', '@foo=1'],
    ['a key that begins with a dash', '-foo=1'],
    ['a key that begins with an underscore', '_foo=1'],
    ['no key', '=1'],
    ['no equals sign', 'foo'],
    ['an equals sign alone', '='],
    ['two equals signs', 'foo=bar=baz'],
    ['no value', 'foo='],
    ['a value of spaces', 'foo=  '],
    ['a tab within a value', 'foo=1\t2'],
    ['a value that is not ASCII', 'foo=é'],
    ['a control character', 'foo=\u007f'],
    ['a line break', 'foo=1\r\nx: y'],
    ['a line break at the end', 'foo=1\n'],
    ['a no-break space at the end', 'foo=1\u00a0'],
    ['a byte order mark', '\ufefffoo=1'],
    ['a key of 257', `${'z'.repeat(257)}=1`],
    ['a value of 257', `foo=${'1'.repeat(257)}`],
  ])('drops all for %s', (_, header) => {
    expect(parseTracestate(header)).toBeUndefined()
    expect(parseTracestate(`ok=1,${header}`)).toBeUndefined()
    expect(parseTracestate(`${header},ok=1`)).toBeUndefined()
  })

  test.each(hostileValues)('does not throw for %s', (_, value) => {
    expect(parseTracestate(value)).toBeUndefined()
  })

  test('takes the longest that 32 entries can be, and nothing longer', () => {
    const entries = Array.from(
      { length: 32 },
      (_, index) => `${String(index).padEnd(256, 'k')}=${'v'.repeat(256)}`,
    )
    expect(parseTracestate(entries.join())).toHaveLength(32)
    expect(parseTracestate(`${entries.join()} `)).toBeUndefined()
  })

  test('takes no time, whatever it is given', () => {
    const start = performance.now()
    for (const part of [' ', '\t', ',', 'a', 'a=', 'a= ', 'a,', '\t\n']) {
      const length = Math.floor(16_000 / part.length)
      for (let round = 0; round < 20; round++) parseTracestate(`${part.repeat(length)}\t=`)
      parseTracestate(part.repeat(5e6))
    }
    expect(performance.now() - start).toBeLessThan(2000)
  })

  test('takes what is valid, and nothing else', () => {
    const valid = fc
      .tuple(
        fc.array(fc.oneof(anyEntry, anyShortEntry), { maxLength: 5 }),
        fc.constantFrom(',', ' ,\t'),
      )
      .map(([entries, comma]) => entries.map((entry) => entry.join('=')).join(comma))
    const headers = fc.oneof(
      valid,
      nearMisses(valid, 'a0@=, \t\nA'),
      fc.string({ unit: fc.constantFrom(...'ab0@=, \tA') }),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(headers, (header) => {
        expect(parseTracestate(header) !== undefined).toBe(isValid(header))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('formatTracestate', () => {
  const key = ([key]: TracestateEntry) => key
  const shortEntries = fc.uniqueArray(anyShortEntry, { selector: key, maxLength: 32 })
  const entries = fc.array(fc.oneof(anyEntry, anyShortEntry), { maxLength: 40 })

  test('writes entries in their order', () => {
    expect(
      formatTracestate([
        ['rojo', '00f067aa0ba902b7'],
        ['congo', ' t61'],
      ]),
    ).toBe('rojo=00f067aa0ba902b7,congo= t61')
    expect(formatTracestate([])).toBe('')
  })

  test('keeps the first of two with the same key', () => {
    expect(
      formatTracestate([
        ['a', 'new'],
        ['b', '1'],
        ['a', 'old'],
      ]),
    ).toBe('a=new,b=1')
  })

  test('is undone by parsing', () => {
    fc.assert(
      fc.property(shortEntries, (entries) => {
        expect(parseTracestate(formatTracestate(entries))).toEqual(entries)
      }),
    )
  })

  test('writes a valid header within its limits, in order, whatever valid it is given', () => {
    fc.assert(
      fc.property(entries, (entries) => {
        const header = formatTracestate(entries)
        expect(isValid(header)).toBe(true)
        expect(header.length).toBeLessThanOrEqual(512)
        const given = entries.map((entry) => entry.join('='))
        const places = header === '' ? [] : header.split(',').map((member) => given.indexOf(member))
        expect(places).toEqual([...places].sort((a, b) => a - b))
        expect(places).not.toContain(-1)
      }),
    )
  })

  test('writes 512 characters, and cuts 513 by whole entries', () => {
    const at = (length: number): TracestateEntry[] => [
      ['a', 'x'.repeat(126)],
      ['b', 'x'.repeat(126)],
      ['c', 'x'.repeat(126)],
      ['d', 'x'.repeat(length - 3 * 129 - 2)],
    ]
    expect(formatTracestate(at(512))).toHaveLength(512)
    expect(formatTracestate(at(513))).toBe(formatTracestate(at(513).slice(0, 3)))
  })

  test('cuts entries above 128 characters first, from the right, and no more than it must', () => {
    const long = (key: string): TracestateEntry => [key, 'x'.repeat(127)]
    const whole = (key: string): TracestateEntry => [key, 'x'.repeat(126)]
    const keys = (entries: TracestateEntry[]) =>
      parseTracestate(formatTracestate(entries))?.map(key).join('')
    expect(keys([whole('a'), long('b'), whole('c'), whole('d')])).toBe('acd')
    expect(keys([long('a'), whole('b'), long('c'), whole('d')])).toBe('abd')
    expect(keys([whole('a'), whole('b'), whole('c'), whole('d')])).toBe('abc')
    expect(keys([long('a'), whole('b'), whole('c'), whole('d'), whole('e')])).toBe('bcd')
    expect(keys([long('a'), long('b'), long('c')])).toBe('abc')
  })

  test('writes 32 entries, the first ones', () => {
    const entries = numbered(40).map((entry) => entry.split('=') as [string, string])
    expect(formatTracestate(entries)).toBe(numbered(32).join())
  })

  test.each([
    ['A', '1'],
    ['', '1'],
    ['a', ''],
    ['a=b', 'c'],
    ['a', 'b=c'],
    ['a', 'b,c=d'],
    ['a', 'b '],
    ['a', 'b\r\nx: y'],
    ['a', 'b\n'],
    ['a\n', 'b'],
    ['a'.repeat(257), 'b'],
    ['a', 'b'.repeat(257)],
    ['a', { toString: () => '\r\n' } as unknown as string],
  ])('refuses %j=%j', (key, value) => {
    expect(() =>
      formatTracestate([
        ['ok', '1'],
        [key, value],
      ]),
    ).toThrow(TypeError)
    expect(() =>
      withTracestate({ traceId: TRACE_ID, spanId: SPAN_ID, flags: 1 }, key, value),
    ).toThrow('`tracestate entry` must be a valid key=value')
  })
})

describe('withTracestate', () => {
  const trace = { traceId: TRACE_ID, spanId: SPAN_ID, flags: 1, requestId: 'r' }

  test('adds an entry to the front of a frozen copy', () => {
    const state = 'rojo=1,congo=2'
    const changed = withTracestate({ ...trace, state }, 'own', 'x')
    expect(changed).toEqual({ ...trace, state: 'own=x,rojo=1,congo=2' })
    expect(Object.isFrozen(changed)).toBe(true)
    expect(withTracestate(trace, 'own', 'x').state).toBe('own=x')
  })

  test('moves an entry that is there to the front, and leaves the others in order', () => {
    const state = 'rojo=1,own=old,congo=2'
    expect(withTracestate({ ...trace, state }, 'own', 'new').state).toBe('own=new,rojo=1,congo=2')
  })

  test('drops the last of 32 to make room', () => {
    const { state } = withTracestate({ ...trace, state: numbered(32).join() }, 'own', 'x')
    expect(state).toBe(['own=x', ...numbered(31)].join())
  })

  test('drops a state that is not valid', () => {
    expect(withTracestate({ ...trace, state: 'a=1\r\nx: y' }, 'own', 'x').state).toBe('own=x')
  })
})
