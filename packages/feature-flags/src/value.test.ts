import { thrownBy } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import type { FlagDefinition } from './definition.ts'
import { names } from './testing.ts'
import { checkValue } from './value.ts'

const check = (definition: FlagDefinition, value: unknown) => checkValue('X', definition, value)
const boolean = { type: 'boolean', default: false } as const
const integer = { type: 'integer', default: 1, min: -5, max: 10 } as const
const number = { type: 'number', default: 0.5, min: 0 } as const
const text = { type: 'string', default: '' } as const
const choice = { type: 'enum', values: ['off', 'on'], default: 'off' } as const
const json = { type: 'json', default: [], validate: names } as const

describe('a flag takes', () => {
  test.each<[FlagDefinition, unknown]>([
    [boolean, true],
    [boolean, false],
    [integer, -5],
    [integer, 0],
    [integer, 10],
    [number, 0],
    [number, 0.25],
    [number, Number.MAX_VALUE],
    [{ type: 'integer', default: 0 }, Number.MIN_SAFE_INTEGER],
    [{ type: 'number', default: 0 }, -1.5],
    [text, ''],
    [text, '\u0000\ud800'],
    [choice, 'on'],
  ])('%o: %o', (definition, value) => {
    expect(check(definition, value)).toBe(value)
  })
})

describe('a flag refuses, and says what is allowed', () => {
  test.each<[FlagDefinition, unknown, string]>([
    [boolean, 'true', '`X` must be true or false, not "true"'],
    [boolean, 1, '`X` must be true or false, not 1'],
    [boolean, null, '`X` must be true or false, not null'],
    [boolean, Object(true), '`X` must be true or false, not an object'],
    [integer, '5', '`X` must be an integer from -5 to 10, not "5"'],
    [integer, 5.5, '`X` must be an integer from -5 to 10, not 5.5'],
    [integer, -6, '`X` must be an integer from -5 to 10, not -6'],
    [integer, 11, '`X` must be an integer from -5 to 10, not 11'],
    [number, NaN, 'not NaN'],
    [number, Infinity, 'not Infinity'],
    [{ type: 'number', default: 0 }, -Infinity, 'not -Infinity'],
    [{ type: 'integer', default: 0 }, Infinity, 'not Infinity'],
    [text, 5, '`X` must be a string, not 5'],
    [text, undefined, '`X` must be a string, not undefined'],
    [choice, 'On', '`X` must be one of "off", "on", not "On"'],
    [choice, ['on'], '`X` must be one of "off", "on", not an object'],
    [choice, 'length', 'not "length"'],
  ])('%o: %o', (definition, value, message) => {
    expect(() => check(definition, value)).toThrow(message)
  })

  test('a number out of bounds with a RangeError, what is no number with a TypeError', () => {
    expect(() => check(integer, 11)).toThrow(RangeError)
    expect(() => check(integer, '5')).toThrow(TypeError)
  })
})

describe('a json flag', () => {
  test('has what its validate returns', () => {
    expect(check(json, [' sonnet ', 'haiku'])).toEqual(['sonnet', 'haiku'])
  })

  test('is frozen all the way down, also where validate has frozen the top', () => {
    const deep = { list: [{ inner: { leaf: 1 } }] }
    const validate = (value: unknown) => Object.freeze(value as typeof deep)
    const value = check({ type: 'json', default: deep, validate }, deep) as typeof deep
    expect(() => value.list.push({ inner: { leaf: 2 } })).toThrow(TypeError)
    expect(() => Object.assign(value.list[0]?.inner ?? {}, { leaf: 2 })).toThrow(TypeError)
    expect(value).toEqual(deep)
  })

  test('is a copy: the value that was given stays open, and what becomes of it is not seen', () => {
    const given = ['sonnet']
    const value = check({ type: 'json', default: [], validate: (list) => list }, given)
    given.push('haiku')
    expect(value).toEqual(['sonnet'])
  })

  test('refuses with the words of its validate, the place in front', () => {
    const error = thrownBy(() => check(json, 'sonnet')) as Error
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe('`X` is not valid: a list of names, please')
    expect(error.cause).toEqual(new Error('a list of names, please'))
  })

  test('refuses what validate throws that is no error', () => {
    const validate = () => {
      throw 'no'
    }
    expect(() => check({ type: 'json', default: 0, validate }, 0)).toThrow('`X` is not valid: no')
  })

  test.each<[string, unknown]>([
    ['nothing, as of a validate that only asserts', undefined],
    ['a Map, which cannot be frozen', new Map()],
    ['a Date', new Date(0)],
    ['a function', () => {}],
    ['NaN', NaN],
    ['a bigint', 1n],
    ['a symbol', Symbol('x')],
    ['a Set within', { list: [new Set()] }],
    ['a hole that is null in JSON', [Infinity]],
  ])('refuses a validate that returns %s', (_, result) => {
    const definition: FlagDefinition = { type: 'json', default: 0, validate: () => result }
    expect(() => check(definition, 0)).toThrow(/^`X` must be JSON after `validate`, not/)
  })

  test('refuses a validate that is async, and hears its rejection', async () => {
    const validate = async () => {
      throw new Error('later')
    }
    const definition: FlagDefinition = { type: 'json', default: 0, validate }
    expect(() => check(definition, 0)).toThrow('`validate` of X must not return a promise')
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setImmediate(resolve))
  })

  test('does not repeat a long message of its validate', () => {
    const validate = () => {
      throw new Error('x'.repeat(1e6))
    }
    const definition: FlagDefinition = { type: 'json', default: 0, validate }
    const { message } = thrownBy(() => check(definition, 0)) as Error
    expect(message.length).toBeLessThan(600)
  })

  test('may be any JSON; an optional property may be undefined', () => {
    const validate = (value: unknown) => value
    for (const value of [null, true, 'text', -0.5, [], {}, { a: [{ b: null }], c: undefined }]) {
      expect(check({ type: 'json', default: 0, validate }, value)).toEqual(value)
    }
  })

  test('what contains itself is refused, and hangs nothing', () => {
    const circular: unknown[] = []
    circular.push(circular)
    const validate = (value: unknown) => value
    expect(() => check({ type: 'json', default: 0, validate }, circular)).toThrow(RangeError)
  })

  test('what cannot be copied is refused before validate sees it', () => {
    const validate = vi.fn()
    const definition: FlagDefinition = { type: 'json', default: 0, validate }
    expect(() => check(definition, () => {})).toThrow('`X` is not valid')
    expect(validate).not.toHaveBeenCalled()
  })
})

describe('a secret flag tells nothing of what it refuses', () => {
  const secret = 'sk-4711'
  const validate = (value: unknown) => {
    throw new Error(`not ${JSON.stringify(value)}`)
  }
  test.each<FlagDefinition>([
    { ...boolean, secret: true },
    { ...integer, secret: true },
    { ...choice, secret: true },
    { type: 'json', default: 0, validate, secret: true },
  ])('$type', (definition) => {
    const error = thrownBy(() => check(definition, secret)) as Error
    expect(error).toEqual(new TypeError('`X` does not take this value'))
    expect(error.cause).toBeUndefined()
    expect(error.stack).not.toContain(secret)
  })
})
