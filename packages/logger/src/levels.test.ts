import { thrownBy } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { LEVELS, type Level } from './levels.ts'
import { collect, parseLine } from './testing.ts'

const levels = Object.keys(LEVELS) as Level[]

/** Which levels are written. */
function heard({ log, texts }: Pick<ReturnType<typeof collect>, 'log' | 'texts'>): unknown[] {
  texts.length = 0
  for (const level of levels) log[level]('m')
  return texts.map((text) => parseLine(text)['level'])
}

test.each([...levels, 'silent'] as const)('%s is the least that is written', (level) => {
  const collected = collect({ level })
  const { log } = collected
  const at = level === 'silent' ? levels.length : levels.indexOf(level)
  expect(heard(collected)).toEqual(levels.slice(at))
  expect(levels.filter((level) => log.isEnabled(level))).toEqual(levels.slice(at))
  expect(log.level).toBe(level)
})

test('info is the default', () => {
  expect(collect().log.level).toBe('info')
  expect(collect({ level: undefined }).log.level).toBe('info')
})

test('what is off is one function that does nothing, for all', () => {
  const { log } = collect({ level: 'warn' })
  expect(log.trace).toBe(log.debug)
  expect(log.child({}).info).toBe(log.trace)
  expect(collect({ level: 'silent' }).log.fatal).toBe(log.trace)
  expect(log.warn).toBe(log.warn)
  expect(log.warn).not.toBe(log.error)
})

describe('setting a level', () => {
  test('holds for all loggers that share it, at once', () => {
    const { log: parent, texts } = collect()
    const child = parent.child({ a: 1 })
    const grandchild = child.child({ b: 2 })
    child.level = 'error'
    for (const log of [parent, child, grandchild, parent.child({})]) {
      expect(log.level).toBe('error')
      expect(heard({ log, texts })).toEqual(['error', 'fatal'])
    }
    parent.level = 'trace'
    for (const log of [parent, child, grandchild]) expect(heard({ log, texts })).toEqual(levels)
  })

  test('holds not for a child with one of its own, nor for its parent', () => {
    const { log: parent, texts } = collect({ level: 'warn' })
    const child = parent.child({}, { level: 'debug' })
    const grandchild = child.child({}, { level: undefined })
    expect(heard({ log: grandchild, texts })).toEqual(['debug', 'info', 'warn', 'error', 'fatal'])
    parent.level = 'fatal'
    expect(child.level).toBe('debug')
    child.level = 'error'
    expect(grandchild.level).toBe('error')
    expect(parent.level).toBe('fatal')
  })

  test('holds not for other loggers', () => {
    const { log } = collect()
    const other = collect().log
    log.level = 'silent'
    expect(other.level).toBe('info')
  })

  test('holds for a method that was taken off before', () => {
    const { log, texts } = collect()
    const { info } = log
    log.level = 'error'
    info('m')
    expect(texts).toEqual([])
    log.level = 'info'
    info('m')
    expect(texts).toHaveLength(1)
  })

  test.each(['loud', '', 'INFO', '__proto__', 'toString', 30, null, undefined])(
    'to %o is refused, and changes nothing',
    (level) => {
      const { log } = collect()
      const set = () => {
        log.level = level as never
      }
      expect(thrownBy(set)).toBeInstanceOf(RangeError)
      expect(set).toThrow('`level` must be one of trace, debug,')
      expect(log.level).toBe('info')
      if (level !== undefined) {
        expect(() => log.child({}, { level: level as never })).toThrow('`level` must be one of')
      }
    },
  )
})

test('methods can be taken off', async () => {
  const { log, line } = collect()
  const { error } = log.child({ a: 1 })
  error('m')
  expect(line()).toEqual({ level: 'error', msg: 'm', a: 1 })
  await Promise.reject(new Error('No')).catch(log.warn)
  expect(line()).toMatchObject({ level: 'warn', msg: 'No', err: { message: 'No' } })
  await Promise.reject('No').catch(log.warn)
  expect(line()).toEqual({ level: 'warn', msg: 'No' })
})
