import { revokedProxy, thrownBy } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { compileRules, matchRules } from './match-rules.ts'
import { murmur3 } from './murmur3.ts'
import type { EvaluationContext, Rule } from './rules.ts'

/** What the rules come to for a context; typed loosely, as both come from outside. */
const match = (rules: readonly unknown[], context: unknown, flag = 'FLAG') =>
  matchRules(compileRules(flag, rules), context as EvaluationContext)

const whenever = (condition: object, context: unknown) =>
  match([{ when: [condition], value: 'on' }], context) !== undefined

describe('conditions', () => {
  test.each([
    [{ attribute: 'country', equals: 'DE' }, { country: 'DE' }, true],
    [{ attribute: 'country', equals: 'DE' }, { country: 'de' }, false],
    [{ attribute: 'country', equals: 'DE' }, {}, false],
    [{ attribute: 'age', equals: 5 }, { age: 5 }, true],
    [{ attribute: 'age', equals: 5 }, { age: '5' }, false],
    [{ attribute: 'beta', equals: true }, { beta: true }, true],
    [{ attribute: 'beta', equals: true }, { beta: 1 }, false],
    [{ attribute: 'team', equals: null }, { team: null }, true],
    [{ attribute: 'team', equals: null }, { team: undefined }, false],
    [{ attribute: 'team', equals: null }, {}, false],
    [{ attribute: 'country', in: ['DE', 'FR', 5, null] }, { country: 'FR' }, true],
    [{ attribute: 'country', in: ['DE', 'FR', 5, null] }, { country: 5 }, true],
    [{ attribute: 'country', in: ['DE', 'FR', 5, null] }, { country: null }, true],
    [{ attribute: 'country', in: ['DE', 'FR', 5, null] }, { country: '5' }, false],
    [{ attribute: 'country', in: ['DE', 'FR', 5, null] }, {}, false],
    [{ attribute: 'country', in: [] }, { country: 'FR' }, false],
    [{ attribute: 'email', startsWith: 'ada@' }, { email: 'ada@example.com' }, true],
    [{ attribute: 'email', startsWith: 'ada@' }, { email: 'bob@example.com' }, false],
    [{ attribute: 'email', startsWith: 'a' }, { email: ['ada@example.com'] }, false],
    [{ attribute: 'version', semver: '>=1.2.0 <2' }, { version: '1.10.0' }, true],
    [{ attribute: 'version', semver: '>=1.2.0 <2' }, { version: '2.0.0' }, false],
    [{ attribute: 'version', semver: '>=1.2.0 <2' }, { version: 'latest' }, false],
    [{ attribute: 'version', semver: '>=1.2.0 <2' }, { version: 1.5 }, false],
  ])('%o and %o: %o', (condition, context, expected) => {
    expect(whenever(condition, context)).toBe(expected)
  })

  test('all must hold; the first rule that matches takes precedence', () => {
    const rules = [
      {
        when: [
          { attribute: 'country', equals: 'DE' },
          { attribute: 'beta', equals: true },
        ],
        value: 'both',
      },
      { when: [{ attribute: 'country', equals: 'DE' }], value: 'first' },
      { when: [{ attribute: 'beta', equals: true }], value: 'second' },
    ]
    expect(match(rules, { country: 'DE', beta: true })?.value).toBe('both')
    expect(match(rules, { country: 'DE' })?.value).toBe('first')
    expect(match(rules, { beta: true })?.value).toBe('second')
    expect(match(rules, {})).toBeUndefined()
  })

  test('a rule without conditions matches everybody', () => {
    expect(match([{ value: 1 }], {})).toEqual({ value: 1, reason: 'TARGETING_MATCH' })
    expect(match([{ value: 1, when: [] }], {})).toEqual({ value: 1, reason: 'TARGETING_MATCH' })
    expect(match([], {})).toBeUndefined()
  })
})

