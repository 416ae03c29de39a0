import type { CallbackFailedEvent } from '@holdfast/internal'
import type { FlagChange, SourceStatus } from './flags.ts'

/** The events that flags pass to `onEvent`. */
export type FlagsEvent = { readonly name: string } & (
  | {
      /** The flags exist, with their first values. Emitted once, before any other event. */
      readonly type: 'feature-flags.created'
      /** The names of the flags. */
      readonly flags: readonly string[]
      /** The names of the sources. */
      readonly sources: readonly string[]
    }
  | ({ readonly type: 'feature-flags.changed' } & FlagChange)
  | ({ readonly type: 'feature-flags.source-changed'; readonly source: string } & Pick<
      SourceStatus,
      'state' | 'error'
    >)
  | {
      /** A listener or `audit` threw or rejected. */
      readonly type: 'feature-flags.listener-failed'
      readonly flag: string
      readonly error: unknown
    }
  | {
      /**
       * Listeners keep on changing flags in response to each other's changes. Their latest changes took effect, but
       * nobody was notified of them.
       */
      readonly type: 'feature-flags.listener-loop'
      /** The flag of the first change that nobody was notified of. */
      readonly flag: string
      /** How many changes that are. */
      readonly dropped: number
    }
  | CallbackFailedEvent
)
