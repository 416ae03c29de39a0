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

test('of names without end only some are remembered', () => {
  let asked = 0
  const keys = new KeyTable((key) => {
    asked += 1
    return key.includes('secret')
  })
  const long = `${'x'.repeat(1000)}secret`
  for (let times = 0; times < 2; times++) {
    expect(keys.get(long)).toEqual({ start: `"${long}":`, isSecret: true })
    for (let id = 0; id < 5000; id++) {
      expect(keys.get(`secret${id}`)).toEqual({ start: `"secret${id}":`, isSecret: true })
    }
  }
  expect(asked).toBe(2 + 5000 + 3000)
})
