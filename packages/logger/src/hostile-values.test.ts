import { revokedProxy } from '@holdfast/internal/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ecsFields, otelFields } from './field-map.ts'
import { anyHostile, anyRecord, collect, depthOf, parseLine } from './testing.ts'

const maps = { none: undefined, otelFields, ecsFields }

describe.each(Object.entries(maps))('with the field map %s', (_, fieldMap) => {
  test('whatever a call is given, it writes one line, and throws nothing', () => {
    const { log, texts } = collect({ fieldMap, level: 'trace', redact: { paths: ['a.b', '*.*'] } })
    fc.assert(
      fc.property(
        anyHostile,
        anyHostile,
        anyRecord(anyHostile),
        (makeFirst, makeSecond, fields) => {
          const [first, second] = [makeFirst(), makeSecond()]
          texts.length = 0
          log.info(first as never, second as never)
          log.error(second as never)
          log.trace('message', first as never)
          const child = log.child({ ...fields() }).child(Object(second))
          child.fatal({ ...fields(), second }, 'message')
          child.warn(Object(second), first as never)
          expect(texts.map(parseLine)).toHaveLength(5)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a line is as long and as deep as its limits allow, whatever is in it', () => {
    const limits = { maxDepth: 3, maxEntries: 10, maxStringLength: 50, maxLineLength: 500 }
    const { log, texts } = collect({ fieldMap, limits })
    fc.assert(
      fc.property(anyHostile, anyHostile, fc.string({ maxLength: 5000 }), (makeA, makeB, name) => {
        const [a, b] = [makeA(), makeB()]
        const child = log.child({ a, [name]: b }).child({ b, err: a })
        child.info({ a, b, [name]: a, err: b }, 'x'.repeat(1000))
        const text = texts.pop() as string
        // What a line takes and what its logger's fields take, each character written with six at worst.
        expect(text.length).toBeLessThan(2 * 6 * limits.maxLineLength)
        expect(depthOf(parseLine(text))).toBeLessThanOrEqual(1 + limits.maxDepth)
      }),
      { numRuns: 300 },
    )
  })
})

test.each<[string, unknown, unknown]>([
  ['undefined', undefined, 'null'],
  ['a hole', Array(1), [null]],
  ['NaN', Number.NaN, 'NaN'],
  ['infinity', -1 / 0, '-Infinity'],
  ['a big integer', 12345678901234567890n, '12345678901234567890'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a function', () => 5, '[function]'],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['no date', new Date(Number.NaN), null],
  ['a URL', new URL('http://host/a?b'), 'http://host/a?b'],
  ['bytes', Buffer.from('secret'), '[6 bytes]'],
  ['numbers', new Float64Array(2), '[16 bytes]'],
  ['a view', new DataView(new ArrayBuffer(3)), '[3 bytes]'],
  ['a map', new Map([['a', { b: 1 }]]), { a: { b: 1 } }],
  [
    'a map of other keys',
    new Map<unknown, unknown>([
      [1, 'a'],
      [null, 'b'],
      [Symbol('c'), 'd'],
    ]),
    {
      '1': 'a',
      null: 'b',
      'Symbol(c)': 'd',
    },
  ],
  ['a map of an unreadable key', new Map([[revokedProxy(), 1]]), { '"[unreadable]"': 1 }],
  ['a map of objects', new Map([[{ a: 1, token: 'b' }, 1]]), { '{"a":1,"token":"[redacted]"}': 1 }],
  [
    'a map of alike keys',
    new Map([
      [{}, 1],
      [{}, 2],
    ]),
    { '{}': 2, '…': '1 more' },
  ],
  ['a set', new Set([1, { a: 2 }]), [1, { a: 2 }]],
  ['headers', new Headers({ Accept: '*/*' }), { accept: '*/*' }],
  ['no prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  [
    'an instance',
    new (class A {
      a = 1
      get b() {
        return 2
      }
    })(),
    { a: 1 },
  ],
  ['its own JSON', { toJSON: () => ({ a: 1n }) }, { a: '1' }],
  ['half a character', 'a\ud800', 'a\ud800'],
  ['an own __proto__', JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
  ['what is revoked', revokedProxy(), '[unreadable]'],
  [
    'JSON that throws',
    {
      toJSON: () => {
        throw 1
      },
    },
    '[unreadable]',
  ],
])('%s within', (_, value, written) => {
  const { log, line } = collect()
  log.info('m', { list: [value] })
  const { list } = line() as { list: unknown[] }
  expect(list).toEqual([written === 'null' ? null : written])
})

test('what cannot be read costs nothing around it', () => {
  const { log, line } = collect()
  const fields = {
    a: 1,
    get b() {
      throw new Error('No')
    },
    c: { d: revokedProxy(), e: 2 },
  }
  log.info(fields, 'm')
  expect(line()).toEqual({
    level: 'info',
    msg: 'm',
    a: 1,
    b: '[unreadable]',
    c: { d: '[unreadable]', e: 2 },
  })
})

test.each(['none', 'otelFields', 'ecsFields'] as const)(
  'nor does it where a field goes over a child’s, or stands beside an error (%s)',
  (map) => {
    const { log, line } = collect({ fieldMap: maps[map], fields: { a: 1, c: 1 } })
    const fields = {
      err: new Error('E'),
      get a() {
        throw new Error('No')
      },
      b: 2,
    }
    log.info(fields, 'm')
    expect(line()).toMatchObject({ a: '[unreadable]', b: 2, c: 1 })
  },
)

test('a getter that gives another thing each time makes no field twice', () => {
  const { log, line } = collect({ fields: { a: 'bound' } })
  let reads = 0
  const fields = {
    get a() {
      reads += 1
      return reads === 1 ? undefined : reads
    },
  }
  log.info('m', fields)
  expect(line()).toMatchObject({ a: 'bound' })
  expect(reads).toBe(1)
})

test('names that cannot be had are told', () => {
  const ownKeys = () => {
    throw new Error('No')
  }
  const { log, line } = collect({ fields: { value: 1, a: 2 } })
  log.info('m', new Proxy({}, { ownKeys }))
  expect(line()).toEqual({ level: 'info', msg: 'm', value: '[unreadable]', a: 2 })
  log.child(new Proxy({}, { ownKeys })).info('m')
  expect(line()).toEqual({ level: 'info', msg: 'm', value: 1, a: 2 })
})

test('a proxy that has a message and no class is no error', () => {
  const getPrototypeOf = () => {
    throw new Error('No')
  }
  const { log, line } = collect()
  log.info(new Proxy({}, { get: () => 'text', getPrototypeOf }))
  expect(line()).toEqual({ level: 'info', msg: '', value: '[unreadable]' })
})

describe('what logs while it is written', () => {
  test('a getter that logs its object', () => {
    const { log, texts } = collect()
    const fields = {
      a: 1,
      get b() {
        log.info('inner', fields)
        return 2
      },
      c: { d: 3 },
    }
    log.info('outer', fields)
    expect(texts.map(parseLine)).toMatchObject([
      { msg: 'inner', value: '[circular]' },
      { msg: 'outer', a: 1, b: 2, c: { d: 3 } },
    ])
  })

  test('JSON that logs itself, and another', () => {
    const { log, texts } = collect()
    const value = {
      toJSON() {
        log.info('inner', { value, other: { a: { b: 1 } } })
        return { c: 2 }
      },
    }
    log.info('outer', { value })
    expect(texts.map(parseLine)).toMatchObject([
      { msg: 'inner', value: '[circular]', other: { a: { b: 1 } } },
      { msg: 'outer', value: { c: 2 } },
    ])
  })

  test('a line goes on with the room that it had', () => {
    const limits = { maxLineLength: 200 }
    const { log, texts } = collect({ limits })
    const written = (inner: () => void): unknown => {
      const getter = { get: inner, enumerable: true }
      const within = Object.defineProperty({}, 'b', getter)
      const fields = Object.defineProperty({}, 'a', getter)
      log.info('x'.repeat(50), Object.assign(fields, { within, text: 'x'.repeat(300) }))
      return parseLine(texts.at(-1) as string)['text']
    }
    const alone = written(() => {})
    expect(alone).toMatch(/^x{50,150}… \d+ more$/)
    expect(written(() => log.info('y'.repeat(150)))).toBe(alone)
    expect(written(() => void log.child({ a: 'y'.repeat(150) }))).toBe(alone)
  })

  test('each line has its own room and depth', () => {
    const limits = { maxDepth: 2, maxLineLength: 100 }
    const { log, texts } = collect({ limits })
    const deep = { a: { b: { c: 1 } } }
    const fields = {
      x: {
        get y() {
          log.info({ deep, text: 'y'.repeat(50) })
          log.child({ deep }).info('child')
          return { z: {} }
        },
      },
      text: 'x'.repeat(90),
      after: 1,
    }
    log.info(fields, 'outer')
    expect(texts.map(parseLine)).toMatchObject([
      { msg: '', deep: { a: { b: '[…]' } }, text: 'y'.repeat(50) },
      { msg: 'child', deep: { a: { b: '[…]' } } },
      {
        msg: 'outer',
        x: { y: { z: '[…]' } },
        text: expect.stringMatching(/^x+… \d+ more$/),
        '…': '1 more',
      },
    ])
  })
})
