import { revokedProxy } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprint, MAX_HASHED } from './fingerprint.ts'

const loose = { isLoose: true }
/** How many properties are read of a value in which every property is one like it. */
function countReads(value: (count: () => void) => unknown): number {
  let reads = 0
  fingerprint(value(() => reads++))
  return reads
}

describe('alike are', () => {
  const date = new Date('2026-03-11T09:00:00Z')
  const loop: { self?: unknown; a: number } = { a: 1 }
  loop.self = loop
  const other: { a: number; self?: unknown } = { a: 1 }
  other.self = other
  test.each<[string, unknown, unknown]>([
    [
      'objects whose keys are in another order',
      { a: 1, b: { c: 2, d: 3 } },
      { b: { d: 3, c: 2 }, a: 1 },
    ],
    ['a key without a value and none', { a: 1, b: undefined }, { a: 1 }],
    ['0 and -0', 0, -0],
    ['NaN and NaN', Number.NaN, Number.NaN],
    ['a date and its text in JSON', date, date.toJSON()],
    ['what toJSON gives', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
    ['cycles of the same shape', loop, other],
    ['bytes, however they are viewed', new Uint8Array([1, 2]), Buffer.from([1, 2])],
    ['bytes and their buffer', new Uint8Array([1, 2]), new Uint8Array([1, 2]).buffer],
    ['a view on a part', new Uint8Array([0, 1, 2]).subarray(1), new Uint8Array([1, 2])],
    ['errors of one name and message', new TypeError('x'), new TypeError('x')],
    ['functions and symbols', () => 1, Symbol('x')],
    [
      'what cannot be read',
      revokedProxy(),
      {
        get a() {
          throw new Error('x')
        },
      },
    ],
  ])('%s', (_, one, two) => {
    expect(fingerprint(one) === fingerprint(two) || _ === 'what cannot be read').toBe(true)
  })
})

describe('other than each other are', () => {
  const values: readonly unknown[] = [
    undefined,
    null,
    true,
    false,
    0,
    1,
    -1,
    0.1,
    Infinity,
    -Infinity,
    Number.NaN,
    2 ** 53,
    2 ** -1074,
    '',
    ' ',
    '0',
    'null',
    'a',
    'A',
    'ä',
    '👍',
    'true',
    '[]',
    '{}',
    [],
    [[]],
    [null],
    [undefined],
    [0],
    [0, 0],
    ['a', 'b'],
    ['ab'],
    ['a', ['b']],
    [['a'], 'b'],
    {},
    { a: 1 },
    { a: '1' },
    { a: { b: 1 } },
    { a: 1, b: 1 },
    { ab: 1 },
    { a: null },
    { a: [1] },
    { b: 1 },
    { x: { a: '1' }, y: '2' },
    { x: { a: '1', y: '2' } },
    'x'.repeat(25),
    `${'x'.repeat(25)}\0`,
    [1, -1],
    [-1, 1],
    [-1, -1],
    0n,
    1n,
    -1n,
    2n ** 53n,
    2n ** 64n,
    2n ** 64n + 1n,
    2n ** 200n,
    2n ** 300n,
    -(2n ** 200n),
    new Uint8Array(),
    new Uint8Array([0]),
    new Uint8Array([1]),
    new Uint8Array([1, 2]),
    new Uint8Array([32]),
    new Map([['a', 1]]),
    new Map([['a', 2]]),
    new Set(['a']),
    new Set(['b']),
    new Set(),
    new Date(0),
    new Date(1),
    new Error('a'),
    new Error('b'),
    new TypeError('a'),
    () => 1,
  ]
  test.each([{}, loose])('all values of another meaning: %j', (canon) => {
    const seen = new Map<number, unknown>()
    // Blanks alone, an empty set and an empty list, and a list with what a set has are the same.
    const blank = (value: unknown) => canon === loose && value === ' '
    for (const value of values) {
      if (blank(value) || (value instanceof Set && value.size === 0)) continue
      const print = fingerprint(value, canon)
      expect(seen.has(print) ? [seen.get(print), value] : []).toEqual([])
      seen.set(print, value)
    }
  })

  test('texts that are put together in another way, whatever they are', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\u0001', '\u000e', ',', '"') })
    const tree = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(text, tie('tree'), { maxKeys: 3 }),
      ),
    })).tree
    fc.assert(
      fc.property(tree, tree, (one, two) => {
        const areAlike = sortedJson(one) === sortedJson(two)
        expect(fingerprint(one) === fingerprint(two)).toBe(areAlike)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['numbers', (n: number) => n],
    ['texts that end in them', (n: number) => `src/components/page-${n}.tsx`],
    ['texts that begin with them', (n: number) => `${n}/index.html?sort=asc`],
    ['lists of two', (n: number) => [n % 317, Math.floor(n / 317)]],
    ['objects', (n: number) => ({ path: 'a.ts', from: n, to: n + 1 })],
    [
      'characters beyond Latin',
      (n: number) => String.fromCharCode(0x4e00 + (n % 20_000), 0x3040 + Math.floor(n / 20_000)),
    ],
    ['bits', (n: number) => 2 ** (n % 1_000) * (1 + Math.floor(n / 1_000))],
  ])('a hundred thousand %s', (kind, make) => {
    const values = new Set(
      Array.from({ length: 100_000 }, (_, n) => make(n)).map((value) => JSON.stringify(value)),
    )
    const prints = new Set([...values].map((json) => fingerprint(JSON.parse(json))))
    expect([kind, prints.size]).toEqual([kind, values.size])
  })
})

