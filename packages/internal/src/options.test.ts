import { describe, expect, test } from 'vitest'
import {
  checkBooleans,
  checkFunction,
  checkFunctions,
  checkName,
  checkNumber,
  checkOptions,
  type OptionRules,
  refusal,
} from './options.ts'
import { revokedProxy } from './testing.ts'

describe('checkNumber', () => {
  test('gives back what is allowed, bounds included', () => {
    expect(checkNumber('ratio', 0, { min: 0, max: 1 })).toBe(0)
    expect(checkNumber('ratio', 1, { min: 0, max: 1 })).toBe(1)
    expect(checkNumber('retries', 3, { min: 0, integer: true })).toBe(3)
  })

  test('no upper bound allows Infinity, of integers too', () => {
    expect(checkNumber('ms', Number.POSITIVE_INFINITY, { min: 0 })).toBe(Number.POSITIVE_INFINITY)
    expect(checkNumber('retries', Number.POSITIVE_INFINITY, { min: 0, integer: true })).toBe(
      Number.POSITIVE_INFINITY,
    )
  })

  test.each([
    [-1, { min: 0 }, RangeError, '`x` must be a number of 0 or more, not -1'],
    [Number.NaN, { min: 0 }, RangeError, '`x` must be a number of 0 or more, not NaN'],
    [2, { min: 0, max: 1 }, RangeError, '`x` must be a number from 0 to 1, not 2'],
    [1.5, { min: 1, integer: true }, RangeError, '`x` must be an integer of 1 or more, not 1.5'],
    ['3', { min: 0 }, TypeError, '`x` must be a number of 0 or more, not "3"'],
    [null, { min: 0 }, TypeError, '`x` must be a number of 0 or more, not null'],
    [undefined, { min: 0 }, TypeError, '`x` must be a number of 0 or more, not undefined'],
    [{}, { min: 0 }, TypeError, '`x` must be a number of 0 or more, not an object'],
    [5n, { min: 0 }, TypeError, '`x` must be a number of 0 or more, not 5'],
    [() => 5, { min: 0 }, TypeError, '`x` must be a number of 0 or more, not a function'],
  ])('%o within %o is a mistake', (value, rule, errorClass, message) => {
    expect(() => checkNumber('x', value, rule)).toThrow(new errorClass(message))
  })
})

describe('checkFunction', () => {
  test('names the option and what it got instead', () => {
    expect(() => checkFunction('onEvent', () => {})).not.toThrow()
    expect(() => checkFunction('onEvent', 'log')).toThrow(
      new TypeError('`onEvent` must be a function, not "log"'),
    )
  })

  test('of several options, those that are not given are fine', () => {
    const options = { given: () => {}, wrong: 5, absent: undefined }
    expect(() => checkFunctions(options, 'given', 'absent')).not.toThrow()
    expect(() => checkFunctions(options, 'given', 'wrong')).toThrow(
      new TypeError('`wrong` must be a function, not 5'),
    )
  })
})

describe('checkName', () => {
  test('a name is a string, or not given', () => {
    for (const name of ['chat', '', undefined]) expect(() => checkName(name)).not.toThrow()
  })

  test.each([
    [5, '5'],
    [null, 'null'],
    [{ toString: () => 'chat' }, 'an object'],
    [Symbol('chat'), 'Symbol(chat)'],
  ])('%o is none', (name, shown) => {
    expect(() => checkName(name)).toThrow(new TypeError(`\`name\` must be a string, not ${shown}`))
  })
})

describe('refusal', () => {
  test.each<[value: unknown, shown: string]>([
    ['a "quoted"\nstring', '"a \\"quoted\\"\\nstring"'],
    [-0, '0'],
    [Number.NaN, 'NaN'],
    [undefined, 'undefined'],
    [true, 'true'],
    [[1, 2], 'an object'],
    [new Date(Number.NaN), 'an object'],
    [Object.create(null), 'an object'],
    [class {}, 'a function'],
  ])('shows what it got, briefly: %o', (value, shown) => {
    expect(refusal('x', value, 'better')).toEqual(
      new TypeError(`\`x\` must be better, not ${shown}`),
    )
  })

  test('does not fail at a value that cannot be looked at', () => {
    expect(refusal('x', revokedProxy(), 'better').message).toMatch(/not an object$/)
  })

  test('is a TypeError, unless it is told', () => {
    expect(refusal('x', 1, 'better')).toBeInstanceOf(TypeError)
    expect(refusal('x', 1, 'better', RangeError)).toBeInstanceOf(RangeError)
  })
})