describe('attributes', () => {
  test('may be inherited from a class', () => {
    class User {
      get country() {
        return 'DE'
      }
    }
    expect(whenever({ attribute: 'country', equals: 'DE' }, new User())).toBe(true)
  })

  test.each(['toString', 'constructor', '__proto__', 'hasOwnProperty', 'valueOf'])(
    'what every object has is none: %s',
    (attribute) => {
      for (const context of [{}, [], Object.create({}), () => 0, Object.create(null), 'text']) {
        expect(match([{ percentage: 99, by: attribute, value: 1 }], context)).toBeUndefined()
        for (const condition of [{ equals: null }, { in: [null, ''] }, { startsWith: 'f' }]) {
          expect(whenever({ attribute, ...condition }, context)).toBe(false)
        }
      }
      const own = Object.defineProperty({}, attribute, { value: 'x' })
      expect(whenever({ attribute, equals: 'x' }, own)).toBe(true)
    },
  )

  test('what pollutes every prototype is none', () => {
    Object.defineProperty(Object.prototype, 'country', { value: 'DE', configurable: true })
    try {
      expect(whenever({ attribute: 'country', equals: 'DE' }, {})).toBe(false)
      expect(match([{ percentage: 99, by: 'country', value: 1 }], {})).toBeUndefined()
    } finally {
      Reflect.deleteProperty(Object.prototype, 'country')
    }
  })

  test.each([
    ['a getter that throws', Object.defineProperty({}, 'a', { get: vi.fn().mockThrow('no') })],
    ['a revoked proxy', revokedProxy()],
    [
      'a proxy whose traps all throw',
      new Proxy({}, new Proxy({}, { get: () => vi.fn().mockThrow('no') })),
    ],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'a'],
    ['a symbol', { a: Symbol('a'), targetingKey: Symbol('a') }],
    [
      'an object that cannot become a string',
      { a: Object.create(null), targetingKey: Object.create(null) },
    ],
  ])('no context makes it throw: %s', (_, context) => {
    const conditions = [
      { equals: 'x' },
      { in: ['x'] },
      { startsWith: 'x' },
      { semver: '>=1.0.0' },
    ].map((test) => ({ when: [{ attribute: 'a', ...test }], value: 1 }))
    const rules = [
      ...conditions,
      { percentage: 99.999, value: 1 },
      { percentage: 99.999, by: 'a', value: 1 },
    ]
    expect(match(rules, context)).toBeUndefined()
    expect(match([...rules, { value: 'all' }], context)?.value).toBe('all')
  })

  test('no attribute makes it throw, whatever it is', () => {
    const rules = compileRules('F', [
      { when: [{ attribute: 'a', in: ['x', 1] }], value: 1 },
      { when: [{ attribute: 'a', startsWith: 'x' }], value: 1 },
      { when: [{ attribute: 'a', semver: '^1.0.0' }], value: 1 },
      { percentage: 50, by: 'a', value: 1 },
    ])
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (a) => {
        expect(['object', 'undefined']).toContain(typeof matchRules(rules, { a }))
      }),
      { numRuns: 1000 },
    )
  })
})

const percentage = fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1000)
const key = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.uuid(),
  fc.integer(),
  fc.bigInt(),
)

