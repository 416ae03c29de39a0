import type { Registry } from '../metrics.ts'
import { counter, type Recorder } from './recorder.ts'

/** The fields of the events of `@holdfast/pipeline` that are recorded. */
export type PipelineFacts = { readonly name: string } & (
  | {
      readonly type: 'fallback.attempted' | 'fallback.skipped' | 'fallback.served'
      readonly candidate: string
    }
  | { readonly type: 'fallback.created'; readonly candidates: readonly string[] }
  | { readonly type: 'fallback.switched'; readonly from: string; readonly to: string }
  | { readonly type: 'fallback.exhausted' | 'fallback.substituted' }
  | { readonly type: 'timeout.created' | 'timeout.expired' }
)

/** The name of the Bedrock adapter's fallback, whose candidates are models. */
const MODEL_FALLBACK = 'model-fallback'

export function recordPipelines(registry: Registry): Recorder<PipelineFacts> {
  const fallbacks = fallbackCounters(registry)
  const models = modelFallbackCounters(registry)
  const of = (name: string) => (name === MODEL_FALLBACK ? models : fallbacks)
  const substituted = counter(
    registry,
    'fallback_substituted_total',
    'Calls that failed and got the fallback value.',
  )
  const expired = counter(registry, 'timeout_expired_total', 'Calls that ran out of time.')
  return {
    'fallback.created': ({ name, candidates }) => {
      for (const candidate of candidates) {
        of(name).attempted(name, candidate, 0)
        of(name).served(name, candidate, 0)
      }
      of(name).exhausted(name, 0)
    },
    'fallback.attempted': ({ name, candidate }) => of(name).attempted(name, candidate, 1),
    'fallback.skipped': ({ name, candidate }) => of(name).skipped(name, candidate, 1),
    'fallback.served': ({ name, candidate }) => of(name).served(name, candidate, 1),
    'fallback.switched': ({ name, from, to }) => of(name).switched(name, from, to),
    'fallback.exhausted': ({ name }) => of(name).exhausted(name, 1),
    'fallback.substituted': ({ name }) => substituted.inc({ name }),
    'timeout.created': ({ name }) => expired.inc({ name }, 0),
    'timeout.expired': ({ name }) => expired.inc({ name }),
  }
}

function fallbackCounters(registry: Registry) {
  const attempted = counter(
    registry,
    'fallback_attempted_total',
    'Candidates that were tried.',
    'candidate',
  )
  const skipped = counter(
    registry,
    'fallback_skipped_total',
    'Candidates that were skipped.',
    'candidate',
  )
  const served = counter(
    registry,
    'fallback_served_total',
    'Candidates that succeeded.',
    'candidate',
  )
  const switched = counter(
    registry,
    'fallback_switched_total',
    'Changes from a candidate that failed to the next one.',
    'from',
    'to',
  )
  const exhausted = counter(
    registry,
    'fallback_exhausted_total',
    'Calls for which every candidate failed or was skipped.',
  )
  return {
    attempted: (name: string, candidate: string, by: number) =>
      attempted.inc({ name, candidate }, by),
    skipped: (name: string, candidate: string, by: number) => skipped.inc({ name, candidate }, by),
    served: (name: string, candidate: string, by: number) => served.inc({ name, candidate }, by),
    switched: (name: string, from: string, to: string) => switched.inc({ name, from, to }),
    exhausted: (name: string, by: number) => exhausted.inc({ name }, by),
  }
}

function modelFallbackCounters(registry: Registry): ReturnType<typeof fallbackCounters> {
  const attempted = counter(
    registry,
    'model_fallback_attempt_total',
    'Models that were tried.',
    'model_id',
  )
  const skipped = counter(
    registry,
    'model_fallback_skipped_total',
    'Models that were skipped.',
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
    'Changes from a model that failed to the next one.',
    'from_model',
    'to_model',
  )
  const exhausted = counter(
    registry,
    'model_fallback_exhausted_total',
    'Calls that no model answered.',
  )
  return {
    attempted: (name, model_id, by) => attempted.inc({ name, model_id }, by),
    skipped: (name, model_id, by) => skipped.inc({ name, model_id }, by),
    served: (name, model_id, by) => served.inc({ name, model_id }, by),
    switched: (name, from_model, to_model) => switched.inc({ name, from_model, to_model }),
    exhausted: (name, by) => exhausted.inc({ name }, by),
  }
}
