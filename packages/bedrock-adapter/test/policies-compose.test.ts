import { CircuitOpenError, createCircuitBreaker, failureCount } from '@holdfast/circuit-breaker'
import { advance, hang, listeners, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import { createLimiter } from '@holdfast/limiter'
import {
  bypass,
  type FallbackContext,
  fallback,
  type Policy,
  pipeline,
  timeout,
} from '@holdfast/pipeline'
import { constant, createRetry, isRetryable, type RetryContext } from '@holdfast/retry'
import { describe, expect, test } from 'vitest'

useVirtualTime()

const reason = new Error('the caller gave up')
const boom = new Error('boom')
/** The one error for which the fallback goes on to the next candidate. It is none to try again. */
const gone = Object.assign(new Error('gone'), { status: 404 })

const NAMES = ['retry', 'breaker', 'limiter', 'timeout', 'fallback'] as const
type Name = (typeof NAMES)[number]
type Given = RetryContext & FallbackContext<'first' | 'second'>

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  )
}

function createPolicies() {
  const limiter = createLimiter({ maxConcurrent: 1 })
  const breaker = createCircuitBreaker({ openWhen: failureCount({ failures: 100 }) })
  const policies: Record<Name, Policy> = {
    retry: createRetry({ backoff: constant(100), deadlineMs: 5000 }) as Policy,
    breaker,
    limiter,
    timeout: timeout({ ms: 1000 }) as Policy,
    fallback: fallback(['first', 'second'], { when: (error) => error === gone }) as Policy,
  }
  return { policies, limiter, breaker }
}

/** All policies in this order, nested in one of three ways. */
function compose(order: readonly Name[], nesting: string) {
  const { policies, limiter, breaker } = createPolicies()
  const [a, b, c, d, e] = order.map((name) => policies[name]) as [
    Policy,
    Policy,
    Policy,
    Policy,
    Policy,
  ]
  const on = (layer: Policy) => bypass(layer, () => false)
  const nestings: Record<string, Policy> = {
    flat: pipeline(a, b, c, d, e),
    deep: pipeline(pipeline(a, pipeline(b, pipeline(c))), pipeline(), pipeline(d, e)),
    'behind switches that are on': pipeline(on(a), on(b), on(c), on(d), on(e)),
  }
  return { policy: nestings[nesting] as Policy<Given>, limiter, breaker }
}

const orders = permutations(NAMES)

describe.each(['flat', 'deep', 'behind switches that are on'])('composed %s', (nesting) => {
  test.each(orders)('%s, %s, %s, %s, %s', async (...order) => {
    const { policy, limiter, breaker } = compose(order, nesting)
    const outside = (outer: Name, inner: Name) => order.indexOf(outer) < order.indexOf(inner)
    const controller = new AbortController()
    const context = { signal: controller.signal, key: 'a model' }

    // All that the caller gave arrives, and all that a policy adds; what throttles is tried again, what is gone is not.
    const seen: unknown[] = []
    const answered = watch(
      policy((given) => {
        const { attempt, candidate, deadlineAt } = given
        seen.push([attempt, candidate, deadlineAt])
        expect(given).toMatchObject({ key: 'a model', signal: expect.any(AbortSignal) })
        if (candidate === 'first') throw gone
        if (attempt === 1) throw { status: 429 }
        return 'answer'
      }, context),
    )
    await advance(100)
    expect(answered).toMatchObject({ value: 'answer', settledAt: 100 })
    // A timeout within the retry begins anew at each attempt, and ends sooner than the retry's own deadline.
    const later = outside('retry', 'timeout') ? 1100 : 1000
    const once = [
      [1, 'first', 1000],
      [1, 'second', 1000],
    ]
    const again = [
      [2, 'first', later],
      [2, 'second', later],
    ]
    expect(seen).toEqual(outside('retry', 'fallback') ? [...once, ...again] : [...once, again[1]])

    // The operation's own error comes through, the same object.
    await expect(policy(() => Promise.reject(boom), context)).rejects.toBe(boom)

    // A wait that would reach beyond the deadline is not begun, whichever layer set it.
    const busy = { status: 429, retryAfterMs: 3000 }
    const attempts: number[] = []
    const late = watch(
      policy(({ attempt }) => {
        attempts.push(attempt)
        throw busy
      }, context),
    )
    await advance(5000)
    const waits = outside('retry', 'timeout')
    expect(late).toMatchObject({ reason: busy, settledAt: waits ? 3100 : 100 })
    expect(attempts).toEqual(waits ? [1, 2] : [1])

    // An abort is heard at once through all of them, by work that looks at its signal too.
    let heard: unknown
    const aborted = watch(
      policy(async ({ signal }) => {
        signal?.addEventListener('abort', () => {
          heard = signal.reason
        })
        return hang()
      }, context),
    )
    await advance(50)
    controller.abort(reason)
    await advance(0)
    expect([aborted.reason, heard]).toEqual([reason, reason])
    expect(aborted.settledAt).toBe(5150)

    // A limiter waits for the end of what it runs itself: here the work, which hangs, or a policy, which has
    // ended. Else nothing is left behind, and nothing counts against the dependency.
    expect(limiter.active).toBe(order.at(-1) === 'limiter' ? 1 : 0)
    expect([limiter.queued, timers(), listeners(controller.signal)]).toEqual([0, 0, 0])
    expect(breaker.state).toBe('closed')
  })
})