describe('percentages', () => {
  const isIn = (percentage: number, targetingKey: unknown, flag?: string) =>
    match([{ percentage, value: 1 }], { targetingKey }, flag) !== undefined

  test('go by flag and targeting key, as flagd hashes them', () => {
    // Three of the four suits of flagd's own vectors, at their borders.
    const suits = [25, 50, 75].map((percentage) => ({ percentage, value: percentage }))
    const suitOf = (targetingKey: string) =>
      match(suits, { targetingKey }, 'fractional-flag')?.value
    expect(suitOf('ten')).toBe(25)
    expect(suitOf('nine')).toBe(50)
    expect(suitOf('jack')).toBe(75)
    expect(suitOf('queen')).toBeUndefined()
  })

  test('exactly as with integers of any size', () => {
    fc.assert(
      fc.property(percentage, key, fc.string(), (percentage, key, flag) => {
        const bucket = (BigInt(murmur3(`${flag}${key}`)) * 100_000n) >> 32n
        expect(isIn(percentage, key, flag)).toBe(bucket < BigInt(Math.round(percentage * 1000)))
      }),
      { numRuns: 2000 },
    )
  })

  test('are sticky: who is in stays in as they grow', () => {
    fc.assert(
      fc.property(percentage, percentage, key, (a, b, key) => {
        if (isIn(Math.min(a, b), key)) expect(isIn(Math.max(a, b), key)).toBe(true)
        expect(isIn(a, key)).toBe(isIn(a, key))
        expect(isIn(0, key)).toBe(false)
        expect(isIn(100, key)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('let in about as many as they say, others for each flag', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `user-${i}`)
    const inFor = (flag: string) => keys.filter((key) => isIn(10, key, flag))
    expect(Math.abs(inFor('A').length / keys.length - 0.1)).toBeLessThan(0.01)
    const ofA = new Set(inFor('A'))
    const inBoth = inFor('B').filter((key) => ofA.has(key))
    expect(inBoth.length / ofA.size).toBeLessThan(0.13)
  })

  test('of several rules count from the same end, so that they share out', () => {
    const shares = compileRules('F', [
      { percentage: 10, value: 'a' },
      { percentage: 30, value: 'b' },
    ])
    const counts = { a: 0, b: 0, none: 0 }
    for (let i = 0; i < 10_000; i++) {
      const found = matchRules(shares, { targetingKey: `user-${i}` })?.value ?? 'none'
      counts[found as keyof typeof counts]++
    }
    expect(Math.abs(counts.a - 1000)).toBeLessThan(150)
    expect(Math.abs(counts.b - 2000)).toBeLessThan(200)
  })

  test.each([undefined, null, '', Number.NaN, Infinity, true, {}, ['a']])(
    '100 includes everybody, and anything less nobody, without a key: %o',
    (targetingKey) => {
      expect(isIn(100, targetingKey)).toBe(true)
      expect(isIn(99.999, targetingKey)).toBe(false)
      expect(isIn(0, targetingKey)).toBe(false)
    },
  )

  test('100 includes a context without anything, as 0 excludes it', () => {
    for (const context of [{}, undefined, null]) {
      expect(match([{ percentage: 100, value: 1 }], context)).toEqual({ value: 1, reason: 'SPLIT' })
      expect(match([{ percentage: 0, value: 1 }], context)).toBeUndefined()
    }
  })

  test('a number is the key that its text is', () => {
    for (const percentage of [10, 30, 50, 70, 90]) {
      expect(isIn(percentage, 42)).toBe(isIn(percentage, '42'))
      expect(isIn(percentage, 42n)).toBe(isIn(percentage, '42'))
    }
  })

  test('go by another attribute where the rule says so', () => {
    const rule: Rule = { percentage: 50, by: 'tenant', value: 1 }
    const tenants = Array.from({ length: 100 }, (_, i) => `tenant-${i}`)
    const included = tenants.find((tenant) => match([rule], { tenant }))
    expect(match([rule], { targetingKey: included })).toBeUndefined()
    expect(match([rule], { tenant: included })).toEqual({ value: 1, reason: 'SPLIT' })
  })

  test('with conditions, both must hold', () => {
    const when = [{ attribute: 'country', equals: 'DE' }]
    const context = { country: 'DE', targetingKey: 'ada' }
    expect(match([{ when, percentage: 100, value: 1 }], context)).toEqual({
      value: 1,
      reason: 'SPLIT',
    })
    expect(match([{ when, percentage: 0, value: 1 }], context)).toBeUndefined()
    expect(match([{ when, percentage: 100, value: 1 }], { targetingKey: 'ada' })).toBeUndefined()
    expect(match([{ when, percentage: 99, value: 1 }], { country: 'DE' })).toBeUndefined()
  })
})

describe('what is wrong is refused by its place', () => {
  const range = 'a number from 0 to 100'
  test.each<[unknown, ErrorConstructor, string]>([
    [{}, TypeError, '`F.rules` must be an array, not an object'],
    ['x', TypeError, '`F.rules` must be an array, not "x"'],
    [[5], TypeError, '`F.rules[0]` must be an object, not 5'],
    [[[]], TypeError, '`F.rules[0]` must be an object, not an object'],
    [[null], TypeError, '`F.rules[0]` must be an object, not null'],
    [[{}], TypeError, '`F.rules[0]` must have `value`'],
    [
      [{ value: 1 }, { value: 1, whne: [] }],
      TypeError,
      '`F.rules[1].whne` is unknown, did you mean "when"?',
    ],
    [[{ value: 1, nonsense: 1 }], TypeError, '`F.rules[0].nonsense` is unknown'],
    [[JSON.parse('{"value": 1, "__proto__": 1}')], TypeError, '`F.rules[0].__proto__` is unknown'],
    [[{ value: 1, 'a"\n': 1 }], TypeError, '`F.rules[0].a\\"\\n` is unknown'],
    [[{ value: 1, when: {} }], TypeError, '`F.rules[0].when` must be an array, not an object'],
    [[{ value: 1, when: null }], TypeError, '`F.rules[0].when` must be an array, not null'],
    [
      [{ value: 1, percentage: -1 }],
      RangeError,
      `\`F.rules[0].percentage\` must be ${range}, not -1`,
    ],
    [
      [{ value: 1, percentage: 100.001 }],
      RangeError,
      `\`F.rules[0].percentage\` must be ${range}, not 100.001`,
    ],
    [
      [{ value: 1, percentage: NaN }],
      RangeError,
      `\`F.rules[0].percentage\` must be ${range}, not NaN`,
    ],
    [
      [{ value: 1, percentage: '5' }],
      TypeError,
      `\`F.rules[0].percentage\` must be ${range}, not "5"`,
    ],
    [
      [{ value: 1, percentage: null }],
      TypeError,
      `\`F.rules[0].percentage\` must be ${range}, not null`,
    ],
    [
      [{ value: 1, percentage: 0.0004 }],
      RangeError,
      '`F.rules[0].percentage` must be a number with at most 3 decimals, not 0.0004',
    ],
    [
      [{ value: 1, by: '' }],
      TypeError,
      '`F.rules[0].by` must be a string that is not empty, not ""',
    ],
    [[{ value: 1, by: 5 }], TypeError, '`F.rules[0].by` must be a string that is not empty, not 5'],
  ])('%j', (rules, errorClass, message) => {
    expect(thrownBy(() => compileRules('F', rules))).toEqual(new errorClass(message))
  })

  const scalar = 'a string, a number, true, false or null'
  test.each<[unknown, ErrorConstructor, string]>([
    [5, TypeError, ' must be an object, not 5'],
    [{ equals: 1 }, TypeError, ' must have `attribute`'],
    [{ attribute: 'a' }, TypeError, ' must have one of equals, in, startsWith, semver'],
    [
      { attribute: 'a', equals: 1, in: [1] },
      TypeError,
      ' must have one of equals, in, startsWith, semver',
    ],
    [{ attribute: 'a', toString: 1 }, TypeError, '.toString is unknown'],
    [
      { attribute: 'a', startswith: 'a' },
      TypeError,
      '.startswith is unknown, did you mean "startsWith"?',
    ],
    [
      { attribute: '', equals: 1 },
      TypeError,
      '.attribute must be a string that is not empty, not ""',
    ],
    [{ attribute: 'a', equals: {} }, TypeError, `.equals must be ${scalar}, not an object`],
    [{ attribute: 'a', equals: Infinity }, TypeError, `.equals must be ${scalar}, not Infinity`],
    [{ attribute: 'a', in: 'DE' }, TypeError, '.in must be an array, not "DE"'],
    [{ attribute: 'a', in: ['DE', ['FR']] }, TypeError, `.in[1] must be ${scalar}, not an object`],
    [
      { attribute: 'a', in: ['DE', 'DE', []] },
      TypeError,
      `.in[2] must be ${scalar}, not an object`,
    ],
    [
      { attribute: 'a', startsWith: '' },
      TypeError,
      '.startsWith must be a string that is not empty, not ""',
    ],
    [{ attribute: 'a', semver: 1 }, TypeError, '.semver must be a string that is not empty, not 1'],
    [
      { attribute: 'a', semver: '>' },
      RangeError,
      '.semver must be a range such as ">=1.2.0 <2", not ">"',
    ],
  ])('condition %j', (condition, errorClass, message) => {
    const thrown = thrownBy(() => compileRules('F', [{ value: 1, when: [condition] }])) as Error
    expect(thrown).toBeInstanceOf(errorClass)
    expect(thrown.message.replace(/`(F[^`]*)`/, '$1')).toBe(`F.rules[0].when[0]${message}`)
  })

  test('the flag checks the values', () => {
    const checkValue = vi.fn((value: unknown, what: string) => {
      if (typeof value !== 'number') throw new TypeError(`${what} is no number`)
      return value * 2
    })
    const rules = compileRules('F', [{ value: 1, when: [] }], checkValue)
    expect(matchRules(rules, {})?.value).toBe(2)
    expect(() => compileRules('F', [{ value: 1 }, { value: 'x' }], checkValue)).toThrow(
      new TypeError('F.rules[1].value is no number'),
    )
  })

  test('and nothing else comes of rules that are anything', () => {
    const scalars = fc.constantFrom<unknown>(
      'a',
      '',
      5,
      -1,
      1e9,
      Number.NaN,
      null,
      undefined,
      true,
      5n,
      Symbol('s'),
    )
    const anything = fc.oneof(
      scalars,
      fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 2 }),
    )
    const mostly = (good: unknown) =>
      fc.oneof({ weight: 3, arbitrary: fc.constant(good) }, anything)
    const condition = fc.record(
      {
        attribute: mostly('a'),
        equals: anything,
        in: anything,
        startsWith: mostly('a'),
        semver: mostly('1'),
      },
      { requiredKeys: [] },
    )
    const rule = fc.record(
      {
        value: anything,
        when: fc.oneof(fc.array(condition, { maxLength: 2 }), anything),
        percentage: mostly(50),
        by: mostly('id'),
        extra: anything,
      },
      { requiredKeys: ['value'] },
    )
    const rules = fc.oneof(fc.array(fc.oneof(rule, anything), { maxLength: 3 }), anything)
    fc.assert(
      fc.property(rules, fc.object(), (rules, context) => {
        try {
          matchRules(compileRules('F', rules), context)
        } catch (error) {
          expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
          expect((error as Error).message).toMatch(/^`F\.rules/)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('however many there are', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `user-${i}`)
    expect(whenever({ attribute: 'a', in: many }, { a: 'user-99999' })).toBe(true)
    const rules = many.map((user) => ({ when: [{ attribute: 'a', equals: user }], value: user }))
    expect(match(rules, { a: 'user-99999' })?.value).toBe('user-99999')
  })
})

test('a match allocates nothing: it is the same each time', () => {
  const rules = compileRules('F', [{ percentage: 100, value: { a: 1 } }])
  const context = { targetingKey: 'ada' }
  expect(matchRules(rules, context)).toBe(matchRules(rules, context))
})
