import type { Registry } from '../metrics.ts'
import { counter, type Recorder } from './recorder.ts'

/** Of `@holdfast/retry`, as far as it is recorded. */
export type RetryFacts = { readonly name: string } & (
  | { readonly type: 'retry.scheduled'; readonly errorClass: string }
  | { readonly type: 'retry.succeeded' | 'retry.exhausted' }
  | { readonly type: 'retry.refused'; readonly reason: string }
)

export function recordRetries(registry: Registry): Recorder<RetryFacts> {
  const attempts = counter(
    registry,
    'retry_attempts_total',
    'Attempts after the first, when they were decided on, by the class of the error before.',
    'reason',
  )
  const succeeded = counter(
    registry,
    'retry_succeeded_total',
    'Calls that succeeded after the first attempt.',
  )
  const exhausted = counter(
    registry,
    'retry_exhausted_total',
    'Calls that failed, as no attempt was left.',
  )
  const refused = counter(
    registry,
    'retry_refused_total',
    'Calls that failed though an attempt was left: the wait too long, too late, out of budget.',
    'reason',
  )
  return {
    'retry.scheduled': ({ name, errorClass }) => attempts.inc({ name, reason: errorClass }),
    'retry.succeeded': ({ name }) => succeeded.inc({ name }),
    'retry.exhausted': ({ name }) => exhausted.inc({ name }),
    'retry.refused': ({ name, reason }) => refused.inc({ name, reason }),
  }
}
