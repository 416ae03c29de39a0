import { expectTypeOf, test } from 'vitest'
import {
  bypass,
  type Context,
  type FallbackContext,
  FallbackExhaustedError,
  fallback,
  fallbackTo,
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

interface LimiterContext extends Context {
  readonly key?: string | undefined
  readonly priority?: number | undefined
}
declare const limiter: Policy<LimiterContext, LimiterContext>

test('the caller may pass what any of the policies reads, and the operation receives it', () => {
  const policy = pipeline(timeout({ ms: 5 }), limiter, retry)
  expectTypeOf(policy(async () => 5, { key: 'a', priority: 1 })).toEqualTypeOf<Promise<number>>()
  policy(
    ({ key, priority, attempt, signal }) => {
      expectTypeOf(key).toEqualTypeOf<string | undefined>()
      expectTypeOf(priority).toEqualTypeOf<number | undefined>()
      expectTypeOf(attempt).toEqualTypeOf<number>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    },
    { key: 'a' },
  )
  pipeline(pipeline(retry), pipeline(limiter))(({ key }) => key, { key: 'a' })
  bypass(limiter, () => true)(({ key }) => expectTypeOf(key).toEqualTypeOf<string | undefined>(), {
    key: 'a',
  })
  pipeline(
    bypass(limiter, () => true),
    retry,
  )(() => 5, { key: 'a' })
})

test('the caller may pass nothing that no policy reads', () => {
  const policy = pipeline(limiter, retry)
  // @ts-expect-error a typing mistake
  policy(() => 5, { kye: 'a' })
  // @ts-expect-error the wrong type
  policy(() => 5, { key: 5 })
  // @ts-expect-error the policy adds it, and does not read it
  policy(() => 5, { attempt: 5 })
  // @ts-expect-error no limiter is among the policies
  pipeline(retry)(() => 5, { key: 'a' })
})

test('two policies may read different fields', () => {
  interface TenantContext extends Context {
    readonly tenant?: string | undefined
  }
  const byTenant: Policy<TenantContext, TenantContext> = (operation, context = {}) =>
    Promise.resolve(operation(context))
  pipeline(byTenant, limiter)(({ tenant, key }) => [tenant, key], { tenant: 'a', key: 'b' })
})

test('a value in place of a failure is in the result of every pipeline around it', () => {
  const orNone = fallbackTo(undefined)
  const work = async () => 5
  expectTypeOf(orNone(work)).toEqualTypeOf<Promise<number | undefined>>()
  expectTypeOf(pipeline(orNone, retry)(work)).toEqualTypeOf<Promise<number | undefined>>()
  const orText = fallbackTo(async (error: unknown) => String(error))
  expectTypeOf(pipeline(orText)(work)).toEqualTypeOf<Promise<number | string>>()
  const nested = pipeline(
    pipeline(orText, limiter),
    bypass(orNone, () => true),
  )
  expectTypeOf(nested(work, { key: 'a' })).toEqualTypeOf<Promise<number | string | undefined>>()
  pipeline(orText, retry)(({ attempt }) => expectTypeOf(attempt).toEqualTypeOf<number>())
  pipeline(fallbackTo((_error, context: LimiterContext) => context.key))(() => 5, { key: 'a' })
})

test('a factory that was not called is no policy', () => {
  // @ts-expect-error it creates one
  pipeline(timeout)
  // @ts-expect-error it creates one
  pipeline(fallbackTo)
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
