import type { Policy } from '@holdfast/internal'
import { expectTypeOf, test } from 'vitest'
import {
  type CircuitBreaker,
  type CircuitBreakerChanges,
  type CircuitBreakerEvent,
  type CircuitBreakerSettings,
  type CircuitBreakerSnapshot,
  type CircuitBreakerStats,
  type CircuitBreakers,
  CircuitOpenError,
  type CircuitState,
  type Context,
  consecutiveFailures,
  createCircuitBreaker,
  createCircuitBreakers,
  failureCount,
  failureRate,
  type Isolation,
  type OpeningStrategy,
  type Outcome,
  type Permit,
} from './index.ts'

const breaker = createCircuitBreaker()

test('the result is the operation’s, the context the caller’s', () => {
  expectTypeOf(breaker(async () => 5)).toEqualTypeOf<Promise<number>>()
  expectTypeOf(breaker(() => 'plain')).toEqualTypeOf<Promise<string>>()
  breaker((context) => expectTypeOf(context).toEqualTypeOf<Context>())
})

test('a circuit breaker is a policy with a synchronous two-step form', () => {
  expectTypeOf(breaker).toEqualTypeOf<CircuitBreaker>()
  expectTypeOf(breaker).toExtend<Policy>()
  expectTypeOf(breaker.acquire()).toEqualTypeOf<Permit>()
})

test('options and settings are known by name', () => {
  createCircuitBreaker({
    openWhen: failureRate({ ratio: 0.5, minimumCalls: 20, windowMs: 30_000, slowRatio: 0.8 }),
    openForMs: 1,
    openFactor: 2,
    maxOpenForMs: 3,
    openJitter: 0.1,
    permits: 1,
    successesToClose: 2,
    halfOpenTimeoutMs: 1,
    slowCallMs: 1,
    classify: (error): Outcome => (error instanceof Error ? 'failure' : 'ignore'),
    classifyResult: (result) => (result === undefined ? 'failure' : 'success'),
    openOn: (error) => error instanceof RangeError,
    name: 'chat',
    random: () => 0.5,
  })
  // @ts-expect-error no such option
  createCircuitBreaker({ failures: 5 })
  // @ts-expect-error not an outcome
  createCircuitBreaker({ classify: () => 'bad' })
  // @ts-expect-error what came is not known: it must be looked at
  createCircuitBreaker({ classifyResult: (result: { ok: boolean }) => result.ok })
  // @ts-expect-error no such setting of a strategy
  failureCount({ ratio: 0.5 })
  // @ts-expect-error a strategy is made by a call
  createCircuitBreaker({ openWhen: failureCount })
  expectTypeOf(failureCount()).toEqualTypeOf<OpeningStrategy>()
  expectTypeOf(failureRate()).toEqualTypeOf<OpeningStrategy>()
  expectTypeOf(consecutiveFailures(3)).toEqualTypeOf<OpeningStrategy>()
})

test('what can change on a running breaker are its settings and its strategy', () => {
  expectTypeOf<keyof CircuitBreakerChanges>().toEqualTypeOf<
    keyof CircuitBreakerSettings | 'openWhen'
  >()
  breaker.update({ openForMs: undefined, permits: 3, openWhen: consecutiveFailures() })
  // @ts-expect-error not to be changed on a running breaker
  breaker.update({ name: 'other' })
  // @ts-expect-error not to be changed on a running breaker
  breaker.update({ classify: () => 'failure' })
})

test('the state is read, not set', () => {
  expectTypeOf(breaker.state).toEqualTypeOf<CircuitState>()
  expectTypeOf(breaker.stats()).toEqualTypeOf<CircuitBreakerStats>()
  expectTypeOf(breaker.stats().retryAfterMs).toEqualTypeOf<number | undefined>()
  // @ts-expect-error by open, close, isolate
  breaker.state = 'open'
  // @ts-expect-error a picture of the moment
  breaker.stats().failures = 0
})

test('controls by hand', () => {
  breaker.open()
  breaker.open(new Error('maintenance'), { forMs: 60_000 })
  // @ts-expect-error no such option
  breaker.open('maintenance', { openForMs: 60_000 })
  expectTypeOf(breaker.isolate('a drill')).toEqualTypeOf<Isolation>()
  using isolation = breaker.isolate()
  expectTypeOf(isolation.release).toEqualTypeOf<() => void>()
})

test('a snapshot goes in as it came out; anything else must be vouched for', () => {
  const snapshot = breaker.snapshot()
  expectTypeOf(snapshot).toEqualTypeOf<CircuitBreakerSnapshot>()
  breaker.restore(snapshot)
  breaker.restore(JSON.parse('{}'))
  const fromOutside: unknown = snapshot
  // @ts-expect-error not known to be one
  breaker.restore(fromOutside)
  // @ts-expect-error of a version to come
  breaker.restore({ ...snapshot, version: 2 })
})

test('keyed: a string gives a breaker', () => {
  const breakers = createCircuitBreakers({ maxKeys: 100, permits: 2 })
  expectTypeOf(breakers).toEqualTypeOf<CircuitBreakers>()
  expectTypeOf(breakers.for('sonnet')).toEqualTypeOf<CircuitBreaker>()
  for (const [key, one] of breakers.entries()) {
    expectTypeOf(key).toEqualTypeOf<string>()
    expectTypeOf(one).toEqualTypeOf<CircuitBreaker>()
  }
  // @ts-expect-error not a key
  breakers.for(5)
  // @ts-expect-error of the registry, not of a single breaker
  createCircuitBreaker({ maxKeys: 100 })
})

test('a strategy of one’s own needs a window that records', () => {
  createCircuitBreaker({
    openWhen: { createWindow: () => ({ record: (outcome) => outcome === 'failure' }) },
  })
  const timed: OpeningStrategy = {
    createWindow(saved, toClock) {
      expectTypeOf(saved).toEqualTypeOf<unknown>()
      let last = toClock?.(0) ?? 0
      return {
        record(outcome, clock, slow) {
          expectTypeOf(outcome).toEqualTypeOf<'success' | 'failure'>()
          expectTypeOf(slow).toEqualTypeOf<boolean>()
          last = clock.now()
          return false
        },
        save: (toEpoch) => ({ last: toEpoch(last) }),
      }
    },
  }
  expectTypeOf(timed.createWindow).returns.toHaveProperty('record')
  // @ts-expect-error it does not say whether to open
  createCircuitBreaker({ openWhen: { createWindow: () => ({ record: () => {} }) } })
})

test('events are told apart by type, errors by isInstance', () => {
  createCircuitBreaker({
    onEvent: (event) => {
      expectTypeOf(event).toEqualTypeOf<CircuitBreakerEvent>()
      if (event.type === 'circuit-breaker.state-changed') {
        expectTypeOf(event.at).toEqualTypeOf<number>()
        expectTypeOf(event.to).toEqualTypeOf<CircuitState>()
      }
      if (event.type === 'circuit-breaker.settled') {
        expectTypeOf(event.outcome).toEqualTypeOf<Outcome>()
        expectTypeOf(event.slow).toEqualTypeOf<boolean>()
      }
    },
  })
  const error: unknown = undefined
  if (CircuitOpenError.isInstance(error)) {
    expectTypeOf(error.retryAfterMs).toEqualTypeOf<number | undefined>()
    expectTypeOf(error.since).toEqualTypeOf<number>()
    expectTypeOf(error.state).toEqualTypeOf<CircuitState>()
  }
})
