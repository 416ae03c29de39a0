import type { HoldfastEvent } from '@holdfast/internal'
import { describe, expect, test } from 'vitest'
import { type RecordedEvent, recordEvents } from './record-events.ts'
import { createRegistry } from './registry.ts'
import type { RegistryOptions } from './registry-options.ts'

/** A registry that hears events. */
function setUp(options?: RegistryOptions) {
  const registry = createRegistry(options)
  const record = recordEvents(registry)
  return {
    registry,
    hear: (...events: RecordedEvent[]) => events.forEach(record),
    hearAnything: (event: unknown) => record(event as HoldfastEvent),
    /** Its samples, without buckets. */
    samples: async () => {
      const lines = (await registry.render()).split('\n')
      return lines.filter((line) => !/^#|_bucket|^$/.test(line))
    },
  }
}

const limiter = { name: 'api', active: 0, queued: 0 } as const

describe('circuit breakers', () => {
  test('one series a breaker tells its state, by its label and by its value', async () => {
    const { hear, samples } = setUp()
    const state = async () => {
      const all = await samples()
      return all.filter((line) => line.startsWith('circuit_breaker_state{'))
    }
    const changed = { type: 'circuit-breaker.state-changed', name: 'api' } as const
    hear({ type: 'circuit-breaker.settled', name: 'api', outcome: 'success', slow: false })
    expect(await state()).toEqual(['circuit_breaker_state{name="api",state="closed"} 0'])
    hear({ ...changed, to: 'open' })
    expect(await state()).toEqual(['circuit_breaker_state{name="api",state="open"} 2'])
    hear({ ...changed, to: 'half-open' })
    expect(await state()).toEqual(['circuit_breaker_state{name="api",state="half-open"} 1'])
    // Of a call that began before.
    hear({ type: 'circuit-breaker.settled', name: 'api', outcome: 'failure', slow: false })
    expect(await state()).toEqual(['circuit_breaker_state{name="api",state="half-open"} 1'])
    hear({ ...changed, to: 'closed' })
    expect(await state()).toEqual(['circuit_breaker_state{name="api",state="closed"} 0'])
  })

  test('a rejection tells the state too, of a breaker that opened unheard', async () => {
    const { hear, samples } = setUp()
    hear({ type: 'circuit-breaker.rejected', name: 'api', state: 'open' })
    expect(await samples()).toEqual([
      'circuit_breaker_state{name="api",state="open"} 2',
      'circuit_breaker_rejected_total{name="api"} 1',
    ])
  })

  test('counts how calls end, and the slow ones', async () => {
    const { hear, samples } = setUp()
    const settled = { type: 'circuit-breaker.settled', name: 'api' } as const
    hear(
      { ...settled, outcome: 'success', slow: true },
      { ...settled, outcome: 'failure', slow: true },
      { ...settled, outcome: 'failure', slow: false },
      { ...settled, outcome: 'ignore', slow: false },
    )
    expect(await samples()).toEqual([
      'circuit_breaker_state{name="api",state="closed"} 0',
      'circuit_breaker_success_total{name="api"} 1',
      'circuit_breaker_failure_total{name="api"} 2',
      'circuit_breaker_ignored_total{name="api"} 1',
      'circuit_breaker_slow_total{name="api"} 2',
    ])
  })

  test('two breakers of one name do not hide each other', async () => {
    const { hear, samples } = setUp()
    const [one, other] = [1, 2].map((instance) => ({ name: 'api', instance }))
    const state = async () => (await samples()).filter((line) => line.includes('_state{'))
    hear({ type: 'circuit-breaker.created', state: 'closed', ...one } as never)
    hear({ type: 'circuit-breaker.created', state: 'closed', ...other } as never)
    hear({ type: 'circuit-breaker.state-changed', to: 'open', ...one } as never)
    hear({ type: 'circuit-breaker.settled', outcome: 'success', slow: false, ...other } as never)
    expect(await state()).toEqual([
      'circuit_breaker_state{name="api",state="closed"} 0',
      'circuit_breaker_state{name="api",state="open"} 2',
    ])
    hear({ type: 'circuit-breaker.evicted', ...one } as never)
    expect(await state()).toEqual(['circuit_breaker_state{name="api",state="closed"} 0'])
    hear({ type: 'circuit-breaker.evicted', ...other } as never)
    expect(await state()).toEqual([])
  })

  test('counters show as 0 from the creation of a breaker', async () => {
    const { hear, samples } = setUp()
    hear({ type: 'circuit-breaker.created', name: 'api', state: 'closed' })
    expect(await samples()).toEqual([
      'circuit_breaker_state{name="api",state="closed"} 0',
      'circuit_breaker_rejected_total{name="api"} 0',
      'circuit_breaker_success_total{name="api"} 0',
      'circuit_breaker_failure_total{name="api"} 0',
      'circuit_breaker_ignored_total{name="api"} 0',
    ])
  })

  test('a state that there is not shows nowhere', async () => {
    const { hearAnything, samples } = setUp()
    hearAnything({ type: 'circuit-breaker.rejected', name: 'api', state: 'ajar' })
    expect(await samples()).toEqual(['circuit_breaker_rejected_total{name="api"} 1'])
  })

  test('names without end do not fill the memory', async () => {
    const { hear, samples } = setUp({ maxSeriesPerMetric: 3 })
    for (let n = 0; n < 5000; n++) {
      hear({ type: 'circuit-breaker.settled', name: `user-${n}`, outcome: 'success', slow: false })
    }
    const all = await samples()
    expect(all.filter((line) => line.startsWith('circuit_breaker_success'))).toEqual([
      'circuit_breaker_success_total{name="user-0"} 1',
      'circuit_breaker_success_total{name="user-1"} 1',
      'circuit_breaker_success_total{name="user-2"} 1',
      'circuit_breaker_success_total{overflow="true"} 4997',
    ])
    expect(all.length).toBeLessThan(25)
  })

  test('outcomes that have not been are shown as none, and one that nobody knows as nothing', async () => {
    const { hearAnything, samples } = setUp()
    const settled = { type: 'circuit-breaker.settled', name: 'api', slow: false }
    hearAnything({ ...settled, outcome: 'later' })
    expect(await samples()).toEqual(['circuit_breaker_state{name="api",state="closed"} 0'])
    hearAnything({ ...settled, outcome: 'failure' })
    expect(await samples()).toEqual([
      'circuit_breaker_state{name="api",state="closed"} 0',
      'circuit_breaker_success_total{name="api"} 0',
      'circuit_breaker_failure_total{name="api"} 1',
      'circuit_breaker_ignored_total{name="api"} 0',
    ])
  })
})

describe('limiters', () => {
  test('every event tells what runs and what waits', async () => {
    const { hear, samples } = setUp()
    hear({ ...limiter, type: 'limiter.queued', active: 5, queued: 2 })
    expect(await samples()).toEqual([
      'limiter_in_flight{name="api"} 5',
      'limiter_queue_size{name="api"} 2',
    ])
    hear({ ...limiter, type: 'limiter.drained' })
    expect(await samples()).toEqual([
      'limiter_in_flight{name="api"} 0',
      'limiter_queue_size{name="api"} 0',
    ])
  })

  test('counts how calls end, how long they had waited in seconds, and why some were not made', async () => {
    const { hear, samples } = setUp()
    hear(
      { ...limiter, type: 'limiter.started', waitMs: 0 },
      { ...limiter, type: 'limiter.started', waitMs: 1500 },
      { ...limiter, type: 'limiter.settled', outcome: 'success' },
      { ...limiter, type: 'limiter.settled', outcome: 'success' },
      { ...limiter, type: 'limiter.settled', outcome: 'failure' },
      { ...limiter, type: 'limiter.settled', outcome: 'ignore' },
      { ...limiter, type: 'limiter.rejected', reason: 'full' },
      { ...limiter, type: 'limiter.rejected', reason: 'timeout' },
      { ...limiter, type: 'limiter.rejected', reason: 'full' },
    )
    expect((await samples()).slice(2)).toEqual([
      'limiter_queue_wait_seconds_sum{name="api"} 1.5',
      'limiter_queue_wait_seconds_count{name="api"} 2',
      'limiter_rejected_total{name="api",reason="full"} 2',
      'limiter_rejected_total{name="api",reason="timeout"} 1',
      'limiter_completed_total{name="api"} 2',
      'limiter_failed_total{name="api"} 1',
      'limiter_ignored_total{name="api"} 1',
    ])
  })

  test('a limit that is changed shows, and one without end does not', async () => {
    const { hear, samples } = setUp()
    hear({ ...limiter, type: 'limiter.limit-changed', to: 8 })
    expect(await samples()).toContain('limiter_limit{name="api"} 8')
    hear({ ...limiter, type: 'limiter.limit-changed', to: Infinity })
    expect((await samples()).join()).not.toContain('limiter_limit')
  })

  test('the buckets of the wait may be others', async () => {
    const registry = createRegistry()
    recordEvents(registry, { queueWaitBuckets: [1, 2] })({
      ...limiter,
      type: 'limiter.started',
      waitMs: 1500,
    } as HoldfastEvent)
    const buckets = (await registry.render()).split('\n').filter((line) => line.includes('_bucket'))
    expect(buckets).toEqual([
      'limiter_queue_wait_seconds_bucket{name="api",le="1.0"} 0',
      'limiter_queue_wait_seconds_bucket{name="api",le="2.0"} 1',
      'limiter_queue_wait_seconds_bucket{name="api",le="+Inf"} 1',
    ])
  })
})

test('retries', async () => {
  const { hear, samples } = setUp()
  hear(
    { type: 'retry.scheduled', name: 'api', errorClass: 'throttle' },
    { type: 'retry.scheduled', name: 'api', errorClass: 'throttle' },
    { type: 'retry.scheduled', name: 'api', errorClass: 'timeout' },
    { type: 'retry.succeeded', name: 'api' },
    { type: 'retry.exhausted', name: 'api' },
    { type: 'retry.refused', name: 'api', reason: 'budget' },
  )
  expect(await samples()).toEqual([
    'retry_attempts_total{name="api",reason="throttle"} 2',
    'retry_attempts_total{name="api",reason="timeout"} 1',
    'retry_succeeded_total{name="api"} 1',
    'retry_exhausted_total{name="api"} 1',
    'retry_refused_total{name="api",reason="budget"} 1',
  ])
})

test('fallbacks and timeouts', async () => {
  const { hear, samples } = setUp()
  const name = 'chat'
  hear(
    { type: 'fallback.attempted', name, candidate: 'big' },
    { type: 'fallback.skipped', name, candidate: 'middle' },
    { type: 'fallback.switched', name, from: 'big', to: 'small' },
    { type: 'fallback.attempted', name, candidate: 'small' },
    { type: 'fallback.served', name, candidate: 'small' },
    { type: 'fallback.exhausted', name },
    { type: 'fallback.substituted', name },
    { type: 'timeout.expired', name },
  )
  expect(await samples()).toEqual([
    'fallback_attempted_total{name="chat",candidate="big"} 1',
    'fallback_attempted_total{name="chat",candidate="small"} 1',
    'fallback_skipped_total{name="chat",candidate="middle"} 1',
    'fallback_served_total{name="chat",candidate="small"} 1',
    'fallback_switched_total{name="chat",from="big",to="small"} 1',
    'fallback_exhausted_total{name="chat"} 1',
    'fallback_substituted_total{name="chat"} 1',
    'timeout_expired_total{name="chat"} 1',
  ])
})

test('feature flags are shown as 0 from their creation', async () => {
  const { hear, samples } = setUp()
  hear({ type: 'feature-flags.created', name: 'flags', flags: ['RETRY'], sources: ['file'] })
  expect(await samples()).toEqual(
    expect.arrayContaining([
      'feature_flag_changes_total{name="flags",flag="RETRY"} 0',
      'feature_flag_source_stale{name="flags",source="file"} 0',
    ]),
  )
})

test('the model fallback of the Bedrock adapter', async () => {
  const { hear, samples } = setUp()
  const name = 'model-fallback'
  hear(
    { type: 'fallback.attempted', name, candidate: 'big' },
    { type: 'fallback.skipped', name, candidate: 'middle' },
    { type: 'fallback.switched', name, from: 'big', to: 'small' },
    { type: 'fallback.served', name, candidate: 'small' },
    { type: 'fallback.exhausted', name },
  )
  const labels = 'name="model-fallback"'
  expect(await samples()).toEqual([
    `model_fallback_attempt_total{${labels},model_id="big"} 1`,
    `model_fallback_skipped_total{${labels},model_id="middle"} 1`,
    `model_fallback_success_total{${labels},model_id="small"} 1`,
    `model_fallback_total{${labels},from_model="big",to_model="small"} 1`,
    `model_fallback_exhausted_total{${labels}} 1`,
  ])
})

test('counters show as 0 once their policy is created', async () => {
  const { hear, samples } = setUp()
  hear(
    { type: 'retry.created', name: 'search' },
    { type: 'timeout.created', name: 'search' },
    { type: 'fallback.created', name: 'hosts', candidates: ['a'] },
  )
  const shown = await samples()
  expect(shown).toContain('retry_succeeded_total{name="search"} 0')
  expect(shown).toContain('retry_attempts_total{name="search",reason="throttle"} 0')
  expect(shown).toContain('retry_refused_total{name="search",reason="budget"} 0')
  expect(shown).toContain('timeout_expired_total{name="search"} 0')
  expect(shown).toContain('fallback_served_total{name="hosts",candidate="a"} 0')
  expect(shown).toContain('fallback_exhausted_total{name="hosts"} 0')
})

test('callbacks of the user that failed', async () => {
  const { hear, samples } = setUp()
  hear({ type: 'callback.failed', name: 'search', callback: 'when' })
  expect(await samples()).toEqual(['callback_failed_total{name="search",callback="when"} 1'])
})

test('feature flags', async () => {
  const { hear, samples } = setUp()
  const source = { type: 'feature-flags.source-changed', name: 'flags', source: 'file' } as const
  hear(
    { type: 'feature-flags.changed', name: 'flags', flag: 'RETRY' },
    { ...source, state: 'stale' },
    { type: 'feature-flags.admin-refused', name: 'flags', status: 401 },
  )
  expect(await samples()).toEqual([
    'feature_flag_changes_total{name="flags",flag="RETRY"} 1',
    'feature_flag_source_stale{name="flags",source="file"} 1',
    'feature_flag_admin_refused_total{name="flags",status="401"} 1',
  ])
  hear({ ...source, state: 'ready' })
  expect(await samples()).toContain('feature_flag_source_stale{name="flags",source="file"} 0')
})

test('streams that broke off', async () => {
  const { hear, samples } = setUp()
  hear({ type: 'bedrock.stream-interrupted', name: 'big', reason: 'stalled' })
  expect(await samples()).toEqual([
    'bedrock_stream_interrupted_total{model_id="big",reason="stalled"} 1',
  ])
})

test('tokens, by direction; those of the cache where the model tells of them', async () => {
  const { hear, samples } = setUp()
  const used = { type: 'bedrock.tokens-used', inputTokens: 10, outputTokens: 3 } as const
  hear({ ...used, name: 'small' })
  expect(await samples()).toEqual([
    'bedrock_tokens_total{model_id="small",direction="input"} 10',
    'bedrock_tokens_total{model_id="small",direction="output"} 3',
  ])
  hear({ ...used, name: 'small', cacheReadInputTokens: 7, cacheWriteInputTokens: 0 })
  expect(await samples()).toEqual([
    'bedrock_tokens_total{model_id="small",direction="input"} 20',
    'bedrock_tokens_total{model_id="small",direction="output"} 6',
    'bedrock_tokens_total{model_id="small",direction="cache_read"} 7',
    'bedrock_tokens_total{model_id="small",direction="cache_write"} 0',
  ])
})

test('what a tool-loop guard did, and not to which tool', async () => {
  const { hear, hearAnything, samples } = setUp()
  const triggered = { type: 'tool-loop-guard.triggered', name: 'agent' } as const
  hear(
    { ...triggered, reason: 'same-call', action: 'warn' },
    { ...triggered, reason: 'same-call', action: 'block' },
  )
  hearAnything({ ...triggered, reason: 'same-call', action: 'block', tool: 'search', count: 4 })
  expect(await samples()).toEqual([
    'tool_loop_guard_triggered_total{name="agent",reason="same-call",action="warn"} 1',
    'tool_loop_guard_triggered_total{name="agent",reason="same-call",action="block"} 2',
  ])
})

describe('what is no event of ours', () => {
  const strange: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a string', 'limiter.queued'],
    ['no type', {}],
    ['a type that nobody knows', { type: 'kettle.boiled', name: 'kitchen' }],
    ['a type that every object has', { type: 'constructor', name: 'x' }],
    ['a type that every object has at its root', { type: '__proto__', name: 'x' }],
    ['a type that is no string', { type: Symbol('limiter.queued') }],
    ['a field that is missing', { type: 'retry.scheduled', name: 'api' }],
    ['a number that is none', { type: 'bedrock.tokens-used', name: 'big', inputTokens: 'many' }],
    [
      'an outcome that every object has',
      { ...limiter, type: 'circuit-breaker.settled', outcome: 'constructor' },
    ],
    ['a name that is none', { type: 'retry.exhausted', name: { deep: 1 } }],
    [
      'a field that throws',
      {
        get type() {
          throw new Error('boom')
        },
      },
    ],
  ]
  test.each(strange)('%s neither throws nor counts', async (_, event) => {
    const { hearAnything, samples } = setUp()
    expect(() => hearAnything(event)).not.toThrow()
    const counted = (await samples()).filter((line) => !line.startsWith('circuit_breaker_state'))
    expect(counted).toEqual([])
  })

  test('an event without a name counts for no name', async () => {
    const { hearAnything, samples } = setUp()
    hearAnything({ type: 'retry.exhausted' })
    expect(await samples()).toEqual(['retry_exhausted_total 1'])
  })
})

test('of one registry all observers count into the same metrics', async () => {
  const { registry, hear, samples } = setUp()
  hear({ type: 'retry.exhausted', name: 'api' })
  recordEvents(registry)({ type: 'retry.exhausted', name: 'api' })
  expect(await samples()).toEqual(['retry_exhausted_total{name="api"} 2'])
})

test('a metric of yours that has one of the names is told of at once', () => {
  const registry = createRegistry()
  registry.gauge({ name: 'limiter_in_flight', help: 'Mine.' })
  expect(() => recordEvents(registry)).toThrow(/limiter_in_flight/)
})
