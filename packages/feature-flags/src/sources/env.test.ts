import { thrownBy } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import type { FlagDefinitions } from '../definition.ts'
import { FlagDataError } from '../errors.ts'
import { env } from './env.ts'
import { fakeHost } from './testing.ts'

const definitions: FlagDefinitions = {
  BOOL: { type: 'boolean', default: false },
  INT: { type: 'integer', default: 5, min: 1, max: 1000 },
  NUM: { type: 'number', default: 0.5 },
  TEXT: { type: 'string', default: '' },
  GUARD_MODE: { type: 'enum', values: ['off', 'warn'], default: 'off' },
  PADDED: { type: 'enum', values: [' x ', 'y'], default: 'y' },
  JSON: { type: 'json', default: {}, validate: (value) => value },
  constructor: { type: 'string', default: '' } as const,
  PIN: { type: 'integer', default: 1, max: 9, secret: true },
  KEYS: { type: 'json', default: [], validate: (value) => value, secret: true },
  OTHER: { type: 'boolean', default: false, env: 'ITS_OWN' },
}

function read(variables: Record<string, string | undefined>, prefix?: string) {
  const host = fakeHost(definitions)
  env({ variables, prefix }).start(host)
  return host.values()
}

describe('text by type', () => {
  test.each<[string, string, unknown]>([
    ...['true', 'TRUE', '1', 'on', 'On', 'yes'].map(
      (text) => ['BOOL', text, true] as [string, string, unknown],
    ),
    ...['false', 'False', '0', 'off', 'no', 'NO'].map(
      (text) => ['BOOL', text, false] as [string, string, unknown],
    ),
    ['INT', '5', 5],
    ['INT', '1e2', 100],
    ['NUM', '-0.25', -0.25],
    ['NUM', '1e3', 1000],
    ['NUM', '0', 0],
    ['BOOL', ' TRUE ', true],
    ['BOOL', '\toff\r\n', false],
    ['INT', ' 5 ', 5],
    ['GUARD_MODE', ' warn\n', 'warn'],
    ['JSON', ' [1] ', [1]],
    ['PADDED', ' x ', ' x '],
    ['PADDED', ' y ', 'y'],
    ['TEXT', ' a ', ' a '],
    ['TEXT', 'true', 'true'],
    ['GUARD_MODE', 'warn', 'warn'],
    ['JSON', '{"a": [1, null]}', { a: [1, null] }],
    ['JSON', '"text"', 'text'],
    ['PIN', '7', 7],
    ['constructor', 'x', 'x'],
  ])('%s of %j', (flag, text, value) => {
    expect(read({ [flag]: text })).toEqual({ [flag]: value })
  })

  const number = 'an integer from 1 to 1000'
  test.each<[string, string, string]>([
    ['BOOL', 'maybe', '`BOOL` must be true or false, not "maybe"'],
    ['BOOL', '2', '`BOOL` must be true or false, not "2"'],
    ...['abc', '0x10', '+5', '05', '5.', '.5', '1_000', '5n', 'NaN', 'Infinity', '٥'].map(
      (text) =>
        ['INT', text, `\`INT\` must be ${number}, not "${text}"`] as [string, string, string],
    ),
    ['INT', '0', `\`INT\` must be ${number}, not 0`],
    ['INT', '1001', `\`INT\` must be ${number}, not 1001`],
    ['INT', '5.5', `\`INT\` must be ${number}, not 5.5`],
    ['GUARD_MODE', 'Warn', '`GUARD_MODE` must be one of "off", "warn", not "Warn"'],
    ['JSON', '{', '`JSON` must be JSON'],
    ['JSON', "{'a': 1}", '`JSON` must be JSON'],
  ])('%s is not %j', (flag, text, message) => {
    const error = thrownBy(() => read({ [flag]: text }))
    expect(error).toBeInstanceOf(FlagDataError)
    expect(error).toMatchObject({ message, flag })
  })

  test('a number beyond all is none', () => {
    expect(() => read({ NUM: '1e999' })).toThrow(/^`NUM` must be a finite number, not Infinity$/)
  })
})

test('one that holds nothing but blanks is not set, except for text', () => {
  expect(read({ BOOL: ' ', INT: '\t', JSON: '\n', TEXT: ' ' })).toEqual({ TEXT: ' ' })
})

test.each<[unknown, RegExp]>([
  ['SHOP_', /`env` takes an object of options, not "SHOP_"/],
  [{ prefx: 'SHOP_' }, /`env` has no option `prefx`/],
  [{ prefix: 5 }, /`prefix` must be a string, not 5/],
  [{ variables: 'A=1' }, /`variables` must be an object, not "A=1"/],
  [{ name: null }, /`name` must be a string, not null/],
])('options that are wrong are refused by name: %j', (options, message) => {
  expect(() => env(options as never)).toThrow(message)
})

test('one that is empty, missing or inherited is not set', () => {
  expect(read({ BOOL: '', INT: undefined })).toEqual({})
  expect(read(process.env)).toEqual({})
})

test('the variable is the one that the definition names, or the prefix and the flag', () => {
  const variables = { MY_BOOL: 'on', BOOL: 'off', ITS_OWN: 'on', MY_OTHER: 'off', OTHER: 'off' }
  expect(read(variables, 'MY_')).toEqual({ BOOL: true, OTHER: true })
  expect(() => read({ MY_INT: 'x' }, 'MY_')).toThrow(/^`MY_INT` must be an integer/)
  expect(() => read({ ITS_OWN: 'x' })).toThrow(/^`ITS_OWN` must be true or false/)
})

test('a secret is in no message and no cause', () => {
  for (const [flag, text] of [
    ['PIN', '1234'],
    ['PIN', 'hunter2'],
    ['KEYS', '["hunter2'],
  ] as const) {
    let error: unknown = thrownBy(() => read({ [flag]: text }))
    for (; error !== undefined; error = (error as Error).cause) {
      expect(String((error as Error).message)).toContain(flag)
      expect(`${error} ${(error as Error).stack}`).not.toMatch(/1234|hunter2/)
    }
  }
})

test('a reload reads it again; what is wrong by then makes it stale', () => {
  const host = fakeHost(definitions)
  const variables: Record<string, string> = { INT: '5' }
  const running = env({ variables }).start(host)
  variables['INT'] = '6'
  running.reload()
  expect(host.values()).toEqual({ INT: 6 })
  variables['INT'] = 'x'
  running.reload()
  expect(host.values()).toEqual({ INT: 6 })
  expect(host.faults()).toEqual(['`INT` must be an integer from 1 to 1000, not "x"'])
  running.close()
})

test('by default it is the environment of the process', () => {
  process.env['INT'] = '7'
  try {
    const host = fakeHost(definitions)
    env().start(host)
    expect(host.values()).toMatchObject({ INT: 7 })
  } finally {
    delete process.env['INT']
  }
})

test('has a name, and another where two would have the same', () => {
  expect(env().name).toBe('env')
  expect(env({ name: 'legacy', prefix: 'OLD_' }).name).toBe('legacy')
})
