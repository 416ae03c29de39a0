import { describe, expect, test } from 'vitest'
import { consecutiveFailures } from './consecutive-failures.ts'
import { createCircuitBreaker } from './create-circuit-breaker.ts'
import { failureCount } from './failure-count.ts'
import { failureRate } from './failure-rate.ts'
import { cooldownMs, resolveSettings } from './settings.ts'

const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY]

describe.each<[option: string, allowed: string, bounds: unknown[], beyond: unknown[]]>([
  ['openForMs', 'a number of 0 or more', [0, 0.5, infinity], [-1, nan]],
  ['openFactor', 'a number from 1 to 10', [1, 1.5, 10], [0.9, 10.1, nan, infinity]],
  ['maxOpenForMs', 'a number of 0 or more', [0, infinity], [-0.1, nan]],
  ['openJitter', 'a number from 0 to 1', [0, 1], [-0.1, 1.1, nan]],
  ['permits', 'an integer of 1 or more', [1, infinity], [0, 1.5, nan]],
  ['successesToClose', 'an integer of 1 or more', [1, 7], [0, 1.5, nan]],
  ['halfOpenTimeoutMs', 'a number of 1 or more', [1, infinity], [0.9, nan]],
  ['slowCallMs', 'a number of 1 or more', [1, infinity], [0, nan]],
])('%s', (option, allowed, bounds, beyond) => {
  test.each(bounds)('may be %d', (value) => {
    expect(() => createCircuitBreaker({ [option]: value })).not.toThrow()
    expect(() => createCircuitBreaker().update({ [option]: value })).not.toThrow()
  })

  test.each([
    ...beyond.map((value) => [value, RangeError, `${value}`] as const),
    ['1', TypeError, '"1"'] as const,
    [null, TypeError, 'null'] as const,
    [{}, TypeError, 'an object'] as const,
    [1n, TypeError, '1'] as const,
  ])('may not be %o, at creation and later', (value, errorClass, shown) => {
    const refused = new errorClass(`\`${option}\` must be ${allowed}, not ${shown}`)
    expect(() => createCircuitBreaker({ [option]: value })).toThrow(refused)
    expect(() => createCircuitBreaker().update({ [option]: value })).toThrow(refused)
  })
})

test.each([
  [{ classify: 'failure' }, '`classify` must be a function, not "failure"'],
  [{ classifyResult: {} }, '`classifyResult` must be a function, not an object'],
  [{ openOn: [429] }, '`openOn` must be a function, not an object'],
  [{ onEvent: 1 }, '`onEvent` must be a function, not 1'],
  [{ random: 0.5 }, '`random` must be a function, not 0.5'],
  [{ onEvent: null }, '`onEvent` must be a function, not null'],
  [{ name: 5 }, '`name` must be a string, not 5'],
  [{ name: null }, '`name` must be a string, not null'],
  [{ openWhen: {} }, '`openWhen.createWindow` must be a function, not undefined'],
  [{ openWhen: 'often' }, '`openWhen.createWindow` must be a function, not undefined'],
  // The function in the place of what it makes: an easy mistake.
  [{ openWhen: failureRate }, '`openWhen.createWindow` must be a function, not undefined'],
])('%o is refused', (options, message) => {
  expect(() => createCircuitBreaker(options as never)).toThrow(new TypeError(message))
})

test.each([
  [null, '`openWhen.createWindow` must be a function, not undefined'],
  [{}, '`openWhen.createWindow` must be a function, not undefined'],
])('an update to the strategy %o is refused', (openWhen, message) => {
  const { update } = createCircuitBreaker()
  expect(() => update({ openWhen } as never)).toThrow(new TypeError(message))
})

test.each<[make: () => unknown, RangeErrorConstructor | TypeErrorConstructor, message: string]>([
  [
    () => failureRate({ ratio: 0 }),
    RangeError,
    '`ratio` must be a number from above 0 to 1, not 0',
  ],
  [
    () => failureRate({ ratio: 50 }),
    RangeError,
    '`ratio` must be a number from above 0 to 1, not 50',
  ],
  [
    () => failureRate({ slowRatio: nan }),
    RangeError,
    '`slowRatio` must be a number from above 0 to 1, not NaN',
  ],
  [
    () => failureRate({ minimumCalls: 0 }),
    RangeError,
    '`minimumCalls` must be an integer of 1 or more, not 0',
  ],
  [
    () => failureRate({ windowMs: 0 }),
    RangeError,
    '`windowMs` must be a number of 1 or more, not 0',
  ],
  [
    () => failureRate({ calls: 9, minimumCalls: 10 }),
    RangeError,
    '`calls` must be at least `minimumCalls` (10), not 9',
  ],
  [
    () => failureRate({ calls: 100_001 }),
    RangeError,
    '`calls` must be an integer from 1 to 100000, not 100001',
  ],
  [
    () => failureRate({ call: 5 } as never),
    TypeError,
    '`failureRate` has no option `call`, only `ratio`, `minimumCalls`, `windowMs`, `calls`, `slowRatio`',
  ],
  [() => failureCount(5 as never), TypeError, '`failureCount` takes an object of options, not 5'],
  [
    () => failureRate({ calls: 10, windowMs: 1000 }),
    TypeError,
    '`windowMs` and `calls` exclude each other: give one of them',
  ],
  [() => consecutiveFailures(0), RangeError, '`failures` must be an integer of 1 or more, not 0'],
  [
    () => consecutiveFailures('5' as never),
    TypeError,
    '`failures` must be an integer of 1 or more, not "5"',
  ],
  [
    () => failureCount({ failures: 0 }),
    RangeError,
    '`failures` must be an integer from 1 to 100000, not 0',
  ],
])('a strategy is checked when it is made: %o', (make, errorClass, message) => {
  expect(make).toThrow(new errorClass(message))
})

test('the cooldown is within its limit whatever the chance', () => {
  const settings = resolveSettings({
    openForMs: 100,
    openFactor: 2,
    openJitter: 0.5,
    maxOpenForMs: 500,
  })
  expect([0, 1, 2, 3].map((reopenings) => cooldownMs(settings, reopenings, 0))).toEqual([
    50, 100, 200, 400,
  ])
  expect([0, 1, 2, 3].map((reopenings) => cooldownMs(settings, reopenings, 1))).toEqual([
    150, 300, 500, 500,
  ])
})
