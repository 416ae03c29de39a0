import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTime } from './iso-time.ts'
import { KeyTable } from './key-table.ts'
import { quote } from './quote.ts'

test('text is quoted as JSON has it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom('"', '\\', '\n', '\u0000', 'a', '\u007f', '\ud83d', '\udc00'),
    }),
    fc.string({ minLength: 58, maxLength: 62 }),
  )
  fc.assert(
    fc.property(text, (text) => {
      expect(quote(text)).toBe(JSON.stringify(text))
    }),
  )
})

test('time is written as the platform writes it', () => {
  const times = fc.array(
    fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
  )
  fc.assert(
    fc.property(times, fc.nat({ max: 2000 }), (dates, later) => {
      for (const date of dates) {
        for (const ms of [date.getTime(), date.getTime() + later]) {
          expect(isoTime(ms)).toBe(new Date(ms).toISOString())
        }
      }
    }),
  )
})

test('names are renamed each to another, and to none that is the logger’s own', () => {
  const reserved = ['time', 'msg', 'trace_id']
  const keys = new KeyTable(() => false, reserved)
  const base = fc.constantFrom(...reserved, '…', 'a', '', 'trace')
  const name = fc.tuple(base, fc.string({ unit: fc.constant('_') })).map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const renamed = names.map((name) => keys.get(name).start)
      expect(new Set(renamed).size).toBe(names.length)
      for (const name of [...reserved, '…']) expect(renamed).not.toContain(`"${name}":`)
    }),
  )
})

test('of names without end only some are remembered, and of long ones none', () => {
  let asked = 0
  const keys = new KeyTable((key) => {
    asked += 1
    return key.includes('secret')
  })
  const ask = (name: string) => {
    asked = 0
    expect(keys.get(name)).toEqual({ start: `"${name}":`, isSecret: true })
    return asked
  }
  const long = `${'x'.repeat(1000)}secret`
  expect([ask(long), ask(long)]).toEqual([1, 1])
  const names = Array.from({ length: 5000 }, (_, id) => `secret${id}`)
  expect(names.filter(ask)).toHaveLength(5000)
  expect(names.filter(ask)).toEqual(names.slice(2000))
})
