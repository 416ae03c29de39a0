import { describe, expect, test } from 'vitest'
import { collect, parseLine } from './testing.ts'

describe('what is beyond a limit is told in its place:', () => {
  test('depth', () => {
    const { log, line } = collect({ limits: { maxDepth: 2 } })
    const deep = { b: { c: {}, d: [], e: 'f' } }
    const written = { b: { c: '[…]', d: '[…]', e: 'f' } }
    log.child({ bound: deep }).info('m', { a: deep, list: [[[]]] })
    expect(line()).toEqual({ level: 'info', msg: 'm', bound: written, a: written, list: [['[…]']] })
  })

  test('entries', () => {
    const { log, line } = collect({ limits: { maxEntries: 2 } })
    const object = { a: 1, b: 2, c: 3, d: 4 }
    log.info('m', { object, list: [1, 2, 3] })
    expect(line()).toMatchObject({
      object: { a: 1, b: 2, '…': '2 more' },
      list: [1, 2, '… 1 more'],
    })
    log.info('m', { map: new Map(Object.entries(object)), set: new Set([1, 2, 3, 4]) })
    expect(line()).toMatchObject({
      map: { a: 1, b: 2, '…': '2 more' },
      set: [1, 2, '… 2 more'],
    })
    log.info('m', { two: { a: 1, b: 2 }, list: [1, 2] })
    expect(line()).toEqual({ level: 'info', msg: 'm', two: { a: 1, b: 2 }, list: [1, 2] })
    log.info('m', object)
    expect(line()).toEqual({ level: 'info', msg: 'm', a: 1, b: 2, '…': '2 more' })
    log.info('m', Array(1e9))
    expect(line()).toMatchObject({ value: [null, null, '… 999999998 more'] })
  })

  test('characters of a text', () => {
    const { log, line } = collect({ limits: { maxStringLength: 5 } })
    log.info('1234567', { a: '12345', b: '123456', error: new Error('1234567') })
    expect(line()).toMatchObject({
      msg: '12345… 2 more',
      a: '12345',
      b: '12345… 1 more',
      error: { message: '12345… 2 more' },
    })
  })

  test('characters of a line', () => {
    const { log, line } = collect({ limits: { maxLineLength: 100 } })
    log.info('x'.repeat(30), { a: 'y'.repeat(30), b: 'z'.repeat(99), c: 1, d: 2 })
    expect(line()).toEqual({
      level: 'info',
      msg: 'x'.repeat(30),
      a: 'y'.repeat(30),
      b: expect.stringMatching(/^z{10,30}… \d\d more$/),
      '…': '2 more',
    })
  })
})

test('the fields after a text that was cut are written', () => {
  const { log, line } = collect()
  const text = 'x'.repeat(1_000_000)
  log.info(text, { text, after: 1 })
  const short = `${'x'.repeat(16_384)}… 983616 more`
  expect(line()).toEqual({ level: 'info', msg: short, text: short, after: 1 })
})

test('a text is not cut within a character', () => {
  const { log, line } = collect({ limits: { maxStringLength: 4 } })
  log.info('m', { even: '😀😀😀', odd: 'a😀😀😀' })
  expect(line()).toMatchObject({ even: '😀😀… 2 more', odd: 'a😀… 4 more' })
})

test('names take room too', () => {
  const { log, texts } = collect({ limits: { maxLineLength: 1000 } })
  const names = Array.from({ length: 100 }, (_, number) => `${'x'.repeat(90)}${number}`)
  log.info('m', Object.fromEntries(names.map((name) => [name, true])))
  const written = parseLine(texts.join(''))
  // Of a hundred characters each, and what a value takes.
  expect(Object.keys(written).filter((name) => name.startsWith('x'))).toHaveLength(9)
  expect(written['…']).toBe('91 more')
})

test('a name is not cut', () => {
  const { log, line } = collect({ limits: { maxLineLength: 1000 } })
  log.info('m', { a: 1, ['x'.repeat(2000)]: 2, b: 3 })
  expect(line()).toEqual({ level: 'info', msg: 'm', a: 1, '…': '2 more' })
})

test.each<[string, unknown]>([
  ['nothing', null],
  ['undefined', undefined],
  ['booleans', true],
  ['numbers', -Math.PI * 1e-300],
  ['functions', () => {}],
  ['empty objects', {}],
  ['what is kept out', { token: 1 }],
  [
    'what cannot be read',
    Object.defineProperty({}, 'a', {
      get: () => {
        throw 1
      },
      enumerable: true,
    }),
  ],
])('a small object that holds lists of lists of %s ends', (_, leaf) => {
  let wide: unknown = leaf
  for (let depth = 0; depth < 8; depth++) wide = Array(200).fill(wide)
  const { log, texts } = collect()
  log.info('m', { wide })
  expect(texts[0]?.length).toBeLessThan(6 * 65_536)
  log.info('m', { map: new Map([[wide, 1]]) })
  expect(texts.map(parseLine)).toHaveLength(2)
})

test('values beside each other may be the same, and within each other are told', () => {
  const { log, line } = collect()
  const shared: Record<string, unknown> = { a: 1 }
  log.info('m', { b: shared, c: [shared, shared] })
  expect(line()).toEqual({ level: 'info', msg: 'm', b: { a: 1 }, c: [{ a: 1 }, { a: 1 }] })
  shared['self'] = { shared, list: [shared] }
  const self = { shared: '[circular]', list: ['[circular]'] }
  log.info('m', { shared })
  expect(line()).toEqual({ level: 'info', msg: 'm', shared: { a: 1, self } })
  log.info('m', shared)
  expect(line()).toEqual({ level: 'info', msg: 'm', a: 1, self })
})
