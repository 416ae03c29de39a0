import type { Registry } from '../metrics.ts'
import { Instances } from './instances.ts'
import { counter, countOutcome, gauge, type Recorder } from './recorder.ts'

/** The fields of the events of `@holdfast/limiter` that are recorded. */
export type LimiterFacts = {
  readonly name: string
  readonly instance?: number | undefined
  readonly active: number
  readonly queued: number
} & (
  | { readonly type: 'limiter.created'; readonly limit: number }
  | { readonly type: 'limiter.queued' | 'limiter.drained' }
  | { readonly type: 'limiter.started'; readonly waitMs: number }
  | { readonly type: 'limiter.rejected'; readonly reason: string }
  | { readonly type: 'limiter.settled'; readonly outcome: 'success' | 'failure' | 'ignore' }
  | { readonly type: 'limiter.limit-changed'; readonly to: number }
)

/** From no wait at all to beyond the limiter's default `queueTimeoutMs`. */
const WAIT_BUCKETS = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

const REASONS = ['full', 'timeout', 'deadline', 'closed', 'aborted']

/** What a limiter last reported. Its limit may not be known. */
interface Standing {
  readonly active: number
  readonly queued: number
  readonly limit: number | undefined
}

export function recordLimiters(
  registry: Registry,
  buckets: readonly number[] = WAIT_BUCKETS,
): Recorder<LimiterFacts> {
  const inFlight = gauge(
    registry,
    'limiter_in_flight',
    'How much of the concurrency limit is in use.',
    'sum',
  )
  const queueSize = gauge(registry, 'limiter_queue_size', 'Calls that wait for a slot.', 'sum')
  const limit = gauge(
    registry,
    'limiter_limit',
    'The concurrency limit. Not shown while it is infinite.',
    'sum',
  )
  const wait = registry.histogram({
    name: 'limiter_queue_wait_seconds',
    help: 'How long calls waited before they started.',
    unit: 'seconds',
    labels: ['name'],
    buckets,
  })
  const rejected = counter(
    registry,
    'limiter_rejected_total',
    'Calls that were rejected.',
    'reason',
  )
  const settled = {
    success: counter(registry, 'limiter_completed_total', 'Calls that succeeded.'),
    failure: counter(registry, 'limiter_failed_total', 'Calls that failed.'),
    ignore: counter(
      registry,
      'limiter_ignored_total',
      'Calls that say nothing about the health of the dependency.',
    ),
  }
  const limiters = new Instances<Standing>()

  /** Every event says how the limiter stands. Limiters of the same name are added up. */
  function update({ name, instance, active, queued }: LimiterFacts, newLimit?: number): void {
    const known = newLimit ?? limiters.get(name, instance)?.limit
    const all = [...limiters.set(name, instance, { active, queued, limit: known })]
    const sum = (field: keyof Standing) => all.reduce((total, one) => total + (one[field] ?? 0), 0)
    inFlight.set({ name }, sum('active'))
    queueSize.set({ name }, sum('queued'))
    if (newLimit === undefined) return
    if (sum('limit') === Infinity) limit.remove({ name })
    else limit.set({ name }, sum('limit'))
  }

  return {
    'limiter.created': (event) => {
      update(event, event.limit)
      const { name } = event
      for (const total of Object.values(settled)) total.inc({ name }, 0)
      for (const reason of REASONS) rejected.inc({ name, reason }, 0)
    },
    'limiter.queued': (event) => update(event),
    'limiter.drained': (event) => update(event),
    'limiter.started': (event) => {
      update(event)
      wait.observe({ name: event.name }, event.waitMs / 1000)
    },
    'limiter.rejected': (event) => {
      update(event)
      rejected.inc({ name: event.name, reason: event.reason })
    },
    'limiter.settled': (event) => {
      update(event)
      countOutcome(settled, event.name, event.outcome)
    },
    'limiter.limit-changed': (event) => update(event, event.to),
  }
}
