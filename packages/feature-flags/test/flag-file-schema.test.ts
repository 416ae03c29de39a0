import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFlagFile } from '../src/flag-file.ts'
import { compileRules } from '../src/match-rules.ts'

const schema = JSON.parse(
  readFileSync(new URL('../flag-file.schema.json', import.meta.url), 'utf8'),
)
const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(schema)

/** Whether the package takes it, whatever the definitions are. */
function isTaken(file: unknown): boolean {
  try {
    for (const [flag, { rules }] of parseFlagFile(JSON.stringify(file)).settings) {
      if (rules) compileRules(flag, rules)
    }
    return true
  } catch {
    return false
  }
}

const withSetting = (setting: unknown) => ({ flags: { A: setting } })
const withRule = (rule: object) => withSetting({ value: 1, rules: [{ value: 2, ...rule }] })
const withCondition = (condition: unknown) => withRule({ when: [condition] })
const withRange = (semver: unknown) => withCondition({ attribute: 'v', semver })

describe('the schema takes what the parser takes', () => {
  test.each([
    { flags: {} },
    { $schema: './node_modules/@holdfast/feature-flags/flag-file.schema.json', flags: { A: true } },
    ...[true, 0, -1.5e3, '', 'text'].map(withSetting),
    ...[null, [], {}, 'x'].map((value) => withSetting({ value })),
    withSetting({ value: 1, rules: [] }),
    withRule({ when: [], percentage: 33.333, by: 'userId' }),
    ...[0, 0.001, 100].map((percentage) => withRule({ percentage })),
    ...['DE', 5, true, null].map((equals) => withCondition({ attribute: 'a', equals })),
    ...[[], ['DE', 5, true, null]].map((list) => withCondition({ attribute: 'a', in: list })),
    withCondition({ attribute: 'a', startsWith: 'x' }),
    ...['1', ' >=1.2.0  <2 ', '^2.1', '~1.4', '=1.0.0-rc.1+b.1', '!=1.0.0', '<=1.0.0-a.0'].map(
      withRange,
    ),
  ])('%j', (file) => {
    expect(isTaken(file)).toBe(true)
    expect(validate(file), JSON.stringify(validate.errors)).toBe(true)
  })
})

describe('the schema refuses what the parser refuses', () => {
  test.each([
    null,
    [],
    5,
    {},
    { flags: [] },
    { flags: null },
    { $schema: 5, flags: {} },
    { flags: {}, flag: {} },
    ...[null, [1], {}, { values: 1 }, { rules: [] }, { value: 1, rule: [] }].map(withSetting),
    ...[null, {}, [5], [{}], [{ when: [] }]].map((rules) => withSetting({ value: 1, rules })),
    withRule({ whne: [] }),
    withRule({ when: {} }),
    withRule({ by: '' }),
    ...[-1, 100.5, '5', null].map((percentage) => withRule({ percentage })),
    ...[5, {}, { equals: 1 }, { attribute: 'a' }, { attribute: '', equals: 1 }].map(withCondition),
    withCondition({ attribute: 'a', equals: 1, in: [1] }),
    withCondition({ attribute: 'a', endsWith: 'x' }),
    withCondition({ attribute: 'a', equals: [] }),
    withCondition({ attribute: 'a', in: 'x' }),
    withCondition({ attribute: 'a', in: [{}] }),
    withCondition({ attribute: 'a', startsWith: '' }),
    ...['', ' ', 'latest', '1.x', '01', '1.0.0-01', '>= 1', '1||2', '1\t2', '1.0.0\n', 5].map(
      withRange,
    ),
  ])('%j', (file) => {
    expect(isTaken(file)).toBe(false)
    expect(validate(file)).toBe(false)
  })
})

test('and in whatever else, they are of one mind', () => {
  const scalar = fc.constantFrom<unknown>(
    'a',
    '',
    5,
    1.5,
    -1,
    101,
    null,
    true,
    [],
    ['a', 1],
    [[]],
    {},
    '>=1',
    '1.x',
  )
  const condition = fc.record(
    { attribute: scalar, equals: scalar, in: scalar, startsWith: scalar, semver: scalar },
    { requiredKeys: ['attribute'] },
  )
  const rule = fc.record(
    {
      value: scalar,
      when: fc.oneof(scalar, fc.array(condition, { maxLength: 2 })),
      percentage: fc.oneof(scalar, fc.integer({ min: 0, max: 100 })),
      by: fc.oneof(scalar, fc.constant('id')),
    },
    { requiredKeys: ['value'] },
  )
  const setting = fc.record(
    { value: scalar, rules: fc.oneof(scalar, fc.array(rule, { maxLength: 2 })) },
    { requiredKeys: ['value'] },
  )
  const file = fc.record({
    flags: fc.dictionary(fc.string(), fc.oneof(scalar, setting), { maxKeys: 2 }),
  })
  fc.assert(
    fc.property(file, (file) => {
      // As it is read: JSON has no `-0` and no prototypes.
      const given = JSON.parse(JSON.stringify(file))
      expect(validate(given), JSON.stringify(validate.errors)).toBe(isTaken(given))
    }),
    { numRuns: 3000 },
  )
})
