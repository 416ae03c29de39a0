import { thrownBy, useVirtualTime } from '@holdfast/internal/testing'
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { createLogger } from './create-logger.ts'
import { anyHostile, anyRecord, collect, type Line, parseLine } from './testing.ts'

useVirtualTime()

test('a line has time, level, message, name, the logger’s fields and the call’s, in this order', () => {
  vi.setSystemTime('2026-03-04T05:06:07.089Z')
  const { log, texts } = collect({ name: 'shop', fields: { b: 1 } })
  log.child({ a: [2] }).warn({ d: { e: null }, c: true }, 'Paid')
  expect(texts).toEqual([
    '{"time":"2026-03-04T05:06:07.089Z","level":"warn","msg":"Paid","name":"shop","b":1,"a":[2],"d":{"e":null},"c":true}\n',
  ])
})

test('time goes on, each millisecond of it', () => {
  const { log, texts } = collect()
  const at = ['00:00:00.000', '00:00:00.009', '00:00:00.010', '00:00:00.999', '00:00:01.000']
  for (const time of [...at, '00:00:00.500']) {
    vi.setSystemTime(`1999-12-31T${time}Z`)
    log.info('m')
    expect(parseLine(texts.pop() as string)).toMatchObject({ time: `1999-12-31T${time}Z` })
  }
})

describe('message and fields may come', () => {
  const fields = { a: 1 }
  const error = new RangeError('Out')
  const err = { type: 'RangeError', message: 'Out', stack: error.stack }

  test.each<[string, readonly unknown[], Line]>([
    ['a message', ['m'], { msg: 'm' }],
    ['an empty message', [''], { msg: '' }],
    ['a message, fields', ['m', fields], { msg: 'm', a: 1 }],
    ['fields, a message', [fields, 'm'], { msg: 'm', a: 1 }],
    ['fields', [fields], { msg: '', a: 1 }],
    ['an error', [error], { msg: 'Out', err }],
    ['an error, a message', [error, 'm'], { msg: 'm', err }],
    ['a message, an error', ['m', error], { msg: 'm', err }],
    ['fields with an error', [{ err: error, a: 1 }, 'm'], { msg: 'm', err, a: 1 }],
    ['an error under another name', ['m', { reason: error }], { msg: 'm', reason: err }],
    ['nothing', [], { msg: '' }],
    ['undefined', [undefined], { msg: '' }],
    ['undefined, a message', [undefined, 'm'], { msg: 'm' }],
    ['a message, undefined', ['m', undefined], { msg: 'm' }],
    ['null', [null], { msg: '', value: null }],
    ['two texts', ['a', 'b'], { msg: 'a', value: 'b' }],
    ['a number', [5], { msg: '', value: 5 }],
    ['false, a message', [false, 'm'], { msg: 'm', value: false }],
    ['a symbol', [Symbol('s')], { msg: '', value: 'Symbol(s)' }],
    ['a big integer', [5n, 'm'], { msg: 'm', value: '5' }],
    ['a function', [() => 5, 'm'], { msg: 'm', value: '[function]' }],
    ['a list', ['m', [1, fields]], { msg: 'm', value: [1, { a: 1 }] }],
    ['a date', ['m', new Date(0)], { msg: 'm', value: '1970-01-01T00:00:00.000Z' }],
    ['a map', ['m', new Map([['a', 1]])], { msg: 'm', value: { a: 1 } }],
    ['a set', ['m', new Set([1])], { msg: 'm', value: [1] }],
    ['bytes', ['m', new Uint8Array(3)], { msg: 'm', value: '[3 bytes]' }],
    ['what has its JSON', ['m', { a: 2, toJSON: () => fields }], { msg: 'm', value: { a: 1 } }],
    ['a message that is none', [fields, { b: 2 }], { msg: '{"b":2}', a: 1 }],
    ['an error and what it came with', [error, { b: 2 }], { msg: '{"b":2}', err }],
    ['a list as the message', [fields, [1]], { msg: '[1]', a: 1 }],
  ])('%s', (_, given, written) => {
    const { log, line } = collect()
    log.error(...(given as ['m']))
    expect(line()).toEqual({ level: 'error', ...written })
  })
})

test('an instance tells its own properties', () => {
  class Order {
    id = 5
    #total = 6
    get total() {
      return this.#total
    }
  }
  const { log, line } = collect()
  log.info(new Order(), 'm')
  expect(line()).toEqual({ level: 'info', msg: 'm', id: 5 })
})

