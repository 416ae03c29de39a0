import type { Policy } from '@holdfast/internal'
import { expectTypeOf, test } from 'vitest'
import {
  type CircuitBreakerEvent,
  CircuitOpenError,
  type Context,
  createCircuitBreaker,
  type Permit,
} from './index.ts'

test('the result is the operation’s, the context the caller’s', () => {
  const breaker = createCircuitBreaker()
  expectTypeOf(breaker(async () => 5)).toEqualTypeOf<Promise<number>>()
  breaker((context) => expectTypeOf(context).toEqualTypeOf<Context>())
})

test('a circuit breaker is a policy with a synchronous two-step form', () => {
  expectTypeOf(createCircuitBreaker()).toExtend<Policy>()
  expectTypeOf(createCircuitBreaker().acquire()).toEqualTypeOf<Permit>()
})

test('options and settings are known by name', () => {
  // @ts-expect-error no such option
  createCircuitBreaker({ failures: 5 })
  // @ts-expect-error not to be changed on a running breaker
  createCircuitBreaker().update({ name: 'other' })
  // @ts-expect-error not an outcome
  createCircuitBreaker({ classify: () => 'bad' })
  // @ts-expect-error the state is read, not set
  createCircuitBreaker().state = 'open'
})

test('events are told apart by type, errors by isInstance', () => {
  createCircuitBreaker({
    onEvent: (event) => {
      expectTypeOf(event).toEqualTypeOf<CircuitBreakerEvent>()
      if (event.type === 'circuit-breaker.state-changed') {
        expectTypeOf(event.at).toEqualTypeOf<number>()
      }
    },
  })
  const error: unknown = undefined
  if (CircuitOpenError.isInstance(error)) {
    expectTypeOf(error.retryAfterMs).toEqualTypeOf<number | undefined>()
  }
})
