import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSchema } from './check-schema.ts'
import type { JsonSchema } from './keyword.ts'
import { validate } from './validate.ts'

/** Small values, so that schemas and values made apart from each other often fit. */
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1,
    2,
    -1,
    1.5,
    10,
    '',
    'a',
    'b',
    'ab',
    'abc',
    '😀',
  ),
  fc.integer({ min: -5, max: 20 }),
)
const key = fc.constantFrom('a', 'b', 'c', 'a b')
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))

const count = fc.integer({ min: 0, max: 3 })
const type = fc.constantFrom('null', 'boolean', 'number', 'integer', 'string', 'array', 'object')
const { schema: anySchema } = fc.letrec<{ schema: unknown; some: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.boolean(),
    fc.constantFrom({ $ref: '#/$defs/one' }, { $ref: '#/$defs/two' }, { $ref: '#' }),
    tie('some'),
    tie('some'),
  ),
  some: fc.oneof(
    fc.record(
      { type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })) },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        enum: fc.uniqueArray(value, { minLength: 1, maxLength: 3 }),
        const: value,
        minimum: fc.integer({ min: -2, max: 3 }),
        maximum: fc.integer({ min: -2, max: 12 }),
        exclusiveMinimum: fc.integer({ min: -2, max: 3 }),
        exclusiveMaximum: fc.integer({ min: -2, max: 12 }),
        multipleOf: fc.integer({ min: 1, max: 4 }),
        minLength: count,
        maxLength: count,
        pattern: fc.constantFrom('^a', 'b$', '[a-c]', '^.$', '^(?:ab)+$'),
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(key, tie('schema'), { maxKeys: 3, noNullPrototype: true }),
        patternProperties: fc.dictionary(fc.constantFrom('^a', 'b'), tie('schema'), {
          maxKeys: 1,
          noNullPrototype: true,
        }),
        additionalProperties: tie('schema'),
        required: fc.uniqueArray(key, { maxLength: 2 }),
        minProperties: count,
        maxProperties: count,
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        minItems: count,
        maxItems: count,
        uniqueItems: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        not: tie('schema'),
      },
      { requiredKeys: [] },
    ),
  ),
}))
const rooted = fc
  .tuple(anySchema, anySchema, anySchema)
  .map(
    ([schema, one, two]): JsonSchema =>
      typeof schema === 'boolean'
        ? { allOf: [schema], $defs: { one, two } }
        : { ...(schema as object), $defs: { one, two } },
  )

function isEndless(schema: JsonSchema): boolean {
  try {
    checkSchema('schema', schema)
    return false
  } catch (error) {
    expect(String(error)).toContain('without end')
    return true
  }
}

/** Of one schema in ten thousand ajv makes code that names a variable that it has not declared. */
function unlessItFails(accepts: () => boolean): boolean | undefined {
  try {
    return accepts()
  } catch (error) {
    expect(error).toBeInstanceOf(ReferenceError)
    return undefined
  }
}

describe('a value is checked against a schema', () => {
  it('as ajv checks it', () => {
    let fitting = 0
    let runs = 0
    fc.assert(
      fc.property(rooted, fc.array(value, { minLength: 5, maxLength: 5 }), (schema, values) => {
        fc.pre(!isEndless(schema))
        const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false })
        const accepts = ajv.compile(schema)
        for (const each of values) {
          const problems = validate(schema, each)
          const isAccepted = unlessItFails(() => accepts(each)) ?? problems.length === 0
          expect(problems.length === 0, JSON.stringify({ problems, each })).toBe(isAccepted)
          runs++
          if (problems.length === 0) fitting++
        }
      }),
      { numRuns: 300 },
    )
    // Otherwise the comparison would say little.
    expect(fitting / runs).toBeGreaterThan(0.1)
    expect(fitting / runs).toBeLessThan(0.9)
  })

  const order = {
    type: 'object',
    properties: {
      city: { type: 'string', minLength: 1 },
      days: { type: 'integer', minimum: 1, maximum: 7 },
      unit: { enum: ['C', 'F'] },
      stops: { type: 'array', items: { $ref: '#/$defs/stop' } },
    },
    required: ['city'],
    additionalProperties: false,
    $defs: { stop: { type: 'object', required: ['lat', 'long'] } },
  }
  it.each([
    [{ city: 'Bern', days: 3 }, []],
    [{ days: 3 }, ['city is required']],
    [{ city: 7 }, ['city must be string, not number']],
    [{ city: 'Bern', days: 9 }, ['days must be at most 7']],
    [{ city: 'Bern', unit: 'K' }, ['unit must be one of "C", "F"']],
    [{ city: 'Bern', town: 1 }, ['town is not one of city, days, unit, stops']],
    [{ city: 'Bern', stops: [{ lat: 1, long: 2 }, { lat: 1 }] }, ['stops[1].long is required']],
    ['Bern', ['the input must be object, not string']],
    [null, ['the input must be object, not null']],
  ])('%j: says where, and what is allowed', (input, problems) => {
    expect(validate(order, input)).toEqual(problems)
  })

  it('names parts whose names are no identifiers so that they can be told apart', () => {
    const schema = { properties: { 'a.b': { type: 'null' } } }
    expect(validate(schema, { 'a.b': 1 })).toEqual(['["a.b"] must be null, not number'])
  })

  it('says what each alternative would take', () => {
    const schema = { anyOf: [{ type: 'string' }, { type: 'object', required: ['id'] }] }
    expect(validate({ properties: { who: schema } }, { who: {} })).toEqual([
      'who fits none of the alternatives: who must be string, not object; or who.id is required',
    ])
    expect(validate({ oneOf: [true, {}] }, 1)).toEqual([
      'the input fits 2 alternatives, and must fit only one',
    ])
  })

  it('leaves keywords that it does not know out of account', () => {
    expect(
      validate({ format: 'email', if: false, 'x-mine': 3, unevaluatedItems: false }, 'a'),
    ).toEqual([])
  })

  it('reads the tuples of older drafts', () => {
    const schema = { items: [{ type: 'string' }, { type: 'number' }] }
    expect(validate(schema, ['a', 1, 'any'])).toEqual([])
    expect(validate(schema, [1])).toEqual(['[0] must be string, not number'])
  })

  it('takes fractions for the multiples that they are', () => {
    expect(validate({ multipleOf: 0.1 }, 0.3)).toEqual([])
    expect(validate({ multipleOf: 0.1 }, 0.35)).not.toEqual([])
  })

  it('knows no property that a value only inherits', () => {
    expect(validate({ required: ['toString'] }, {})).toEqual(['toString is required'])
    expect(validate({ properties: { constructor: false } }, {})).toEqual([])
    const hostile = JSON.parse('{"__proto__": 1}')
    expect(validate({ additionalProperties: false }, hostile)).toEqual(['__proto__ is not known'])
  })

  it('ends on values that are too deep, and on schemas whose alternatives multiply', () => {
    const tooMuch = ['the input is too deep or too large to be checked']
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)
    expect(validate({ items: { $ref: '#' } }, deep)).toEqual(tooMuch)
    expect(validate({ enum: [1] }, deep)).toEqual(tooMuch)
    const again = { properties: { a: { $ref: '#' } }, required: ['end'] }
    const chain = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)
    expect(validate({ anyOf: [again, again] }, chain)).toEqual(tooMuch)
  })

  it('says no more than anybody would read', () => {
    const items = Array.from({ length: 1_000 }, () => 1)
    expect(validate({ items: { type: 'string' } }, items)).toHaveLength(20)
  })
})

