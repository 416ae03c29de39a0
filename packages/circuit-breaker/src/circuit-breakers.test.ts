import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import type { CircuitBreaker } from './circuit-breaker.ts'
import { type CircuitBreakers, createCircuitBreakers } from './circuit-breakers.ts'
import { consecutiveFailures } from './consecutive-failures.ts'
import type { CircuitBreakerEvent } from './events.ts'
import { failureCount } from './failure-count.ts'
import { down } from './testing.ts'

useVirtualTime()

const openWhen = failureCount({ failures: 1 })
const trip = (breaker: CircuitBreaker) => breaker.acquire().fail(down)
const keys = (breakers: CircuitBreakers) => [...breakers.entries()].map(([key]) => key)

test('what fails alone is cut off alone', () => {
  const breakers = createCircuitBreakers({ openWhen })
  trip(breakers.for('sonnet'))
  expect(breakers.for('sonnet').state).toBe('open')
  expect(breakers.for('haiku').state).toBe('closed')
})

test('a key has one breaker, named after it', () => {
  const breakers = createCircuitBreakers({ name: 'bedrock' })
  expect(breakers.for('sonnet')).toBe(breakers.for('sonnet'))
  expect(breakers.for('sonnet').name).toBe('bedrock:sonnet')
  expect(createCircuitBreakers().for('sonnet').name).toBe('sonnet')
  expect([...breakers.entries()]).toEqual([['sonnet', breakers.for('sonnet')]])
})

test.each(['', '__proto__', 'constructor', 'a:b'])('any string is a key: %j', (key) => {
  const breakers = createCircuitBreakers({ openWhen })
  trip(breakers.for(key))
  expect([breakers.for(key).state, breakers.for(`${key}!`).state]).toEqual(['open', 'closed'])
})

test('events say of which breaker they are', () => {
  const events: CircuitBreakerEvent[] = []
  const onEvent = (event: CircuitBreakerEvent) => void events.push(event)
  trip(createCircuitBreakers({ name: 'bedrock', openWhen, onEvent }).for('sonnet'))
  expect(new Set(events.map(({ name }) => name))).toEqual(new Set(['bedrock:sonnet']))
})

test('a status page shows each of them', () => {
  const breakers = createCircuitBreakers({ openWhen })
  trip(breakers.for('sonnet'))
  breakers.for('haiku')
  const page = [...breakers.entries()].map(([key, { state }]) => `${key} is ${state}`)
  expect(page).toEqual(['sonnet is open', 'haiku is closed'])
})

describe('with a bound', () => {
  test('a new key takes the place of the one that was asked for longest ago', () => {
    const breakers = createCircuitBreakers({ maxKeys: 3 })
    for (const key of ['a', 'b', 'c', 'a', 'a', 'd', 'e']) breakers.for(key)
    expect(keys(breakers)).toEqual(['a', 'd', 'e'])
    expect(breakers.size).toBe(3)
  })

  test('the bound is 10 000 by default', () => {
    const breakers = createCircuitBreakers()
    for (let key = 0; key < 10_001; key++) breakers.for(`${key}`)
    expect(breakers.size).toBe(10_000)
    expect(keys(breakers)[0]).toBe('1')
  })

  test('a key that comes back has a breaker of its own anew', () => {
    const breakers = createCircuitBreakers({ maxKeys: 1 })
    const first = breakers.for('a')
    breakers.for('b')
    expect(breakers.for('a')).not.toBe(first)
    expect(breakers.size).toBe(1)
  })

  test.each<[string, (breaker: CircuitBreaker) => void]>([
    ['open', trip],
    ['half-open', (breaker) => breaker.open('', { forMs: 0 })],
    ['disabled', (breaker) => breaker.disable()],
    ['isolated', (breaker) => breaker.isolate()],
  ])('a breaker that is %s stays while there are closed ones to evict', (_, ail) => {
    const breakers = createCircuitBreakers({ maxKeys: 3, openWhen })
    const [one, other] = [breakers.for('one'), breakers.for('other')]
    ail(one)
    ail(other)
    for (const key of ['a', 'b', 'c']) breakers.for(key)
    expect(keys(breakers)).toEqual(['one', 'other', 'c'])
    expect([breakers.for('one'), breakers.for('other')]).toEqual([one, other])
  })

  test('a thousand keys that fail do not keep a thousand open circuits', () => {
    const breakers = createCircuitBreakers({ maxKeys: 100, openWhen })
    for (let key = 0; key < 1_000; key++) trip(breakers.for(`${key}`))
    expect(breakers.size).toBe(100)
    expect(keys(breakers)[0]).toBe('900')
  })

  test('of open circuits one whose cooldown is over goes first, then the one asked for longest ago', () => {
    const breakers = createCircuitBreakers({ maxKeys: 3, openWhen })
    for (const key of ['a', 'b', 'c']) trip(breakers.for(key))
    breakers.for('b').open('', { forMs: 0 })
    trip(breakers.for('d'))
    expect(keys(breakers)).toEqual(['a', 'c', 'd'])
    trip(breakers.for('e'))
    expect(keys(breakers)).toEqual(['c', 'd', 'e'])
  })

  test('one that an operator isolated or disabled goes last of all', () => {
    const breakers = createCircuitBreakers({ maxKeys: 3, openWhen })
    breakers.for('isolated').isolate()
    breakers.for('disabled').disable()
    for (const key of ['a', 'b']) trip(breakers.for(key))
    expect(keys(breakers)).toEqual(['isolated', 'disabled', 'b'])
    const small = createCircuitBreakers({ maxKeys: 1 })
    small.for('isolated').isolate()
    small.for('a')
    expect(keys(small)).toEqual(['a'])
  })

  test('an eviction is reported', () => {
    const events: CircuitBreakerEvent[] = []
    const onEvent = (event: CircuitBreakerEvent) => void events.push(event)
    const breakers = createCircuitBreakers({ maxKeys: 1, name: 'hosts', openWhen, onEvent })
    trip(breakers.for('a'))
    breakers.for('b')
    const evicted = events.find(({ type }) => type === 'circuit-breaker.evicted')
    expect(evicted).toMatchObject({ name: 'hosts:a', state: 'open' })
  })

  test('an evicted breaker works on for those who hold it, and does not return', () => {
    const breakers = createCircuitBreakers({ maxKeys: 1, openWhen })
    const first = breakers.for('a')
    breakers.for('b')
    trip(first)
    first.close()
    expect(first.state).toBe('closed')
    expect(keys(breakers)).toEqual(['b'])
  })

  test('a new key takes a bounded number of looks, whatever state the others are in', () => {
    let reads = 0
    const clock = { now: () => ++reads, setTimeout: () => 0, clearTimeout: () => {} }
    const breakers = createCircuitBreakers({ maxKeys: 1_000, openWhen, openForMs: 1e9, clock })
    for (let key = 0; key < 1_000; key++) trip(breakers.for(`${key}`))
    reads = 0
    breakers.for('one more')
    expect(breakers.size).toBe(1_000)
    expect(reads).toBeGreaterThan(0)
    expect(reads).toBeLessThan(100)
  })

  test.each([[new URL('https://example.com/')], [5], [undefined], [Symbol('a')]])(
    'refuses %s as a key',
    (key) => {
      expect(() => createCircuitBreakers().for(key as never)).toThrow('`key` must be a string')
    },
  )
})

