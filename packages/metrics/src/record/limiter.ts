import type { Registry } from '../metrics.ts'
import { counter, countOutcome, gauge, type Recorder } from './recorder.ts'

/** Of `@holdfast/limiter`, as far as it is recorded. */
export type LimiterFacts = {
  readonly name: string
  readonly active: number
  readonly queued: number
} & (
  | { readonly type: 'limiter.queued' | 'limiter.drained' }
  | { readonly type: 'limiter.started'; readonly waitMs: number }
  | { readonly type: 'limiter.rejected'; readonly reason: string }
  | { readonly type: 'limiter.settled'; readonly outcome: 'success' | 'failure' | 'ignore' }
  | { readonly type: 'limiter.limit-changed'; readonly to: number }
)

/** From no wait at all to beyond the limiter's default `queueTimeoutMs`. */
const WAIT_BUCKETS = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export function recordLimiters(
  registry: Registry,
  buckets: readonly number[] = WAIT_BUCKETS,
): Recorder<LimiterFacts> {
  const inFlight = gauge(registry, 'limiter_in_flight', 'How much of the limit is in use.', 'sum')
  const queueSize = gauge(registry, 'limiter_queue_size', 'Calls that wait.', 'sum')
  const limit = gauge(
    registry,
    'limiter_limit',
    'The limit, once it has been changed, unless infinite.',
    'sum',
  )
  const wait = registry.histogram({
    name: 'limiter_queue_wait_seconds',
    help: 'How long calls that ran had waited.',
    unit: 'seconds',
    labels: ['name'],
    buckets,
  })
  const rejected = counter(registry, 'limiter_rejected_total', 'Calls not made.', 'reason')
  const settled = {
    success: counter(registry, 'limiter_completed_total', 'Calls that succeeded.'),
    failure: counter(registry, 'limiter_failed_total', 'Calls that failed.'),
    ignore: counter(registry, 'limiter_ignored_total', 'Calls that say nothing on health.'),
  }

  /** Each event tells how the limiter stands. */
  const stand = ({ name, active, queued }: LimiterFacts): void => {
    inFlight.set({ name }, active)
    queueSize.set({ name }, queued)
  }

  return {
    'limiter.queued': stand,
    'limiter.drained': stand,
    'limiter.started': (event) => {
      stand(event)
      wait.observe({ name: event.name }, event.waitMs / 1000)
    },
    'limiter.rejected': (event) => {
      stand(event)
      rejected.inc({ name: event.name, reason: event.reason })
    },
    'limiter.settled': (event) => {
      stand(event)
      countOutcome(settled, event.name, event.outcome)
    },
    'limiter.limit-changed': (event) => {
      stand(event)
      const { name, to } = event
      if (to === Infinity) limit.remove({ name })
      else limit.set({ name }, to)
    },
  }
}
