import { expectTypeOf, test } from 'vitest'
import {
  createLogger,
  type Destination,
  defaultFields,
  ecsFields,
  type FieldMap,
  type Level,
  type Logger,
  type LoggerEvent,
  otelFields,
  type Threshold,
} from './index.ts'
import { type FileDestination, fileDestination } from './node/index.ts'

declare const log: Logger

test('a logger is made of options, all of which may be left out', () => {
  expectTypeOf(createLogger()).toEqualTypeOf<Logger>()
  createLogger({
    name: undefined,
    level: undefined,
    fields: undefined,
    redact: undefined,
    fieldMap: undefined,
    limits: undefined,
    destination: undefined,
  })
  createLogger({ level: 'silent', redact: false, limits: { maxDepth: 3 }, fieldMap: otelFields })
  createLogger({ redact: { keys: ['pin'], paths: ['a.b'] }, fieldMap: ecsFields })
  createLogger({ fieldMap: { ...defaultFields, time: 'ts' } })
  // @ts-expect-error: there is no such option.
  createLogger({ colour: true })
  // @ts-expect-error: there is no such level.
  createLogger({ level: 'loud' })
  // @ts-expect-error: nothing is not a kind of keeping out.
  createLogger({ redact: true })
  // @ts-expect-error: a map has all names.
  createLogger({ fieldMap: { time: 'ts' } })
})

test('a line is a message and fields in either order, or what was thrown', () => {
  interface Order {
    readonly id: number
  }
  const order = {} as Order
  log.info('m')
  log.info('m', { a: 1 })
  log.info({ a: 1 }, 'm')
  log.info({ a: 1 })
  log.info('m', order)
  log.info(order, 'm')
  log.error(new Error('x'))
  log.error(new Error('x'), 'm')
  log.error('m', new Error('x'))
  log.error({} as unknown)
  log.error({} as unknown, 'm')
  Promise.resolve().catch(log.error)
  expectTypeOf(log.info('m')).toEqualTypeOf<void>()
  // @ts-expect-error: fields are an object.
  log.info('m', 5)
  // @ts-expect-error: what comes with an error comes in one object with it.
  log.error(new Error('x'), { a: 1 })
  // @ts-expect-error: a message and fields are all.
  log.info('m', { a: 1 }, { b: 2 })
})

test('a level is set and asked for by its name', () => {
  expectTypeOf(log.level).toEqualTypeOf<Threshold>()
  expectTypeOf<Threshold>().toEqualTypeOf<Level | 'silent'>()
  log.level = 'silent'
  // @ts-expect-error: there is no such level.
  log.level = 'INFO'
  expectTypeOf(log.isEnabled('debug')).toEqualTypeOf<boolean>()
  // @ts-expect-error: a line of this level there is none.
  log.isEnabled('silent')
  // @ts-expect-error: methods stay what they are.
  log.info = () => {}
})

test('a child is a logger', () => {
  expectTypeOf(log.child({ a: 1 })).toEqualTypeOf<Logger>()
  log.child({}, { level: undefined })
  interface User {
    readonly id: number
  }
  const user: User = { id: 1 }
  log.child(user)
  log.child({}, { level: 'debug' })
  // @ts-expect-error: fields are an object.
  log.child('a')
  // @ts-expect-error: it has fields.
  log.child()
  // @ts-expect-error: a child of no name has none.
  log.child({}, { name: 'a' })
  expectTypeOf(log.flush()).toEqualTypeOf<Promise<void>>()
})

test('a destination is whatever takes lines', () => {
  expectTypeOf(process.stdout).toExtend<Destination>()
  expectTypeOf<FileDestination>().toExtend<Destination>()
  createLogger({ destination: { write: (line) => line.length } })
  createLogger({ destination: { write: async () => {}, flush: async () => {} } })
  // @ts-expect-error: it takes lines.
  createLogger({ destination: {} })
})

test('a file is a destination', () => {
  using file = fileDestination({ path: 'log', bufferLength: 1, flushIntervalMs: 1, maxWaiting: 2 })
  expectTypeOf(file).toEqualTypeOf<FileDestination>()
  expectTypeOf(file.dropped).toEqualTypeOf<number>()
  fileDestination({ fd: 1, onEvent: (event) => expectTypeOf(event).toEqualTypeOf<LoggerEvent>() })
  fileDestination({ fd: undefined, path: undefined, bufferLength: undefined, onEvent: undefined })
  // @ts-expect-error: how many is not for others to say.
  file.dropped = 0
  // @ts-expect-error: there is no such option.
  fileDestination({ sync: true })
  expectTypeOf<LoggerEvent['reason']>().toEqualTypeOf<'full' | 'error'>()
})

test('a field map cannot be changed', () => {
  expectTypeOf(defaultFields).toEqualTypeOf<FieldMap>()
  // @ts-expect-error: it is read-only.
  otelFields.time = 'ts'
})
