import { expect, test } from 'vitest'
import { defineFlags } from './define-flags.ts'
import type { FlagDefinition, FlagDefinitions } from './definition.ts'
import { names } from './testing.ts'

const define = (definition: unknown) => () => defineFlags({ X: definition as FlagDefinition })
const boolean = { type: 'boolean', default: false } as const

test('returns the definitions themselves, frozen', () => {
  const definitions = { A: boolean, B: { type: 'integer', default: 3, min: 1, max: 3 } } as const
  const defined = defineFlags(definitions)
  expect(defined).toBe(definitions)
  expect(Object.isFrozen(defined)).toBe(true)
})

test('no flags at all are flags', () => {
  expect(defineFlags({})).toEqual({})
})

test.each(['X', 'enable_retry', 'a.b-c', 'V2', 'toString', 'constructor'])(
  '%o is a name',
  (name) => {
    expect(() => defineFlags({ [name]: boolean })).not.toThrow()
  },
)

test.each(['', '2FAST', '_X', '__proto__', 'A B', 'A/B', 'A=B', 'Ä', 'X\n', 'a,b', 'A%20'])(
  '%o is no name: it goes into addresses, files and environments as it is',
  (name) => {
    const definitions: FlagDefinitions = JSON.parse(`{${JSON.stringify(name)}:{}}`)
    expect(() => defineFlags(definitions)).toThrow(
      `\`flag name\` must be a letter and then letters, digits, ".", "_" and "-", not ${JSON.stringify(name)}`,
    )
  },
)

test.each<[unknown, string]>([
  [{ type: 'bool', default: true }, '`X.type` must be one of boolean, integer, number, string'],
  [{ default: true }, '`X.type` must be one of'],
  [{ type: 'toString', default: true }, '`X.type` must be one of'],
  [{ type: 'boolean' }, '`X.default` must be true or false, not undefined'],
  [{ type: 'boolean', default: 'false' }, '`X.default` must be true or false, not "false"'],
  [{ ...boolean, safe: 0 }, '`X.safe` must be true or false, not 0'],
  [{ type: 'integer', default: 0, min: 1 }, '`X.default` must be an integer of 1 or more, not 0'],
  [{ type: 'integer', default: 5, max: 5, safe: 6 }, '`X.safe` must be an integer up to 5, not 6'],
  [{ type: 'integer', default: 5, min: 0.5 }, '`X.min` must be an integer'],
  [{ type: 'integer', default: 2.5, max: 2.5 }, '`X.max` must be an integer'],
  [{ type: 'integer', default: 5, max: Infinity }, '`X.max` must be an integer, not Infinity'],
  [
    { type: 'number', default: 5, min: 6, max: 4 },
    '`X.max` must be a finite number of 6 or more, not 4',
  ],
  [{ type: 'number', default: 5, min: NaN }, '`X.min` must be a finite number, not NaN'],
  [{ type: 'number', default: 5, min: '0' }, '`X.min` must be a finite number, not "0"'],
  [{ type: 'number', default: 5, min: null }, '`X.min` must be a finite number, not null'],
  [{ type: 'enum', default: 'a', values: [] }, '`X.values` must be an array of strings'],
  [{ type: 'enum', default: 'a' }, '`X.values` must be an array of strings, not undefined'],
  [{ type: 'enum', default: 'a', values: 'abc' }, '`X.values` must be an array of strings'],
  [{ type: 'enum', default: 'a', values: ['a', 1] }, '`X.values` must be an array of strings'],
  [{ type: 'enum', default: 'c', values: ['a', 'b'] }, '`X.default` must be one of "a", "b"'],
  [{ type: 'json', default: [] }, '`X.validate` must be a function, not undefined'],
  [
    { type: 'json', default: 'x', validate: names },
    '`X.default` is not valid: a list of names, please',
  ],
  [
    { type: 'json', default: [], validate: () => {} },
    '`X.default` must be JSON after `validate`, not undefined',
  ],
])('%o is refused by name: %s', (definition, message) => {
  expect(define(definition)).toThrow(message)
})

test('a secret default that is wrong is not shown', () => {
  expect(define({ type: 'integer', default: 'sk-4711', secret: true })).toThrow(
    /^`X.default` does not take this value$/,
  )
})

test('undefined is as if left out', () => {
  const definition = {
    type: 'integer',
    default: 5,
    min: undefined,
    max: undefined,
    safe: undefined,
  }
  expect(define(definition)).not.toThrow()
})

test('two flags may not have one environment variable, by whichever name', () => {
  expect(() => defineFlags({ A: { ...boolean, env: 'B' }, B: boolean })).toThrow(
    'A and B have the same environment variable B',
  )
  expect(() => defineFlags({ A: { ...boolean, env: 'V' }, B: { ...boolean, env: 'V' } })).toThrow(
    'A and B have the same environment variable V',
  )
  expect(() =>
    defineFlags({ A: { ...boolean, env: 'B' }, B: { ...boolean, env: 'A' } }),
  ).not.toThrow()
})