test('what is undefined is not written', () => {
  const { log, line } = collect({ fields: { a: undefined, b: 1 } })
  log
    .child({ b: undefined, c: undefined })
    .info('m', { b: undefined, d: undefined, e: [undefined] })
  expect(line()).toEqual({ level: 'info', msg: 'm', b: 1, e: [null] })
})

describe('fields that are called as the logger’s own', () => {
  test('get another name, each its own', () => {
    const { log, line } = collect()
    const fields = { time: 1, time_: 2, time__: 3, level: 4, msg: 5, trace_id: 6, span_id: 7 }
    log.info('m', { ...fields, request_id: 8, timer: 9 })
    expect(line()).toEqual({
      level: 'info',
      msg: 'm',
      time_: 1,
      time__: 2,
      time___: 3,
      level_: 4,
      msg_: 5,
      trace_id_: 6,
      span_id_: 7,
      request_id_: 8,
      timer: 9,
    })
  })

  test('so do those of children, and what says that something is left out', () => {
    const { log, line } = collect({ limits: { maxEntries: 1 } })
    log.child({ level: 1 }).info('m', { '…': 2, a: 3 })
    expect(line()).toEqual({ level: 'info', msg: 'm', level_: 1, '…_': 2, '…': '1 more' })
  })

  test('the name may be another', () => {
    const { log, line } = collect({ name: 'shop', fields: { name: 'stall' } })
    log.info('m')
    expect(line()).toEqual({ level: 'info', msg: 'm', name: 'stall' })
    log.child({ name: 'cart' }).info('m', { name: 'till' })
    expect(line()).toEqual({ level: 'info', msg: 'm', name: 'till' })
  })

  test('within other fields they stay', () => {
    const { log, line } = collect()
    log.info('m', { a: { time: 1, level: 2, type: 3 } })
    expect(line()).toEqual({ level: 'info', msg: 'm', a: { time: 1, level: 2, type: 3 } })
  })
})

describe('a child', () => {
  test('adds its fields to its parent’s, and the last of a name goes over the others', () => {
    const { log, texts } = collect({ fields: { a: 1, b: 1 } })
    log.child({ b: 2, c: 2 }).child({ c: 3 }).info('m', { a: 4 })
    expect(texts.join('')).toMatch(/"msg":"m","b":2,"c":3,"a":4}\n$/)
    texts.length = 0
    log.info('m')
    expect(texts.join('')).toMatch(/"msg":"m","a":1,"b":1}\n$/)
  })

  test('reads them once, when it is made', () => {
    const { log, line } = collect()
    const fields = { a: { b: 1 } }
    const child = log.child(fields)
    fields.a.b = 2
    child.info('m')
    expect(line()).toMatchObject({ a: { b: 1 } })
  })

  test('of many fields keeps as many as a line may have', () => {
    const { log, line } = collect({ limits: { maxEntries: 3 } })
    const child = log.child({ a: 1 }).child({ b: 2, c: 3, d: 4 })
    child.child({ a: 5, e: 6 }).info('m')
    expect(line()).toEqual({ level: 'info', msg: 'm', a: 5, b: 2, c: 3 })
  })

  test('has no more room than a line, with its parents', () => {
    const { log, line } = collect({ limits: { maxLineLength: 100 } })
    const child = log.child({ a: 'x'.repeat(60) }).child({ b: 'y'.repeat(60) })
    child.child({ c: 1, ['z'.repeat(50)]: 2 }).info('m', { d: 'd'.repeat(80) })
    expect(line()).toEqual({
      level: 'info',
      msg: 'm',
      a: 'x'.repeat(60),
      b: expect.stringMatching(/^y{20,40}… \d\d more$/),
      d: 'd'.repeat(80),
    })
  })

  test('keeps what is called as something that all objects have', () => {
    const { log, line } = collect()
    log.child({ toString: 1, a: 1 }).info('m', { a: 2 })
    expect(line()).toEqual({ level: 'info', msg: 'm', toString: 1, a: 2 })
  })

  test.each([undefined, null, 'a', 5])('of %o is refused', (fields) => {
    const { log } = collect()
    expect(() => log.child(fields as never)).toThrow('`fields` must be an object, not')
  })

  test('no name is ever written twice, and of each field the last', () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord(fc.nat().map((value) => () => value)), { maxLength: 4 }),
        anyRecord(anyHostile),
        (children, call) => {
          const { log, texts } = collect()
          const given = children.map((make) => make() as Record<string, unknown>)
          const logger = given.reduce<typeof log>((parent, fields) => parent.child(fields), log)
          logger.info('m')
          logger.info(call(), 'm')
          logger.child({ ...call() }).info('m', call())
          const [first] = texts.map(parseLine)
          const all = Object.fromEntries(given.flatMap((fields) => Object.entries(fields)))
          const own = new Set(['time', 'level', 'msg', '…', 'trace_id', 'span_id', 'request_id'])
          const renamed = Object.entries(all).map(([name, value]) =>
            own.has(name.replace(/_+$/, '')) ? [`${name}_`, value] : [name, value],
          )
          const { time, level, msg, ...fields } = first as Line
          expect(Object.entries(fields).sort()).toEqual(
            Object.entries(Object.fromEntries(renamed)).sort(),
          )
        },
      ),
    )
  })
})

