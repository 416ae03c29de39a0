import type { Registry } from '../metrics.ts'
import { counter, gauge, type Recorder } from './recorder.ts'

/** The events of `@holdfast/feature-flags` and its admin endpoints that are recorded. */
export type FeatureFlagFacts = { readonly name: string } & (
  | {
      readonly type: 'feature-flags.created'
      readonly flags: readonly string[]
      readonly sources: readonly string[]
    }
  | { readonly type: 'feature-flags.changed'; readonly flag: string }
  | {
      readonly type: 'feature-flags.source-changed'
      readonly source: string
      readonly state: 'pending' | 'ready' | 'stale'
    }
  | { readonly type: 'feature-flags.admin-refused'; readonly status: number }
)

export function recordFeatureFlags(registry: Registry): Recorder<FeatureFlagFacts> {
  const changes = counter(registry, 'feature_flag_changes_total', 'Changes of a flag.', 'flag')
  const stale = gauge(
    registry,
    'feature_flag_source_stale',
    '1 while a source cannot be read or is wrong.',
    'max',
    'source',
  )
  const refused = counter(
    registry,
    'feature_flag_admin_refused_total',
    'Requests that the admin endpoints refused, or that failed.',
    'status',
  )
  return {
    // So that everything shows 0 before the first change.
    'feature-flags.created': ({ name, flags, sources }) => {
      for (const flag of flags) changes.inc({ name, flag }, 0)
      for (const source of sources) stale.set({ name, source }, 0)
    },
    'feature-flags.changed': ({ name, flag }) => changes.inc({ name, flag }),
    'feature-flags.source-changed': ({ name, source, state }) =>
      stale.set({ name, source }, state === 'stale' ? 1 : 0),
    'feature-flags.admin-refused': ({ name, status }) => refused.inc({ name, status }),
  }
}
