import type { Registry } from '../metrics.ts'
import { counter, type Recorder } from './recorder.ts'

/** The fields of the events of `@holdfast/retry` that are recorded. */
export type RetryFacts = { readonly name: string } & (
  | { readonly type: 'retry.scheduled'; readonly errorClass: string }
  | { readonly type: 'retry.created' | 'retry.succeeded' | 'retry.exhausted' }
  | { readonly type: 'retry.refused'; readonly reason: string }
)

export function recordRetries(registry: Registry): Recorder<RetryFacts> {
  const attempts = counter(registry, 'retry_attempts_total', 'Attempts after the first.', 'reason')
  const succeeded = counter(
    registry,
    'retry_succeeded_total',
    'Calls that succeeded after a retry.',
  )
  const exhausted = counter(registry, 'retry_exhausted_total', 'Calls with no attempt left.')
  const refused = counter(
    registry,
    'retry_refused_total',
    'Calls that ended with an attempt left.',
    'reason',
  )
  return {
    'retry.created': ({ name }) => {
      for (const reason of ['throttle', 'transient', 'timeout']) attempts.inc({ name, reason }, 0)
      for (const reason of ['hint', 'deadline', 'budget']) refused.inc({ name, reason }, 0)
      succeeded.inc({ name }, 0)
      exhausted.inc({ name }, 0)
    },
    'retry.scheduled': ({ name, errorClass }) => attempts.inc({ name, reason: errorClass }),
    'retry.succeeded': ({ name }) => succeeded.inc({ name }),
    'retry.exhausted': ({ name }) => exhausted.inc({ name }),
    'retry.refused': ({ name, reason }) => refused.inc({ name, reason }),
  }
}
