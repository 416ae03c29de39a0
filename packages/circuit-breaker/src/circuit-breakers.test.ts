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
  expect(events.map(({ name }) => name)).toEqual(['bedrock:sonnet', 'bedrock:sonnet'])
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

  test.each<[string, (breaker: CircuitBreaker) => void, (breaker: CircuitBreaker) => void]>([
    ['open', trip, (breaker) => breaker.close()],
    ['half-open', (breaker) => breaker.open('', { forMs: 0 }), (breaker) => breaker.close()],
    ['disabled', (breaker) => breaker.disable(), (breaker) => breaker.enable()],
  ])('one that is %s stays, above the bound if need be, until it is well again', (_, ail, heal) => {
    const breakers = createCircuitBreakers({ maxKeys: 2, openWhen })
    const [one, other] = [breakers.for('one'), breakers.for('other')]
    ail(one)
    ail(other)
    breakers.for('a')
    expect(breakers.size).toBe(3)
    breakers.for('b')
    breakers.for('c')
    expect(keys(breakers).sort()).toEqual(['c', 'one', 'other'])
    expect([breakers.for('one'), breakers.for('other')]).toEqual([one, other])
    heal(one)
    heal(other)
    for (const key of ['d', 'e']) breakers.for(key)
    expect(keys(breakers)).toEqual(['d', 'e'])
  })

  test('one that is isolated stays, and its handle works on', () => {
    const breakers = createCircuitBreakers({ maxKeys: 1 })
    const { release } = breakers.for('a').isolate()
    breakers.for('b')
    expect(breakers.for('a').stats().isolated).toBe(true)
    release()
    breakers.for('c')
    expect(keys(breakers)).toEqual(['c'])
  })

  test('one whose cooldown passed unseen is not closed: it waits for its probe', async () => {
    const breakers = createCircuitBreakers({ maxKeys: 1, openWhen, openForMs: 10 })
    trip(breakers.for('a'))
    await advance(1000)
    breakers.for('b')
    expect(breakers.for('a').state).toBe('half-open')
  })

  test('in an outage of everything a new key still costs a bounded look', () => {
    let reads = 0
    const clock = { now: () => ++reads, setTimeout: () => 0, clearTimeout: () => {} }
    const breakers = createCircuitBreakers({ maxKeys: 1000, openWhen, openForMs: 1e9, clock })
    for (let key = 0; key < 1000; key++) trip(breakers.for(`${key}`))
    reads = 0
    breakers.for('one more')
    expect(breakers.size).toBe(1001)
    // Each look at an open circuit reads the clock at most twice.
    expect(reads).toBeGreaterThan(0)
    expect(reads).toBeLessThan(50)
  })

  test('after the outage new keys bring it back within the bound, a few at a time', () => {
    const breakers = createCircuitBreakers({ maxKeys: 10, openWhen })
    for (let key = 0; key < 100; key++) trip(breakers.for(`${key}`))
    expect(breakers.size).toBe(100)
    for (const [, breaker] of breakers.entries()) breaker.close()
    for (let key = 0; key < 10; key++) breakers.for(`new ${key}`)
    expect(breakers.size).toBe(10)
  })
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
