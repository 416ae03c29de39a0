import type { Policy } from '@holdfast/internal'
import { expectTypeOf, test } from 'vitest'
import {
  createLimiter,
  type LimiterContext,
  type LimiterEvent,
  type LimiterPermit,
  QueueFullError,
} from './index.ts'

test('the result is the operation’s, the context the caller’s', () => {
  const limiter = createLimiter()
  expectTypeOf(limiter(async () => 5)).toEqualTypeOf<Promise<number>>()
  limiter((context) => expectTypeOf(context).toEqualTypeOf<LimiterContext>())
})

test('a limiter is a policy with a two-step form', () => {
  expectTypeOf(createLimiter()).toExtend<Policy>()
  expectTypeOf(createLimiter().acquire()).toEqualTypeOf<Promise<LimiterPermit>>()
  expectTypeOf(createLimiter().tryAcquire()).toEqualTypeOf<LimiterPermit | undefined>()
  expectTypeOf(createLimiter().drain()).toEqualTypeOf<Promise<boolean>>()
})

test('options and settings are known by name', () => {
  // @ts-expect-error no such option
  createLimiter({ concurrency: 5 })
  // @ts-expect-error not to be changed on a running limiter
  createLimiter().update({ name: 'other' })
  // @ts-expect-error counted, not set
  createLimiter().active = 0
})

test('events are told apart by type, errors by isInstance', () => {
  createLimiter({
    onEvent: (event) => {
      expectTypeOf(event).toEqualTypeOf<LimiterEvent>()
      if (event.type === 'limiter.started') expectTypeOf(event.waitMs).toEqualTypeOf<number>()
    },
  })
  const error: unknown = undefined
  if (QueueFullError.isInstance(error)) expectTypeOf(error).toEqualTypeOf<QueueFullError>()
})
