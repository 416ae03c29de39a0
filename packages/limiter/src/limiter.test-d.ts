import type { Policy } from '@holdfast/internal'
import { expectTypeOf, test } from 'vitest'
import {
  type AdaptiveLimit,
  adaptive,
  adaptiveLifo,
  type Context,
  createLimiter,
  createTokenBucket,
  fairQueue,
  fifo,
  type Limiter,
  type LimiterChanges,
  LimiterClosedError,
  type LimiterContext,
  type LimiterEvent,
  type LimiterOptions,
  type LimiterPermit,
  type LimiterSettings,
  type LimiterStats,
  type MovingLimit,
  type Outcome,
  type Permit,
  type QueueDiscipline,
  QueueFullError,
  QueueTimeoutError,
  type RateStats,
  type RejectionReason,
  type Settle,
  type SettleContext,
  type TokenBucket,
} from './index.ts'

const limiter = createLimiter()
const rated = createLimiter({ rates: [{ name: 'tokens', perMinute: 1_000 }] })

test('the result is the operation’s, the context the caller’s', () => {
  expectTypeOf(limiter(async () => 5)).toEqualTypeOf<Promise<number>>()
  expectTypeOf(limiter(() => 'plain')).toEqualTypeOf<Promise<string>>()
  limiter((context) => expectTypeOf(context).toEqualTypeOf<LimiterContext>())
  // @ts-expect-error not a function
  limiter('ask')
})

test('a context may say what the call costs, whose it is, and how much it matters', () => {
  const signal = new AbortController().signal
  limiter(() => 5, { signal, deadlineAt: 100, cost: 2, key: 'tenant', priority: -3 })
  limiter.acquire({ cost: 2, key: 'tenant', priority: 3, signal: undefined })
  limiter.tryAcquire({ cost: undefined, key: undefined, priority: undefined })
  limiter(({ cost, key, priority, signal }) => {
    expectTypeOf(cost).toEqualTypeOf<number | undefined>()
    expectTypeOf(key).toEqualTypeOf<string | undefined>()
    expectTypeOf(priority).toEqualTypeOf<number | undefined>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal | undefined>()
  })
  // @ts-expect-error a number
  limiter(() => 5, { cost: '2' })
  // @ts-expect-error a number
  limiter(() => 5, { priority: 'high' })
  // @ts-expect-error a string
  limiter(() => 5, { key: 5 })
  // @ts-expect-error no such fact
  limiter(() => 5, { weight: 2 })
})

test('a limiter is a policy with a two-step form', () => {
  expectTypeOf(limiter).toEqualTypeOf<Limiter>()
  expectTypeOf(limiter).toExtend<Policy>()
  expectTypeOf(limiter).toExtend<Policy<LimiterContext>>()
  expectTypeOf(limiter.acquire()).toEqualTypeOf<Promise<LimiterPermit>>()
  expectTypeOf(limiter.tryAcquire()).toEqualTypeOf<LimiterPermit | undefined>()
  expectTypeOf<LimiterPermit>().toExtend<Permit>()
  expectTypeOf(limiter.drain({ timeoutMs: 5 })).toEqualTypeOf<Promise<boolean>>()
  expectTypeOf(limiter.close).toEqualTypeOf<() => void>()
  // @ts-expect-error no such option
  limiter.drain({ ms: 5 })
})

test('only a limiter with rates hands its operations `settle`', () => {
  expectTypeOf(rated).toEqualTypeOf<Limiter<SettleContext>>()
  expectTypeOf(rated).toExtend<Policy<LimiterContext & SettleContext>>()
  expectTypeOf(rated).toExtend<Policy>()
  rated(({ settle, key }) => {
    expectTypeOf(settle).toEqualTypeOf<Settle>()
    expectTypeOf(key).toEqualTypeOf<string | undefined>()
    settle({ tokens: 5 })
    // @ts-expect-error a number
    settle({ tokens: '5' })
    // @ts-expect-error by the rates' names
    settle(5)
  })
  // @ts-expect-error nothing to settle
  limiter(({ settle }) => settle({ tokens: 5 }))
  createLimiter({ rates: undefined })
  const options: LimiterOptions = { maxConcurrent: 5 }
  expectTypeOf(createLimiter(options)).toEqualTypeOf<Limiter>()
})