test.each([
  [{ name: 5 }, TypeError, '`name` must be a string, not 5'],
  [
    { level: 'loud' },
    RangeError,
    '`level` must be one of trace, debug, info, warn, error, fatal, silent, not "loud"',
  ],
  [{ level: 'toString' }, RangeError, '`level` must be one of'],
  [{ level: 30 }, RangeError, '`level` must be one of'],
  [{ fields: 'a' }, TypeError, '`fields` must be an object, not "a"'],
  [{ destination: null }, TypeError, '`destination.write` must be a function, not undefined'],
  [{ destination: { write: 'x' } }, TypeError, '`destination.write` must be a function, not "x"'],
  [{ fieldMap: null }, TypeError, '`fieldMap` must be an object, not null'],
  [{ fieldMap: {} }, TypeError, '`fieldMap` must be made of names'],
  [
    { limits: { maxDepth: 0 } },
    RangeError,
    '`limits.maxDepth` must be an integer of 1 or more, not 0',
  ],
  [{ limits: { maxEntries: 1.5 } }, RangeError, '`limits.maxEntries`'],
  [{ limits: { maxStringLength: '9' } }, TypeError, '`limits.maxStringLength`'],
  [{ limits: { maxLineLength: Number.NaN } }, RangeError, '`limits.maxLineLength`'],
  [{ redact: true }, TypeError, '`redact` must be an object or false, not true'],
  [{ redact: null }, TypeError, '`redact` must be an object or false, not null'],
  [
    { redact: { keys: 'pin' } },
    TypeError,
    '`redact.keys` must be an array of non-empty strings, not "pin"',
  ],
  [{ redact: { keys: [''] } }, TypeError, '`redact.keys`'],
  [{ redact: { paths: [/a/] } }, TypeError, '`redact.paths` must be an array of non-empty strings'],
  [
    { redact: { paths: ['a..b'] } },
    RangeError,
    '`redact.paths` must be paths such as a.b[0].*, not "a..b"',
  ],
])('%o is refused', (options, errorClass, shown) => {
  const error = thrownBy(() => createLogger(options as never))
  expect(error).toBeInstanceOf(errorClass)
  expect(String(error)).toContain(shown)
})

describe('a destination', () => {
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('No')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('No')
      },
    ],
  ])('that %s stops nobody', async (_, write) => {
    const log = createLogger({ destination: { write, flush: write } })
    expect(log.info('m')).toBeUndefined()
    expect(log.fatal('m')).toBeUndefined()
    expect(await log.flush()).toBeUndefined()
  })

  test('is flushed at once after a line of level fatal, and no other', () => {
    const calls: string[] = []
    const destination = {
      write: (line: string) => calls.push(String(parseLine(line)['level'])),
      flushSync: () => calls.push('flushed'),
    }
    const log = createLogger({ destination })
    log.error('m')
    log.fatal('m')
    log.info('m')
    expect(calls).toEqual(['error', 'fatal', 'flushed', 'info'])
  })

  test('is flushed when one asks, and waited for', async () => {
    let isFlushed = false
    const destination = {
      write: () => {},
      async flush() {
        await null
        isFlushed = true
      },
    }
    await createLogger({ destination }).child({}).flush()
    expect(isFlushed).toBe(true)
  })

  test('keeps its `this`', () => {
    const destination = {
      lines: [] as string[],
      write(line: string) {
        this.lines.push(line)
      },
    }
    createLogger({ destination }).info('m')
    expect(destination.lines).toHaveLength(1)
  })
})
