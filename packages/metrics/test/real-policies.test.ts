// The events of the real policies, as they come, turned into metrics.
import { createCircuitBreaker, failureCount } from '@holdfast/circuit-breaker'
import { createFlags, defineFlags } from '@holdfast/feature-flags'
import { createAdminHandler } from '@holdfast/feature-flags/admin'
import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { createLimiter } from '@holdfast/limiter'
import { fallback, timeout } from '@holdfast/pipeline'
import { constant, createRetry } from '@holdfast/retry'
import { beforeEach, expect, test } from 'vitest'
import { createRegistry, type Registry, recordEvents } from '../src/index.ts'

useVirtualTime()

let registry: Registry
let onEvent: ReturnType<typeof recordEvents>
beforeEach(() => {
  registry = createRegistry()
  onEvent = recordEvents(registry)
})

async function samples(): Promise<string[]> {
  const lines = (await registry.render()).split('\n')
  return lines.filter((line) => !/^#|_bucket|^$/.test(line))
}

const fail = () => Promise.reject(Object.assign(new Error('boom'), { status: 503 }))

test('a circuit breaker that opens, rejects, probes and closes', async () => {
  const openWhen = failureCount({ failures: 2 })
  const breaker = createCircuitBreaker({ name: 'search', openWhen, openForMs: 1000, onEvent })
  const states = async () =>
    (await samples()).filter((line) => line.startsWith('circuit_breaker_state{'))

  await breaker(() => 'fine')
  expect(await states()).toEqual(['circuit_breaker_state{name="search",state="closed"} 0'])
  for (let n = 0; n < 3; n++) await breaker(fail).catch(() => {})
  expect(await states()).toEqual(['circuit_breaker_state{name="search",state="open"} 2'])
  await advance(1000)
  const probe = breaker.acquire()
  expect(await states()).toEqual(['circuit_breaker_state{name="search",state="half-open"} 1'])
  probe.succeed()
  expect(await samples()).toEqual([
    'circuit_breaker_state{name="search",state="closed"} 0',
    'circuit_breaker_state_changes_total{name="search",state="open"} 1',
    'circuit_breaker_state_changes_total{name="search",state="half-open"} 1',
    'circuit_breaker_state_changes_total{name="search",state="closed"} 1',
    'circuit_breaker_rejected_total{name="search"} 1',
    'circuit_breaker_success_total{name="search"} 2',
    'circuit_breaker_failure_total{name="search"} 2',
    'circuit_breaker_ignored_total{name="search"} 0',
  ])
})

test('a limiter with a call that runs, one that waits and one that is rejected', async () => {
  const limiter = createLimiter({ name: 'search', maxConcurrent: 1, maxQueue: 1, onEvent })
  const first = await limiter.acquire()
  const second = limiter.acquire()
  await limiter.acquire().catch(() => {})
  expect((await samples()).slice(0, 2)).toEqual([
    'limiter_in_flight{name="search"} 1',
    'limiter_queue_size{name="search"} 1',
  ])
  await advance(250)
  first.succeed()
  ;(await second).fail(new Error('boom'))
  limiter.update({ maxConcurrent: 3 })
  expect(await samples()).toEqual([
    'limiter_in_flight{name="search"} 0',
    'limiter_queue_size{name="search"} 0',
    'limiter_limit{name="search"} 3',
    'limiter_queue_wait_seconds_sum{name="search"} 0.25',
    'limiter_queue_wait_seconds_count{name="search"} 2',
    'limiter_rejected_total{name="search",reason="full"} 1',
    'limiter_rejected_total{name="search",reason="timeout"} 0',
    'limiter_rejected_total{name="search",reason="deadline"} 0',
    'limiter_rejected_total{name="search",reason="closed"} 0',
    'limiter_rejected_total{name="search",reason="aborted"} 0',
    'limiter_completed_total{name="search"} 1',
    'limiter_failed_total{name="search"} 1',
    'limiter_ignored_total{name="search"} 0',
  ])
})

test('a retry that gives up, and one that gets there', async () => {
  const retry = createRetry({ name: 'search', retries: 2, backoff: constant(10), onEvent })
  const exhausted = retry(fail).catch(() => {})
  await advance(100)
  await exhausted
  const served = retry(({ attempt }) => (attempt === 2 ? 'fine' : fail()))
  await advance(100)
  await served
  expect(await samples()).toEqual([
    'retry_attempts_total{name="search",reason="throttle"} 0',
    'retry_attempts_total{name="search",reason="transient"} 3',
    'retry_attempts_total{name="search",reason="timeout"} 0',
    'retry_succeeded_total{name="search"} 1',
    'retry_exhausted_total{name="search"} 1',
    'retry_refused_total{name="search",reason="hint"} 0',
    'retry_refused_total{name="search",reason="deadline"} 0',
    'retry_refused_total{name="search",reason="budget"} 0',
  ])
})

test('a fallback that goes to the next, and a timeout', async () => {
  const limit = timeout({ name: 'search', ms: 10, onEvent })
  const chain = fallback(['big', 'small'], { name: 'chat', onEvent })
  const answer = chain(({ candidate }) =>
    candidate === 'small' ? 'fine' : limit(() => new Promise<string>(() => {})),
  )
  await advance(10)
  expect(await answer).toBe('fine')
  await chain(fail).catch(() => {})
  expect(await samples()).toEqual([
    'fallback_attempted_total{name="chat",candidate="big"} 2',
    'fallback_attempted_total{name="chat",candidate="small"} 2',
    'fallback_served_total{name="chat",candidate="big"} 0',
    'fallback_served_total{name="chat",candidate="small"} 1',
    'fallback_switched_total{name="chat",from="big",to="small"} 2',
    'fallback_exhausted_total{name="chat"} 1',
    'timeout_expired_total{name="search"} 1',
  ])
})

test('flags that are turned, and a stranger at their endpoints', async () => {
  const definitions = defineFlags({ RETRY: { type: 'boolean', default: false } })
  const flags = createFlags({ flags: definitions, onEvent })
  flags.override('RETRY', true)
  const admin = createAdminHandler(flags, { token: 'correct-horse-battery', onEvent })
  await admin(new Request('http://localhost/admin/flags'))
  expect(await samples()).toEqual([
    'feature_flag_changes_total{name="feature-flags",flag="RETRY"} 1',
    'feature_flag_admin_refused_total{name="feature-flags",status="401"} 1',
  ])
})
