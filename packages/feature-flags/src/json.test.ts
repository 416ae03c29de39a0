import { thrownBy } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FlagDataError } from './errors.ts'
import { parseJson } from './json.ts'

/** What is wrong with a text, or `undefined`. */
function faultOf(text: string): FlagDataError | undefined {
  try {
    parseJson(text)
    return undefined
  } catch (error) {
    if (FlagDataError.isInstance(error)) return error
    throw error
  }
}

/** The same by `JSON.parse`; but a number must not be too large for one. */
function isJson(text: string): boolean {
  try {
    let fits = true
    JSON.parse(text, (_, value) => {
      if (value === Infinity || value === -Infinity) fits = false
      return value
    })
    return fits
  } catch {
    return false
  }
}

/** Objects as they are for everybody else. JSON's own writer, since a plain copy would lose a `__proto__`. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('takes what JSON.parse takes', () => {
  test('any JSON, with the same values', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(0, 2, '\t', '\r\n'), (text, space) => {
        const value: unknown = JSON.parse(text)
        // fast-check's objects may have `__proto__` among their names.
        expect(plain(parseJson(JSON.stringify(value, null, space)).value)).toEqual(plain(value))
        expect(plain(parseJson(text).value)).toEqual(plain(value))
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    '-0',
    '-1E+2',
    '0.1e-7',
    '123456789012345678901234567890',
    '"\\ud800"',
    '"\ud800"',
    '"\\u0000\\/\\b"',
    '"\u2028\u007f"',
    '\r\n\t 1 \r\n\t',
  ])('%j', (text) => {
    expect(parseJson(text).value).toBe(JSON.parse(text))
  })

  test('nothing else: texts with one place changed', () => {
    const letters = [
      ...'{}[]:,"\\ \n\t0123-+.eEtrufalsn/*\'',
      '\0',
      '\ufeff',
      '\u00a0',
      '\ud800',
      '\\u00',
      '\r',
    ]
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.integer({ min: 0, max: 3 }),
      insert: fc.oneof(
        fc.constantFrom(...letters),
        fc.string({ unit: 'binary', maxLength: 2 }),
        fc.constant(''),
      ),
    })
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), edit, (json, { at, remove, insert }) => {
        const place = at % (json.length + 1)
        const text = json.slice(0, place) + insert + json.slice(place + remove)
        const fault = faultOf(text)
        // Of a name that is twice the parser tells before it comes to what else is wrong.
        if (fault?.message.includes('is there twice')) return
        expect(fault === undefined, `${text}: ${fault?.message}`).toBe(isJson(text))
        if (!fault) expect(plain(parseJson(text).value)).toEqual(plain(JSON.parse(text)))
        expect(fault === undefined || (fault.position?.line ?? 0) >= 1).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  test('nothing else: any text made of its marks', () => {
    const parts = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"b"',
      '1',
      '-',
      '.5',
      'e1',
      'true',
      'nul',
      ' ',
      '\n',
      '"',
      '\\',
    ]
    const text = fc.array(fc.constantFrom(...parts), { maxLength: 12 }).map((all) => all.join(''))
    fc.assert(
      fc.property(text, (text) => {
        const fault = faultOf(text)
        if (!fault?.message.includes('is there twice'))
          expect(fault === undefined).toBe(isJson(text))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('says what is wrong and where', () => {
  test.each([
    ['', 1, 1, 'Expected a value, not the end'],
    ['  \n ', 2, 2, 'Expected a value, not the end'],
    ['{"a": 1,}', 1, 9, 'Expected a name in double quotes, not "}"'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'Expected "," or "}", not "\\""'],
    ['{"a" 1}', 1, 6, 'Expected ":", not "1"'],
    ["{'a': 1}", 1, 2, 'Expected a name in double quotes, not "\'"'],
    ['[1, 2', 1, 6, 'Expected "," or "]", not the end'],
    ['[1, ]', 1, 5, 'Expected a value, not "]"'],
    ['[,]', 1, 2, 'Expected a value, not ","'],
    ['// no\n1', 1, 1, 'Expected a value, not "/"'],
    ['1 2', 1, 3, 'Expected the end, not "2"'],
    ['01', 1, 2, 'Expected the end, not "1"'],
    ['\ufeff1', 1, 1, 'Expected a value, not "\ufeff"'],
    ['[1,\0]', 1, 4, 'Expected a value, not "\\u0000"'],
    ['["é😀", x]', 1, 9, 'Expected a value, not "x"'],
    ['{"a":\r\n{"b":\rx}}', 3, 1, 'Expected a value, not "x"'],
    ['["a\nb"]', 1, 2, 'This string does not end, or holds what JSON does not allow in one'],
    ['["a\0b"]', 1, 2, 'This string does not end, or holds what JSON does not allow in one'],
    ['["a\\x"]', 1, 2, 'This string does not end, or holds what JSON does not allow in one'],
    ['{"a', 1, 2, 'This string does not end, or holds what JSON does not allow in one'],
    ['{"a": 1,\n "a": 2}', 2, 2, 'The name "a" is there twice'],
    ['{"a": 1,\n "\\u0061": 2}', 2, 2, 'The name "\\u0061" is there twice'],
    ['{"__proto__": 1, "__proto__": 2}', 1, 18, 'The name "__proto__" is there twice'],
  ])('%j', (text, line, column, message) => {
    const fault = faultOf(text)
    expect(fault?.message).toBe(`${message} (line ${line}, column ${column})`)
    expect(fault?.position).toEqual({ line, column })
  })

  test.each(['1e999', '-1e999', '[1e309]', '{"ttlMs":1e999}'])(
    'a number that would be read as infinite: %s',
    (text) => {
      expect(faultOf(text)?.message).toMatch(/^This number is too large \(line 1, column \d+\)$/)
    },
  )

  test('more than 100 levels', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expect(faultOf(nested(100))).toBeUndefined()
    expect(faultOf(nested(101))?.message).toBe('Nested deeper than 100 levels (line 1, column 101)')
    expect(faultOf('{"a":'.repeat(1e6))?.message).toContain('Nested deeper')
    expect(faultOf('['.repeat(1e6))?.message).toContain('Nested deeper')
  })
})

test('names of the prototype chain are names like any other', () => {
  const { value } = parseJson('{"__proto__": {"polluted": true}, "toString": 1, "constructor": 2}')
  expect(Object.getPrototypeOf(value)).toBeNull()
  expect(Object.keys(value as object)).toEqual(['__proto__', 'toString', 'constructor'])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('knows where everything stands', () => {
  const text = '{\n  "a": [1, {"b": true}],\r\n  "__proto__": {\n"c": null }\n}'
  const { positionOf } = parseJson(text)
  expect(positionOf([])).toEqual({ line: 1, column: 1 })
  expect(positionOf(['a'])).toEqual({ line: 2, column: 3 })
  expect(positionOf(['a', '0'])).toEqual({ line: 2, column: 9 })
  expect(positionOf(['a', '1', 'b'])).toEqual({ line: 2, column: 13 })
  expect(positionOf(['__proto__'])).toEqual({ line: 3, column: 3 })
  expect(positionOf(['__proto__', 'c'])).toEqual({ line: 4, column: 1 })
  expect(positionOf(['a', '1', 'x', 'y'])).toEqual({ line: 2, column: 12 })
  expect(positionOf(['toString'])).toEqual({ line: 1, column: 1 })
  expect(parseJson(' \n 1').positionOf(['a'])).toEqual({ line: 2, column: 2 })
})

test('a text of a megabyte is parsed, or refused, in no time and without a deep stack', () => {
  const startedAt = performance.now()
  const size = 2 ** 20
  for (const part of ['a', '\\n', '\\u0041', '\\"', '😀']) {
    const text = `"${part.repeat(size / part.length)}"`
    expect(parseJson(text).value).toBe(JSON.parse(text))
    expect(faultOf(text.slice(0, -1))?.position).toEqual({ line: 1, column: 1 })
  }
  expect(parseJson(`[${'0,'.repeat(size / 2)}0]`).value).toHaveLength(size / 2 + 1)
  for (const text of [
    ' '.repeat(size),
    '\n'.repeat(size),
    '1'.repeat(size),
    '-'.repeat(size),
    '[1,'.repeat(size),
  ]) {
    expect(faultOf(text) === undefined).toBe(isJson(text))
  }
  expect(performance.now() - startedAt).toBeLessThan(5000)
})

test('an error of the parser is a FlagDataError and nothing else', () => {
  expect(thrownBy(() => parseJson('{'))).toBeInstanceOf(FlagDataError)
})
