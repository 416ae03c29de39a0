import { createLimiter, type Settle } from '@holdfast/limiter'
import { type Policy, pipeline } from '@holdfast/pipeline'
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