describe('a schema that is itself wrong', () => {
  it.each([
    [{ type: 'strng' }, '`s.type` must be one or several of null, boolean'],
    [
      { properties: { a: { minLength: -1 } } },
      '`s.properties.a.minLength` must be a whole number of 0 or more, not -1',
    ],
    [{ required: 'city' }, '`s.required` must be a list of names, not "city"'],
    [{ properties: { a: 'string' } }, '`s.properties` must be schemas by name'],
    [{ items: { pattern: '(' } }, '`s.items.pattern` must be a regular expression, not "("'],
    [
      { patternProperties: { '(': {} } },
      '`s.patternProperties` must be schemas by regular expression',
    ],
    [{ enum: [] }, '`s.enum` must be a list with something in it, not []'],
    [{ anyOf: [{ maximum: '3' }] }, '`s.anyOf[0].maximum` must be a number, not "3"'],
    [
      { prefixItems: [true, { multipleOf: 0 }] },
      '`s.prefixItems[1].multipleOf` must be a number above 0',
    ],
    [{ $ref: 'https://example.com/schema' }, '`s.$ref` must be a reference within the schema'],
    [{ not: { $ref: '#/$defs/gone' } }, '`s.not.$ref` leads nowhere: #/$defs/gone'],
    [{ $ref: '#/$defs/a', $defs: { a: { type: 1 } } }, '`s.$ref.type` must be'],
    [{ $ref: '#' }, '`s.$ref` leads to itself without end'],
    [{ allOf: [{ anyOf: [{ $ref: '#' }] }] }, 'leads to itself without end'],
  ])('%j is told with its place', (schema, message) => {
    expect(() => checkSchema('s', schema as JsonSchema)).toThrow(TypeError)
    expect(() => checkSchema('s', schema as JsonSchema)).toThrow(message)
  })

  it('may lead to itself for a part of the value', () => {
    const tree = { properties: { left: { $ref: '#' }, right: { $ref: '#' } } }
    expect(() => checkSchema('s', tree)).not.toThrow()
    expect(validate(tree, { left: { right: {} } })).toEqual([])
  })

  it('leads to itself also where a part of it was seen before', () => {
    const schema = {
      properties: { part: { $ref: '#/$defs/b' } },
      allOf: [{ $ref: '#/$defs/b' }],
      $defs: { b: { allOf: [{ $ref: '#' }] } },
    }
    expect(() => checkSchema('s', schema)).toThrow('without end')
  })

  it('finds its references by JSON pointers with their escapes', () => {
    const schema = { $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': { type: 'null' } } }
    checkSchema('s', schema)
    expect(validate(schema, 1)).toEqual(['the input must be null, not number'])
  })
})

it('checks an object with hundreds of thousands of unknown keys, as a model may write it', () => {
  const schema: JsonSchema = { properties: { a: { type: 'object', additionalProperties: false } } }
  const keys = Array.from({ length: 200_000 }, (_, i) => [`k${i}`, 1] as const)
  const problems = validate(schema, { a: Object.fromEntries(keys) })
  expect(problems.length).toBeGreaterThan(0)
  expect(problems.length).toBeLessThan(100)
})