describe.each(NAMES)('%s switched off at run time', (off) => {
  test('is out of the way, and the others go on', async () => {
    const { policies, limiter, breaker } = createPolicies()
    let isOff = true
    const layers = NAMES.map((name) => bypass(policies[name], () => name === off && isOff))
    const policy = pipeline(...layers) as Policy<Partial<Given>>
    const work = (given: Partial<Given>) => given

    const expected: Record<Name, unknown> = {
      retry: { attempt: 1 },
      breaker: {},
      limiter: {},
      timeout: { deadlineAt: 1000 },
      fallback: { candidate: 'first' },
    }
    const without = await policy(work)
    const rest = NAMES.filter((name) => name !== off).map((name) => expected[name])
    expect(without).toMatchObject(Object.assign({}, ...rest))
    if (off === 'retry') expect(without).not.toHaveProperty('attempt')
    if (off === 'fallback') expect(without).not.toHaveProperty('candidate')
    // Without the timeout the retry's deadline is the sooner one.
    if (off === 'timeout') expect(without.deadlineAt).toBe(5000)

    // A full limiter and an open circuit reject, unless they are switched off.
    if (off === 'limiter') limiter.close()
    if (off === 'breaker') breaker.open('by hand')
    await expect(policy(work)).resolves.toBeDefined()

    isOff = false
    if (off === 'limiter' || off === 'breaker') {
      await expect(policy(work, { deadlineAt: 1 })).rejects.toThrow()
    } else {
      await expect(policy(work)).resolves.toMatchObject(expected[off] as object)
    }
  })
})

describe('the no of a policy is final', () => {
  test('an open circuit inside a retry rejects at once', async () => {
    const breaker = createCircuitBreaker()
    breaker.open()
    const call = watch(pipeline(createRetry(), breaker)(() => 'answer'))
    await advance(0)
    expect(call).toMatchObject({ settledAt: 0, reason: { code: 'CIRCUIT_OPEN' } })
  })

  test('a full limiter, and a closed one, inside a retry reject at once', async () => {
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 0 })
    watch(limiter(hang))
    const full = watch(pipeline(createRetry(), limiter)(() => 'answer'))
    await advance(0)
    expect(full).toMatchObject({ settledAt: 0, reason: { code: 'QUEUE_FULL' } })
    limiter.close()
    const closed = watch(pipeline(createRetry(), limiter)(() => 'answer'))
    await advance(0)
    expect(closed).toMatchObject({ settledAt: 0, reason: { code: 'LIMITER_CLOSED' } })
  })

  test('a retry waits for an open circuit where it is asked to', async () => {
    const breaker = createCircuitBreaker({ openForMs: 5_000 })
    breaker.open()
    const waits = (error: unknown) => CircuitOpenError.isInstance(error) || isRetryable(error)
    const call = watch(pipeline(createRetry({ retryable: waits }), breaker)(() => 'answer'))
    await advance(5_000)
    expect(call).toMatchObject({ settledAt: 5_000, value: 'answer' })
  })
})

test('a timeout outside a retry says what the last attempt failed with', async () => {
  const unavailable = Object.assign(new Error('unavailable'), { status: 503 })
  const policy = pipeline(timeout({ ms: 1_500 }), createRetry({ random: () => 0.5 }))
  const call = watch(
    policy(({ attempt }) => (attempt === 1 ? Promise.reject(unavailable) : hang())),
  )
  await advance(1_500)
  expect(call.reason).toMatchObject({ timeoutMs: 1_500, cause: unavailable })
})

describe('a retry around a policy that rejects', () => {
  const openCircuit = () => {
    const breaker = createCircuitBreaker({ openForMs: 5_000 })
    breaker.open('by hand')
    return breaker
  }
  const fullLimiter = () => {
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 0 })
    void limiter(hang)
    return limiter
  }

  test.each<[what: string, policy: () => Policy, code: string]>([
    ['an open circuit', openCircuit, 'CIRCUIT_OPEN'],
    ['a full queue', fullLimiter, 'QUEUE_FULL'],
    [
      'open circuits of all candidates',
      () => pipeline(fallback(['a', 'b']) as Policy, openCircuit()),
      'FALLBACK_EXHAUSTED',
    ],
  ])('fails fast: %s', async (_, create, code) => {
    const call = watch(pipeline(createRetry(), create())(() => 'answer'))
    await advance(0)
    expect(call).toMatchObject({ state: 'rejected', settledAt: 0, reason: { code } })
  })

  test('waits for the circuit with `retryRejections`', async () => {
    const policy = pipeline(createRetry({ retryRejections: true }), openCircuit())
    const call = watch(policy(() => 'answer'))
    await advance(5_000)
    expect(call).toMatchObject({ value: 'answer', settledAt: 5_000 })
  })
})

test('a timeout around a retry says what failed before', async () => {
  const policy = pipeline(
    timeout({ ms: 500 }),
    createLimiter(),
    createRetry({ backoff: constant(10) }),
  )
  const call = watch(
    policy(({ attempt }) => {
      if (attempt > 2) return hang()
      throw gone
    }),
  )
  await advance(0)
  expect(call.reason).toBe(gone)
  const busy = [{ status: 503 }, { status: 429 }]
  const cutOff = watch(
    policy(({ attempt }) => {
      const fault = busy[attempt - 1]
      if (fault === undefined) return hang()
      throw fault
    }),
  )
  await advance(500)
  expect(cutOff.reason).toMatchObject({ code: 'TIMEOUT', cause: busy[1], errors: busy })
})

test.each([createRetry, createLimiter, createCircuitBreaker])(
  'a factory that was not called is named when the pipeline is created: %o',
  (factory) => {
    expect(() => pipeline(factory as never)).toThrow(
      /^`policies\[0\]` must be what `create\w+\(…\)` returns, not a function$/,
    )
  },
)