describe('checkBooleans', () => {
  test('takes what is given as true or false, and what is not given', () => {
    expect(() => checkBooleans({ a: true, b: false, c: undefined }, 'a', 'b', 'c')).not.toThrow()
  })

  test('refuses what would count as one of them', () => {
    const refused = new TypeError('`a` must be true or false, not "false"')
    expect(() => checkBooleans({ a: 'false' }, 'a')).toThrow(refused)
  })
})

test.each([
  [{ min: Number.MIN_VALUE }, 'a number above 0'],
  [{ min: Number.MIN_VALUE, max: 1 }, 'a number from above 0 to 1'],
  [{ min: Number.MIN_VALUE, max: Number.MAX_VALUE }, 'a finite number above 0'],
  [{ min: 0, max: Number.MAX_VALUE }, 'a finite number of 0 or more'],
  [{ min: -Number.MAX_VALUE, max: Number.MAX_VALUE }, 'a finite number'],
  [{ min: -Number.MAX_VALUE, max: 5, integer: true }, 'an integer up to 5'],
])('what %o allows is said in words', (rule, allowed) => {
  expect(() => checkNumber('x', '', rule)).toThrow(`\`x\` must be ${allowed}, not ""`)
})

describe('checkOptions', () => {
  interface Options {
    readonly retries?: number | undefined
    readonly name?: string | undefined
    readonly enabled?: boolean | undefined
    readonly onEvent?: (() => void) | undefined
    readonly cause?: unknown
    readonly mode?: 'on' | 'off' | undefined
  }
  const rules: OptionRules<Options> = {
    retries: { min: 0, integer: true },
    name: 'string',
    enabled: 'boolean',
    onEvent: 'function',
    cause: 'any',
    mode: (option, value) => {
      if (value !== 'on' && value !== 'off') throw refusal(option, value, "'on' or 'off'")
    },
  }
  const check = (options: unknown) => checkOptions('createThing', options as Options, rules)

  test('accepts options of the right kinds, undefined ones, and none', () => {
    check(undefined)
    check({})
    check({ retries: undefined, name: undefined, mode: undefined })
    check({ retries: 3, name: '', enabled: false, onEvent: () => {}, cause: null, mode: 'on' })
  })

  test.each<[options: unknown, shown: string]>([
    [100, '100'],
    ['debug', '"debug"'],
    [null, 'null'],
    [true, 'true'],
    [['fast'], 'an object'],
    [() => {}, 'a function'],
  ])('refuses %o in place of options', (options, shown) => {
    expect(() => check(options)).toThrow(
      new TypeError(`\`createThing\` takes an object of options, not ${shown}`),
    )
  })

  test.each([3, undefined])(
    'refuses an unknown name with the value %o, and lists the known',
    (value) => {
      expect(() => check({ retrys: value })).toThrow(
        new TypeError(
          '`createThing` has no option `retrys`, only `retries`, `name`, `enabled`, `onEvent`, `cause`, `mode`',
        ),
      )
    },
  )

  test.each([
    [{ toString: 3 }, /no option `toString`/],
    [{ retries: -1 }, '`retries` must be an integer of 0 or more, not -1'],
    [{ retries: '3' }, '`retries` must be an integer of 0 or more, not "3"'],
    [{ name: 5 }, '`name` must be a string, not 5'],
    [{ enabled: 'false' }, '`enabled` must be true or false, not "false"'],
    [{ onEvent: 'log' }, '`onEvent` must be a function, not "log"'],
    [{ onEvent: null }, '`onEvent` must be a function, not null'],
    [{ mode: 'maybe' }, "`mode` must be 'on' or 'off', not \"maybe\""],
  ])('refuses %o', (options, message) => {
    expect(() => check(options)).toThrow(message)
  })
})

test('a long value is not repeated whole in the message', () => {
  const { message } = refusal('x', 'y'.repeat(1_000_000), 'better')
  expect(message).toBe(`\`x\` must be better, not "${'y'.repeat(100)}"… (1000000 characters)`)
})