describe('an update', () => {
  test('reaches those that there are and those to come', async () => {
    const breakers = createCircuitBreakers({ openWhen, openForMs: 100, permits: 2 })
    trip(breakers.for('sonnet'))
    breakers.update({ openForMs: 10 })
    breakers.update({ openForMs: undefined, permits: 1 })
    trip(breakers.for('haiku'))
    await advance(10)
    for (const [, breaker] of breakers.entries()) {
      expect(breaker.state).toBe('half-open')
      breaker.acquire()
      expect(() => breaker.acquire()).toThrow('half-open, and its probes are out')
    }
  })

  test('of the strategy, too', () => {
    const breakers = createCircuitBreakers({ openWhen })
    breakers.for('sonnet')
    breakers.update({ openWhen: consecutiveFailures(2) })
    for (const key of ['sonnet', 'haiku']) {
      trip(breakers.for(key))
      expect(breakers.for(key).state).toBe('closed')
      trip(breakers.for(key))
      expect(breakers.for(key).state).toBe('open')
    }
  })

  test('with a mistake changes none of them', async () => {
    const breakers = createCircuitBreakers({ openWhen, openForMs: 100 })
    trip(breakers.for('sonnet'))
    expect(() => breakers.update({ openForMs: 0, permits: 0 })).toThrow(RangeError)
    trip(breakers.for('haiku'))
    expect(breakers.for('sonnet').state).toBe('open')
    expect(breakers.for('haiku').state).toBe('open')
  })
})

test.each([
  [{ permits: 0 }, RangeError, '`permits` must be an integer of 1 or more, not 0'],
  [{ maxKeys: 0 }, RangeError, '`maxKeys` must be an integer of 1 or more, not 0'],
  [{ maxKeys: '9' }, TypeError, '`maxKeys` must be an integer of 1 or more, not "9"'],
  [{ name: 5 }, TypeError, '`name` must be a string, not 5'],
])(
  'a mistake in the options shows at creation, not at the first call: %o',
  (options, errorClass, message) => {
    expect(() => createCircuitBreakers(options as never)).toThrow(new errorClass(message))
  },
)

test('an observer that asks for the same key on the way gets the same breaker', async () => {
  let asked: CircuitBreaker | undefined
  const breakers: CircuitBreakers = createCircuitBreakers({
    maxKeys: 1,
    openWhen,
    openForMs: 10,
    onEvent: (event) => {
      if (event.type === 'circuit-breaker.state-changed' && event.to === 'half-open') {
        asked = breakers.for('new')
      }
    },
  })
  trip(breakers.for('old'))
  await advance(10)
  // Making room looks at the old one, which is then told to be half-open.
  const given = breakers.for('new')
  expect(asked).toBe(given)
  expect(breakers.for('new')).toBe(given)
})
