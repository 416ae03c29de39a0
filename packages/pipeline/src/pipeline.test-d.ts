import { expectTypeOf, test } from 'vitest'
import {
  bypass,
  type Context,
  type FallbackContext,
  FallbackExhaustedError,
  fallback,
  type PipelineContext,
  type Policy,
  pipeline,
  timeout,
} from './index.ts'

interface RetryContext extends Context {
  readonly attempt: number
}
declare const retry: Policy<RetryContext>

test('the result is the operation’s', () => {
  expectTypeOf(pipeline(retry, timeout({ ms: 5 }))(async () => 5)).toEqualTypeOf<Promise<number>>()
  expectTypeOf(pipeline()(() => 'plain value')).toEqualTypeOf<Promise<string>>()
})

test('the operation knows what each policy adds, in any nesting', () => {
  const models = fallback(['sonnet', 'haiku'])
  pipeline(
    models,
    timeout({ ms: 5 }),
    retry,
  )(({ attempt, candidate, signal }) => {
    expectTypeOf(attempt).toEqualTypeOf<number>()
    expectTypeOf(candidate).toEqualTypeOf<'sonnet' | 'haiku'>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
  })
  pipeline(
    pipeline(models),
    pipeline(),
    pipeline(retry),
  )(({ attempt, candidate }) => {
    expectTypeOf(attempt).toEqualTypeOf<number>()
    expectTypeOf(candidate).toEqualTypeOf<'sonnet' | 'haiku'>()
  })
})

test('what a layer adds may be missing when it can be switched off', () => {
  const switched = bypass(retry, () => true)
  expectTypeOf(switched(async () => 5)).toEqualTypeOf<Promise<number>>()
  switched(({ attempt, signal }) => {
    expectTypeOf(attempt).toEqualTypeOf<number | undefined>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal | undefined>()
  })
  bypass(
    timeout({ ms: 5 }),
    () => true,
  )(({ signal }) => expectTypeOf(signal).toEqualTypeOf<AbortSignal | undefined>())
  pipeline(
    fallback(['sonnet']),
    switched,
  )(({ attempt, candidate }) => {
    expectTypeOf(attempt).toEqualTypeOf<number | undefined>()
    expectTypeOf(candidate).toEqualTypeOf<'sonnet'>()
  })
  // Another layer adds it surely.
  pipeline(switched, retry)(({ attempt }) => expectTypeOf(attempt).toEqualTypeOf<number>())
  // @ts-expect-error a switch is asked at each call
  bypass(retry, true)
  // @ts-expect-error not a policy
  bypass({ retries: 3 }, () => true)
})

test('a deadline is in every context', () => {
  timeout({ ms: 5 })(({ deadlineAt }) =>
    expectTypeOf(deadlineAt).toEqualTypeOf<number | undefined>(),
  )
  pipeline()(({ deadlineAt }) => expectTypeOf(deadlineAt).toEqualTypeOf<number | undefined>())
  timeout({ ms: 5 })(() => 5, { deadlineAt: 5 })
})

test('of any number of policies', () => {
  const of = (): Policy<RetryContext> => retry
  const many = pipeline(of(), of(), of(), of(), of(), of(), of(), of(), of(), of(), of(), of())
  many(({ attempt }) => expectTypeOf(attempt).toEqualTypeOf<number>())
  expectTypeOf<PipelineContext<[]>>().toExtend<Context>()
})

test('the operation knows nothing that no policy adds', () => {
  // @ts-expect-error no retry is among the policies
  pipeline(timeout({ ms: 5 }))(({ attempt }) => attempt)
})

test('each is a policy', () => {
  expectTypeOf(timeout({ ms: 5 })).toExtend<Policy>()
  expectTypeOf(fallback([1, 2])).toExtend<Policy<FallbackContext<1 | 2>>>()
  expectTypeOf(pipeline(retry, timeout({ ms: 5 }))).toExtend<Policy<RetryContext>>()
})

test('options are known by name', () => {
  // @ts-expect-error ms is required
  timeout({})
  // @ts-expect-error no such option
  timeout({ ms: 5, timeoutMs: 5 })
  // @ts-expect-error no such option
  fallback([1, 2], { shouldHandle: () => true })
  // @ts-expect-error not a policy
  pipeline({ retries: 3 })
})

test('an error is known by isInstance', () => {
  const error: unknown = undefined
  if (FallbackExhaustedError.isInstance(error)) {
    expectTypeOf(error.errors).toEqualTypeOf<readonly unknown[]>()
  }
})
