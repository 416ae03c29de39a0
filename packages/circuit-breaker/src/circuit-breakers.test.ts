import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import type { CircuitBreaker } from './circuit-breaker.ts'
import { createCircuitBreakers } from './circuit-breakers.ts'
import { failureCount } from './failure-count.ts'

useVirtualTime()

const openWhen = failureCount({ failures: 1 })
const trip = (breaker: CircuitBreaker) => breaker.acquire().fail(new Error('down'))

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

test('an update reaches those that there are and those to come', async () => {
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

test('an update with a mistake changes none of them', async () => {
  const breakers = createCircuitBreakers({ openWhen, openForMs: 100 })
  trip(breakers.for('sonnet'))
  expect(() => breakers.update({ openForMs: 0, permits: 0 })).toThrow(RangeError)
  trip(breakers.for('haiku'))
  expect(breakers.for('sonnet').state).toBe('open')
  expect(breakers.for('haiku').state).toBe('open')
})

test('a mistake in the options shows at creation, not at the first call', () => {
  expect(() => createCircuitBreakers({ permits: 0 })).toThrow(RangeError)
})
