import { createCircuitBreaker } from '@holdfast/circuit-breaker'
import { advance, hang, listeners, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import { createLimiter } from '@holdfast/limiter'
import { type Policy, pipeline, timeout } from '@holdfast/pipeline'
import { constant, createRetry, type RetryContext } from '@holdfast/retry'
import { describe, expect, test } from 'vitest'

useVirtualTime()

const reason = new Error('the caller gave up')

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  )
}

/** The four policies in this order, nested in one of two ways. */
function compose(order: readonly string[], nesting: string) {
  const limiter = createLimiter({ maxConcurrent: 1 })
  const breaker = createCircuitBreaker()
  const policies: Record<string, Policy> = {
    retry: createRetry({ backoff: constant(100) }),
    breaker,
    limiter,
    timeout: timeout({ ms: 1000 }),
  }
  const [a, b, c, d] = order.map((name) => policies[name]) as [Policy, Policy, Policy, Policy]
  const policy =
    nesting === 'flat' ? pipeline(a, b, c, d) : pipeline(a, pipeline(b, pipeline(c, d)))
  return { policy: policy as Policy<RetryContext>, limiter, breaker }
}

const orders = permutations(['retry', 'breaker', 'limiter', 'timeout'])

describe.each(['flat', 'deep'])('composed %s', (nesting) => {
  test.each(orders)('%s, %s, %s, %s', async (...order) => {
    const { policy, limiter, breaker } = compose(order, nesting)
    const controller = new AbortController()
    const context = { signal: controller.signal, key: 'a model' }

    // All that the caller gave arrives, and all that a policy adds; what throttles is tried again.
    const seen: RetryContext[] = []
    const answered = watch(
      policy((given) => {
        seen.push(given)
        if (given.attempt === 1) throw { status: 429 }
        return 'answer'
      }, context),
    )
    await advance(100)
    expect(answered.value).toBe('answer')
    expect(seen).toMatchObject([
      { key: 'a model', attempt: 1 },
      { key: 'a model', attempt: 2 },
    ])

    // The operation's own error comes through, the same object.
    const boom = new Error('boom')
    await expect(policy(() => Promise.reject(boom), context)).rejects.toBe(boom)

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
    expect(aborted.settledAt).toBe(150)

    // A limiter waits for the end of what it runs itself: here the work, which hangs, or a policy, which has
    // ended. Else nothing is left behind, and nothing counts against the dependency.
    expect(limiter.active).toBe(order.at(-1) === 'limiter' ? 1 : 0)
    expect([limiter.queued, timers(), listeners(controller.signal)]).toEqual([0, 0, 0])
    expect(breaker.state).toBe('closed')
  })
})
