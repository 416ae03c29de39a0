import type { Registry } from '../metrics.ts'
import { counter, type Recorder } from './recorder.ts'

/** Of `@holdfast/pipeline`, as far as it is recorded. */
export type PipelineFacts = { readonly name: string } & (
  | {
      readonly type: 'fallback.attempted' | 'fallback.skipped' | 'fallback.served'
      readonly candidate: string
    }
  | { readonly type: 'fallback.switched'; readonly from: string; readonly to: string }
  | { readonly type: 'fallback.exhausted' | 'timeout.expired' }
)

export function recordPipelines(registry: Registry): Recorder<PipelineFacts> {
  const attempted = counter(
    registry,
    'model_fallback_attempt_total',
    'Models that were tried.',
    'model_id',
  )
  const skipped = counter(
    registry,
    'model_fallback_skipped_total',
    'Models that were passed over.',
    'model_id',
  )
  const served = counter(
    registry,
    'model_fallback_success_total',
    'Models that answered.',
    'model_id',
  )
  const switched = counter(
    registry,
    'model_fallback_total',
    'Changes from a model that failed to the one that was tried next.',
    'from_model',
    'to_model',
  )
  const exhausted = counter(
    registry,
    'model_fallback_exhausted_total',
    'Calls that no model answered.',
  )
  const expired = counter(registry, 'timeout_expired_total', 'Calls that ran out of time.')
  return {
    'fallback.attempted': ({ name, candidate }) => attempted.inc({ name, model_id: candidate }),
    'fallback.skipped': ({ name, candidate }) => skipped.inc({ name, model_id: candidate }),
    'fallback.served': ({ name, candidate }) => served.inc({ name, model_id: candidate }),
    'fallback.switched': ({ name, from, to }) =>
      switched.inc({ name, from_model: from, to_model: to }),
    'fallback.exhausted': ({ name }) => exhausted.inc({ name }),
    'timeout.expired': ({ name }) => expired.inc({ name }),
  }
}
