import { advance, deferred, useVirtualTime } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import type { CircuitBreaker } from './circuit-breaker.ts'
import { failureCount } from './failure-count.ts'
import { failureRate } from './failure-rate.ts'
import type { CircuitBreakerOptions } from './options.ts'
import { down, fragile, halfOpen, rejection } from './testing.ts'

useVirtualTime()

const slowCallMs = 50

/** A call that succeeds after so long. */
async function take(breaker: CircuitBreaker, ms: number) {
  const work = deferred<string>()
  const call = breaker(() => work.promise)
  await advance(ms)
  work.resolve('an answer')
  return call
}

test.each([
  [49, 'closed'],
  [50, 'open'],
])('a success after %d ms leaves a circuit %s whose slow calls begin at 50', async (ms, state) => {
  const { breaker } = fragile({ slowCallMs })
  await expect(take(breaker, ms)).resolves.toBe('an answer')
  expect(breaker.state).toBe(state)
})

test('by default none is slow', async () => {
  const { breaker } = fragile()
  await take(breaker, 3_600_000)
  expect(breaker.stats()).toMatchObject({ state: 'closed', slow: 0 })
})

test('one that is slow and fails counts once', async () => {
  const { breaker } = fragile({ slowCallMs, openWhen: failureCount({ failures: 2 }) })
  const permit = breaker.acquire()
  await advance(60)
  permit.fail(down)
  expect(breaker.stats()).toMatchObject({ state: 'closed', failures: 1, slow: 1 })
})

test('a probe that is slow opens the circuit again', async () => {
  const { breaker } = await halfOpen({ slowCallMs })
  await take(breaker, 60)
  expect(breaker.stats()).toMatchObject({ state: 'open', successes: 1, slow: 1, openings: 2 })
})

test('the error of a slow call is the cause, as of any other', async () => {
  const { breaker } = fragile({ slowCallMs })
  const permit = breaker.acquire()
  await advance(60)
  permit.fail(down)
  expect(rejection(breaker).cause).toBe(down)
})

test('the result of a slow call is no cause: it is nobody’s but the caller’s', async () => {
  const { breaker } = fragile({ slowCallMs })
  await take(breaker, 60)
  expect(rejection(breaker).cause).toBeUndefined()
  const { breaker: probed } = await halfOpen({ slowCallMs })
  await take(probed, 60)
  expect(rejection(probed).cause).toBe(down)
})

test('what is ignored is so however long it took', async () => {
  const { breaker } = fragile({ slowCallMs })
  const early = breaker.acquire()
  await advance(60)
  early.ignore()
  expect(breaker.state).toBe('closed')
  breaker.acquire().fail(down)
  await advance(100)
  const probe = breaker.acquire()
  await advance(60)
  probe.ignore()
  expect(breaker.stats()).toMatchObject({ state: 'half-open', ignored: 2, slow: 2 })
})

test('a changed limit is for calls that begin from then on, unless they were timed before', async () => {
  const { breaker } = fragile()
  const untimed = breaker.acquire()
  breaker.update({ slowCallMs })
  const timed = [breaker.acquire(), breaker.acquire()]
  await advance(60)
  untimed.succeed()
  expect(breaker.state).toBe('closed')
  breaker.update({ slowCallMs: 100 })
  timed[0]?.succeed()
  expect(breaker.state).toBe('closed')
  await advance(40)
  timed[1]?.succeed()
  expect(breaker.state).toBe('open')
})

/** The state after ten calls, so many of which were slow, and so many of which failed. */
async function afterTen(slow: number, failed: number, options: CircuitBreakerOptions) {
  const { breaker } = fragile({ slowCallMs, ...options })
  for (let call = 0; call < 10; call++) {
    const permit = breaker.acquire()
    await advance(call < slow ? 50 : 1)
    if (call < 10 - failed) permit.succeed()
    else permit.fail(down)
  }
  return breaker.state
}

test('a failure rate takes slow calls for failures, unless they have a ratio of their own', async () => {
  const together = { openWhen: failureRate({ ratio: 0.5 }) }
  expect(await afterTen(3, 2, together)).toBe('open')
  expect(await afterTen(2, 2, together)).toBe('closed')
  const apart = { openWhen: failureRate({ ratio: 0.5, slowRatio: 0.8 }) }
  expect(await afterTen(7, 4, apart)).toBe('closed')
  expect(await afterTen(8, 0, apart)).toBe('open')
  expect(await afterTen(0, 5, apart)).toBe('open')
})