test('it is a whole number of 53 bits, that uses them', () => {
  const prints = Array.from({ length: 1_000 }, (_, n) => fingerprint(n))
  expect(prints.every((print) => Number.isSafeInteger(print) && print >= 0)).toBe(true)
  for (let bit = 0; bit < 53; bit++) {
    const set = prints.filter((print) => Math.floor(print / 2 ** bit) % 2 === 1).length
    expect(set).toBeGreaterThan(400)
    expect(set).toBeLessThan(600)
  }
})

describe('what makes no difference', () => {
  test('short text may be laid out in any way, long text may not', () => {
    const same = ['a b\nc', '  a\tb c ', 'a\r\n b\n\nc\n']
    expect(new Set(same.map((text) => fingerprint(text, loose))).size).toBe(1)
    expect(new Set(same.map((text) => fingerprint(text))).size).toBe(3)
    expect(fingerprint('ab c', loose)).not.toBe(fingerprint('a bc', loose))
    const long = 'word '.repeat(600)
    expect(fingerprint(long, loose)).not.toBe(fingerprint(`${long} `, loose))
  })

  test('bytes are no text that could be laid out', () => {
    expect(fingerprint(new Uint8Array([9]), loose)).not.toBe(
      fingerprint(new Uint8Array([10]), loose),
    )
    expect(fingerprint(new Uint8Array([32]), loose)).not.toBe(
      fingerprint(new Uint8Array([32, 32]), loose),
    )
  })

  test('a key that is ignored has no part in it, however much there is beside it', () => {
    const canon = { ignores: (key: string) => key.startsWith('x') }
    for (const value of [1, 'text'.repeat(20_000), Array.from({ length: 9_999 }, String)]) {
      const bare = fingerprint({ a: value, z: 'end' }, canon)
      expect(fingerprint({ a: value, x1: 7, x2: 'y'.repeat(99), z: 'end' }, canon)).toBe(bare)
    }
  })

  test('a mask is put on texts, and on the ends of long ones', () => {
    const canon = { mask: (text: string) => text.replace(/\d+/g, '#') }
    expect(fingerprint(['at 12'], canon)).toBe(fingerprint(['at 7'], canon))
    const long = (n: number) => `${n} ${'text '.repeat(4_000)} ${n}`
    expect(fingerprint(long(1), canon)).toBe(fingerprint(long(2), canon))
    expect(fingerprint(long(1), canon)).not.toBe(fingerprint(`${long(1)}!`, canon))
  })
})

