import type { FlagChange, SourceStatus } from './flags.ts'

/** What flags tell their observer. */
export type FlagsEvent = { readonly name: string } & (
  | ({ readonly type: 'feature-flags.changed' } & FlagChange)
  | ({ readonly type: 'feature-flags.source-changed'; readonly source: string } & Pick<
      SourceStatus,
      'state' | 'error'
    >)
  /** A listener, or the audit, has thrown. */
  | {
      readonly type: 'feature-flags.listener-failed'
      readonly flag: string
      readonly error: unknown
    }
)
