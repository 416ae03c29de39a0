import { expect, test } from 'vitest'
import { createLogger, ecsFields, type FieldMap, otelFields, pretty } from './index.ts'

function reading({ colors = false, fieldMap }: { colors?: boolean; fieldMap?: FieldMap } = {}) {
  const texts: string[] = []
  const write = (text: string) => void texts.push(text)
  const destination = pretty({ colors, fieldMap, destination: { write } })
  const log = createLogger({ name: 'shop', level: 'trace', destination, fieldMap })
  return { log, destination, texts, last: () => texts.at(-1) ?? '' }
}

const TIME = /^\d\d:\d\d:\d\d\.\d{3} /

test('a line is its time here, its level, its message, and its fields', () => {
  const { log, last } = reading()
  log.info('started', { port: 8080, by: 'ann lee', empty: '', on: { disk: true } })
  expect(last()).toMatch(TIME)
  expect(last().replace(TIME, '')).toBe(
    'INFO  started name=shop port=8080 by="ann lee" empty="" on={"disk":true}\n',
  )
})

test('the time is that of the reader', () => {
  const { destination, last } = reading()
  destination.write('{"time":"2026-03-01T12:30:01.042Z","level":"info","msg":"x"}\n')
  const here = new Date('2026-03-01T12:30:01.042Z').toTimeString().slice(0, 8)
  expect(last()).toBe(`${here}.042 INFO  x\n`)
})

test('stacks stand below, with those of causes; what else an error has stays in the line', () => {
  const { log, last } = reading()
  const error = Object.assign(new Error('late', { cause: new TypeError('slow') }), { code: 'E1' })
  error.stack = 'Error: late\n    at one'
  ;(error.cause as Error).stack = 'TypeError: slow\n    at two'
  log.error(error, 'failed')
  expect(last().replace(TIME, '')).toBe(
    'ERROR failed name=shop err={"code":"E1"}\n  Error: late\n      at one\n  caused by TypeError: slow\n      at two\n',
  )
})

test.each([
  ['ecs', ecsFields],
  ['otel', otelFields],
])('the names of %s are read', (_, fieldMap) => {
  const { log, last } = reading({ fieldMap })
  const error = new Error('late')
  error.stack = 'Error: late\n    at one'
  log.error(error, 'failed')
  expect(last()).toMatch(/ ERROR failed .*\n {2}Error: late\n {6}at one\n$/)
})

test('nothing that is logged steers the terminal', () => {
  const { log, last } = reading()
  log.info('\u001b[31mred\u0007', { '\u001b[2J': '\u009b1m' })
  const steers = (char: string) => /\p{Cc}/u.test(char) && char !== '\n'
  expect([...last()].filter(steers)).toEqual([])
  expect(last()).toContain('\\u001b[31mred\\u0007')
})

test('in colours, and without', () => {
  const colored = reading({ colors: true })
  colored.log.warn('hot')
  expect(colored.last()).toContain('\u001b[33mWARN \u001b[0m')
  const plain = reading()
  plain.log.warn('hot')
  expect(plain.last()).not.toContain('\u001b')
})

test('what is no line of JSON is handed on as it is', () => {
  const { destination, texts } = reading()
  for (const text of ['plain text\n', '17\n', '{"half":\n']) destination.write(text)
  expect(texts).toEqual(['plain text\n', '17\n', '{"half":\n'])
})

test('it flushes what it writes to', async () => {
  const asked: string[] = []
  const destination = pretty({
    destination: {
      write: () => {},
      flush: () => void asked.push('flush'),
      flushSync: () => void asked.push('flushSync'),
    },
  })
  const log = createLogger({ destination })
  log.fatal('over')
  await log.flush()
  expect(asked).toEqual(['flushSync', 'flush'])
})

test('a wrong option is refused', () => {
  expect(() => pretty({ colors: 'no' as unknown as boolean })).toThrow(
    '`colors` must be true or false, not "no"',
  )
})