test('options and settings are known by name', () => {
  createLimiter({
    maxConcurrent: adaptive({ min: 1, max: 20, isThrottle: (error) => error === 429 }),
    maxQueue: Infinity,
    queueTimeoutMs: 5_000,
    queue: fairQueue({ share: (key) => key.length, maxConcurrentPerKey: 2 }),
    rates: [{ name: 'tokens', perMinute: 100, burst: 10, cost: ({ cost }) => cost ?? 1 }],
    rejectUnmeetable: true,
    releaseOnAbort: true,
    name: 'chat',
  })
  expectTypeOf(fifo).toExtend<QueueDiscipline>()
  expectTypeOf(adaptiveLifo({ afterMs: 5 })).toEqualTypeOf<QueueDiscipline>()
  expectTypeOf(adaptive({ max: 5 })).toEqualTypeOf<AdaptiveLimit>()
  expectTypeOf(createTokenBucket({ capacity: 1, refillPerSecond: 1 })).toEqualTypeOf<TokenBucket>()
  // @ts-expect-error no such option
  createLimiter({ concurrency: 5 })
  // @ts-expect-error as read from the environment
  createLimiter({ maxConcurrent: '5' })
  // @ts-expect-error a discipline is made by a call
  createLimiter({ queue: fairQueue })
  // @ts-expect-error a rate has a name
  createLimiter({ rates: [{ perMinute: 5 }] })
  // @ts-expect-error a limit that moves has a highest
  adaptive({ min: 1 })
})

test('what can change on a running limiter are its settings and its rates', () => {
  expectTypeOf<keyof LimiterChanges>().toEqualTypeOf<keyof LimiterSettings | 'rates'>()
  limiter.update({ maxConcurrent: adaptive({ max: 5 }), maxQueue: undefined })
  rated.update({ rates: [{ name: 'tokens', burst: 5 }] })
  // @ts-expect-error not to be changed on a running limiter
  limiter.update({ name: 'other' })
  // @ts-expect-error not to be changed on a running limiter
  limiter.update({ queue: fairQueue() })
  // @ts-expect-error what a call costs of a rate does not change
  rated.update({ rates: [{ name: 'tokens', cost: () => 5 }] })
})

test('how it stands is read, not set', () => {
  expectTypeOf(limiter.stats()).toEqualTypeOf<LimiterStats>()
  expectTypeOf(limiter.stats().rejected).toEqualTypeOf<Readonly<Record<RejectionReason, number>>>()
  expectTypeOf(limiter.stats().rates['tokens']).toEqualTypeOf<RateStats | undefined>()
  expectTypeOf(limiter.stats().estimatedWaitMs).toEqualTypeOf<number | undefined>()
  // @ts-expect-error counted, not set
  limiter.active = 0
  // @ts-expect-error a picture of the moment
  limiter.stats().rejected.full = 0
})

test('a limit of one’s own learns from how calls end', () => {
  createLimiter({
    maxConcurrent: {
      max: 5,
      createLimit(): MovingLimit {
        let current = 5
        return {
          get current() {
            return current
          },
          settled(outcome, error, active, now) {
            expectTypeOf(outcome).toEqualTypeOf<Outcome>()
            expectTypeOf(error).toEqualTypeOf<unknown>()
            current = now > active ? 1 : 5
          },
        }
      },
    },
  })
  // @ts-expect-error it does not say what it is
  createLimiter({ maxConcurrent: { max: 5, createLimit: () => ({ settled: () => {} }) } })
})

test('events are told apart by type, errors by isInstance', () => {
  createLimiter({
    onEvent: (event) => {
      expectTypeOf(event).toEqualTypeOf<LimiterEvent>()
      if (event.type === 'callback.failed') return
      expectTypeOf(event.active).toEqualTypeOf<number>()
      if (event.type === 'limiter.started') expectTypeOf(event.waitMs).toEqualTypeOf<number>()
      if (event.type === 'limiter.settled') expectTypeOf(event.outcome).toEqualTypeOf<Outcome>()
      if (event.type === 'limiter.rejected') {
        expectTypeOf(event.reason).toEqualTypeOf<RejectionReason>()
      }
      if (event.type === 'limiter.limit-changed') expectTypeOf(event.to).toEqualTypeOf<number>()
    },
  })
  const error: unknown = undefined
  if (QueueFullError.isInstance(error)) {
    expectTypeOf(error).toEqualTypeOf<QueueFullError>()
    expectTypeOf(error.retryAfterMs).toEqualTypeOf<number | undefined>()
  }
  if (QueueTimeoutError.isInstance(error)) {
    expectTypeOf(error.retryAfterMs).toEqualTypeOf<number | undefined>()
  }
  if (LimiterClosedError.isInstance(error)) {
    expectTypeOf<typeof error.code>().toEqualTypeOf<'LIMITER_CLOSED'>()
    // @ts-expect-error there is no time
    error.retryAfterMs
  }
})

test('a context of more goes through: what other policies add is kept', () => {
  const within: Policy<Context & { readonly attempt: number }> = async (operation, context) =>
    operation({ ...context, attempt: 1 })
  within(({ signal, deadlineAt }) => limiter(() => 5, { signal, deadlineAt }))
})
