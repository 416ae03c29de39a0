import { createLimiter, fairQueue, type Settle } from '@holdfast/limiter'
import { type Policy, pipeline, timeout } from '@holdfast/pipeline'
import { createRetry } from '@holdfast/retry'
import { expectTypeOf, test } from 'vitest'

test('a limiter in a pipeline adds what it hands its operations', () => {
  const plain = pipeline(createLimiter(), createRetry())
  plain(({ attempt, cost, key }) => {
    expectTypeOf(attempt).toEqualTypeOf<number>()
    expectTypeOf(cost).toEqualTypeOf<number | undefined>()
    expectTypeOf(key).toEqualTypeOf<string | undefined>()
  })
  expectTypeOf(plain(() => 'answer')).toEqualTypeOf<Promise<string>>()
  expectTypeOf(plain).toExtend<Policy>()
  // @ts-expect-error a limiter without rates has nothing to settle
  plain(({ settle }) => settle)

  const rated = createLimiter({ rates: [{ name: 'tokens', perMinute: 1_000 }] })
  pipeline(
    rated,
    createRetry(),
  )(({ attempt, settle }) => {
    expectTypeOf(attempt).toEqualTypeOf<number>()
    expectTypeOf(settle).toEqualTypeOf<Settle>()
  })
})

test('the caller of a pipeline may pass what its policies read', () => {
  const policy = pipeline(createLimiter({ queue: fairQueue() }), timeout({ ms: 5 }), createRetry())
  policy(() => 'answer', { key: 'tenant', priority: 5, cost: 2 })
  policy(({ key, attempt }) => {
    expectTypeOf(key).toEqualTypeOf<string | undefined>()
    expectTypeOf(attempt).toEqualTypeOf<number>()
  })
  // @ts-expect-error no policy reads it
  policy(() => 'answer', { tenant: 'a' })
  // @ts-expect-error a key is a string
  policy(() => 'answer', { key: 5 })
  // @ts-expect-error no policy in it reads a key
  pipeline(createRetry())(() => 'answer', { key: 'tenant' })
  // @ts-expect-error not a policy
  pipeline('retry')
})
