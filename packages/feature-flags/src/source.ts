import type { Clock } from '@holdfast/internal'
import type { FlagDefinitions, Settings } from './definition.ts'
import type { CreateMatcher } from './match-rules.ts'

/**
 * Where settings come from. A source reads and parses; the flags check what it says against their definitions, all or
 * nothing.
 */
export interface FlagSource {
  /** Shown as the `source` of what it sets: `env`, `file`. */
  readonly name: string
  /** Called once, when the flags are made. It may publish at once, and again whenever it has something new. */
  start(host: SourceHost): RunningSource
}

/** What the flags give to a source. */
export interface SourceHost {
  readonly definitions: FlagDefinitions
  readonly clock: Clock
  /**
   * Takes the place of all that this source has said before.
   *
   * @param createMatcher - Ours, when there may be rules: who has none need not load what matches them.
   * @throws FlagDataError when it does not fit the definitions: then nothing has changed. The source passes it on to
   * `fail`, with what it knows of the place.
   */
  publish(settings: Settings, createMatcher?: CreateMatcher): void
  /** What it has cannot be read, or is wrong. What it said before stays in force, and its status becomes `stale`. */
  fail(error: Error): void
}

/** A source that has been started. */
export interface RunningSource {
  /** Reads again now. Has published or failed when it returns, or the promise resolves. Rejects never. */
  reload(): void | Promise<void>
  /** Ends whatever it has running. */
  close(): void
}