describe('huge values', () => {
  const text = (length: number) =>
    'The quick brown fox jumps over it.\n'.repeat(length / 35 + 1).slice(0, length)
  const changed = (whole: string, at: number) => `${whole.slice(0, at)}\u0001${whole.slice(at + 1)}`

  test('a text up to the maximum is looked at whole', () => {
    const whole = text(MAX_HASHED - 1)
    for (let at = 0; at < whole.length; at += 97) {
      expect(fingerprint(changed(whole, at))).not.toBe(fingerprint(whole))
    }
  })

  test('of a longer one the beginning and the end, and of what is between a part', () => {
    const whole = text(100_000)
    const print = fingerprint(whole)
    expect(fingerprint(`${whole} `)).not.toBe(print)
    const isSeen = (at: number) => fingerprint(changed(whole, at)) !== print
    const share = (from: number, to: number) => {
      let seen = 0
      for (let n = 0; n < 500; n++)
        if (isSeen(from + Math.floor((n * (to - from - 1)) / 501))) seen++
      return seen / 500
    }
    expect(share(0, MAX_HASHED / 4 - 2)).toBe(1)
    expect(share(100_000 - MAX_HASHED / 4 + 2, 100_000)).toBe(1)
    expect(share(40_000, 60_000)).toBeGreaterThan(0.1)
  })

  test('a line that is put in, or taken out, anywhere is seen', () => {
    const whole = text(100_000)
    for (let at = 0; at < whole.length; at += 3_500) {
      expect(fingerprint(`${whole.slice(0, at)}One more.\n${whole.slice(at)}`)).not.toBe(
        fingerprint(whole),
      )
    }
  })

  test('a long text does not hide what stands beside it', () => {
    const output = { a: text(500_000), code: 0, list: ['a', 'b'] }
    for (const other of [{ code: 1 }, { list: ['a', 'c'] }, { z: '' }]) {
      expect(fingerprint({ ...output, ...other })).not.toBe(fingerprint(output))
    }
    expect(fingerprint([text(500_000), text(500_000), 1])).not.toBe(
      fingerprint([text(500_000), text(500_000), 2]),
    )
    const bytes = (last: number) => ({ bytes: new Uint8Array(1_000_000), code: last })
    expect(fingerprint(bytes(0))).not.toBe(fingerprint(bytes(1)))
  })

  test('of lists, objects, sets and bytes both ends and the size are seen', () => {
    const list = Array.from({ length: 100_000 }, (_, n) => n)
    for (const at of [0, 1, 999, 99_000, 99_998, 99_999]) {
      expect(fingerprint(list.with(at, -7))).not.toBe(fingerprint(list))
    }
    expect(fingerprint([...list, 1])).not.toBe(fingerprint(list))
    const object = Object.fromEntries(list.map((n) => [`key${n}`, n]))
    for (const key of ['key0', 'key1000', 'key99999']) {
      expect(fingerprint({ ...object, [key]: -7 })).not.toBe(fingerprint(object))
    }
    expect(fingerprint(new Set([...list, -1]))).not.toBe(fingerprint(new Set(list)))
    const bytes = new Uint8Array(100_000)
    for (const at of [0, 5_000, 95_000, 99_999]) {
      expect(fingerprint(bytes.with(at, 7))).not.toBe(fingerprint(bytes))
    }
  })

  test('the work is bounded: no more is read than the maximum, and the keys of one object', () => {
    const most = MAX_HASHED + 4_096
    const list = (count: () => void): unknown =>
      new Proxy([], {
        get: (_, key) => {
          if (key === 'length') return 1e9
          count()
          return list(count)
        },
      })
    expect(countReads(list)).toBeLessThan(most)
    const keys = Array.from({ length: 100 }, (_, n) => `k${n}`)
    const object = (count: () => void): unknown =>
      new Proxy(
        {},
        {
          ownKeys: () => keys,
          getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
          get: (_, key) => {
            if (key === 'toJSON') return undefined
            count()
            return object(count)
          },
        },
      )
    expect(countReads(object)).toBeLessThan(most)
    const nothing = (count: () => void): unknown =>
      new Proxy([], { get: (_, key) => (key === 'length' ? 1e9 : count()) })
    expect(countReads(nothing)).toBeLessThan(most)
  })

  test('what was read before of a longer text is not taken for the end of a shorter one', () => {
    const short = text(4_097)
    const alone = fingerprint(short)
    for (const before of ['x'.repeat(9_001), 'yz'.repeat(16_000)]) {
      fingerprint(before)
      expect(fingerprint(short)).toBe(alone)
    }
  })

  test('a set that never ends does end', () => {
    class Endless extends Set<number> {
      override *[Symbol.iterator](): SetIterator<number> {
        for (let n = 0; ; n++) yield n
      }
    }
    expect(fingerprint(new Endless())).toEqual(expect.any(Number))
  })

  test('what is within more than sixty-four lists is all alike', () => {
    const nested = (depth: number, end: number): unknown => (depth ? [nested(depth - 1, end)] : end)
    expect(fingerprint(nested(63, 1))).not.toBe(fingerprint(nested(63, 2)))
    expect(fingerprint(nested(99, 1))).toBe(fingerprint(nested(99, 2)))
  })

  test('what is deep, or in itself many times over, is read for a while', () => {
    let deep: unknown = 1
    for (let n = 0; n < 100_000; n++) deep = [deep]
    let twice: unknown = 1
    for (let n = 0; n < 60; n++) twice = [twice, twice]
    for (const value of [deep, twice, [[]].concat([[]])])
      expect(fingerprint(value)).toEqual(expect.any(Number))
    const endless = { toJSON: (): unknown => ({ toJSON: endless.toJSON }) }
    expect(fingerprint(endless)).toEqual(expect.any(Number))
  })
})

/** As JSON, with keys in order. */
function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join()}]`
  if (Object(value) !== value) return JSON.stringify(value)
  const entries = Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${sortedJson(inner)}`).join()}}`
}
