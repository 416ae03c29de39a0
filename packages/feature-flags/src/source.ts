import type { Clock } from '@holdfast/internal'
import type { FlagDefinitions, Settings } from './definition.ts'
import type { CreateMatcher } from './match-rules.ts'

/**
 * Where settings come from. A source reads and parses. The flags check what it publishes against their definitions, and
 * accept all of it or nothing.
 */
export interface FlagSource {
  /** The source's name, which evaluations and events show. Each source of the same flags needs a name of its own. */
  readonly name: string
  /** Called once, when the flags are created. The source may publish at once, and again whenever it has something new. */
  start(host: SourceHost): RunningSource
}

/** What the flags offer to a source. */
export interface SourceHost {
  readonly definitions: FlagDefinitions
  readonly clock: Clock
  /**
   * Replaces all settings that this source published before.
   *
   * @param createMatcher - Pass this package's `createMatcher` if the settings may contain rules. A source without rules
   * omits it, so that bundles leave out the code that matches rules.
   * @throws FlagDataError when a setting does not fit the definitions; then nothing changes. Pass the error on to `fail`,
   * with its position if you know it.
   */
  publish(settings: Settings, createMatcher?: CreateMatcher): void
  /** Reports that the settings cannot be read, or are invalid. The previous ones stay in force; the source is `stale`. */
  fail(error: Error): void
}

/** A source that has been started. */
export interface RunningSource {
  /**
   * Reads again. When it returns, or when its promise resolves, it has published or failed. A read that began before the
   * call does not count, since its result may be older. If it throws or rejects, the source is `stale`.
   */
  reload(): void | Promise<void>
  /** Stops watching, polling, and timers. */
  close(): void
}
