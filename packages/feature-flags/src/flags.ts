import type { FlagDefinition, FlagDefinitions, FlagValue } from './definition.ts'
import type { EvaluationContext } from './rules.ts'

/** Why a flag has its value, in the words of OpenFeature. */
export type Reason =
  /** A source or an override sets it, for every context. */
  | 'STATIC'
  /** No source sets it, or it has rules and none matched. */
  | 'DEFAULT'
  /** The conditions of a rule match. */
  | 'TARGETING_MATCH'
  /** A rule with a percentage matched. */
  | 'SPLIT'
  /** The kill switch is on. */
  | 'DISABLED'
  /** The flag is unknown. */
  | 'ERROR'

/** A flag's value, and where it comes from. */
export interface Evaluation<T = unknown> {
  readonly value: T
  readonly reason: Reason
  /** `kill`, `override`, a source's name, or `default`. */
  readonly source: string
  /** The revision of the flags at which it was evaluated. */
  readonly revision: number
  /** For the reason `ERROR`, what is wrong. */
  readonly error?: string
}

/** Who makes a change, and why, for the history. */
export interface ChangeInfo {
  /** Who makes the change. Default `code`. */
  readonly actor?: string | undefined
  /** Why. Default: none. */
  readonly reason?: string | undefined
  /** The id of the request that caused the change, to find it in other logs. Default: none. */
  readonly requestId?: string | undefined
}

/** A change of one flag. If only its rules or its source changed, `from` and `to` are equal. */
export interface FlagChange {
  readonly flag: string
  /** The value before. `[secret]` for a secret flag. */
  readonly from: unknown
  /** The value after. `[secret]` for a secret flag. */
  readonly to: unknown
  /** Who made the change: `ChangeInfo.actor`, the name of a source, or `expiry` at the end of an override. */
  readonly actor: string
  readonly reason: string | undefined
  readonly requestId: string | undefined
  /** Where the value comes from now: `kill`, `override`, the name of a source, or `default`. */
  readonly source: string
  /** The revision that the change is part of. */
  readonly revision: number
  /** Wall time, in milliseconds since 1970. */
  readonly at: number
}

/** The state of a source. */
export interface SourceStatus {
  readonly name: string
  /** `pending` until it publishes or fails; `stale` while its data cannot be read or are invalid. */
  readonly state: 'pending' | 'ready' | 'stale'
  /** For a stale source, what is wrong, with line and column if they are known. */
  readonly error: string | undefined
}

/** The result of a reload. */
export interface ReloadReport {
  /** The revision after it. */
  readonly revision: number
  /** The changes since the reload was asked for, oldest first. */
  readonly changes: readonly FlagChange[]
  /** The state of each source after it. */
  readonly sources: readonly SourceStatus[]
}

/** A flag as the admin endpoints show it. */
export interface FlagInfo {
  readonly name: string
  readonly type: FlagDefinition['type']
  readonly description: string | undefined
  /** The value for a context without attributes. For a secret flag this, `default`, and `safe` are `[secret]`. */
  readonly value: unknown
  readonly default: unknown
  readonly safe: unknown
  readonly source: string
  readonly reason: Reason
  /** Whether it has rules, so that other contexts may get other values. */
  readonly hasRules: boolean
  /** Its override, if there is one: who set it, why, and when it ends, in milliseconds since 1970. */
  readonly override:
    | {
        readonly actor: string
        readonly reason: string | undefined
        readonly until: number | undefined
      }
    | undefined
}

/** Feature flags that are evaluated synchronously and can change while the process runs. */
export interface Flags<D extends FlagDefinitions = FlagDefinitions> {
  /** The definitions that the flags were created with. */
  readonly definitions: D
  /**
   * The number of the current revision: 1 at creation, and 1 more for each publication, override, rollback, or kill that
   * changes anything.
   */
  readonly revision: number
  /** Whether the kill switch is on. */
  readonly killed: boolean
  /** Returns the value of a flag for a context; `undefined` if the flag is unknown. Never throws. */
  get<K extends keyof D & string>(name: K, context?: EvaluationContext): FlagValue<D[K]>
  /** Returns the value, and where it comes from. Never throws. */
  evaluate<K extends keyof D & string>(
    name: K,
    context?: EvaluationContext,
  ): Evaluation<FlagValue<D[K]>>
  /**
   * Sets a value that takes precedence over all sources, immediately, until it is cleared or `ttlMs` milliseconds have
   * passed on the flags' clock (default: no end).
   * @throws RangeError or TypeError when the flag is unknown, or does not accept the value.
   */
  override<K extends keyof D & string>(
    name: K,
    value: FlagValue<D[K]>,
    info?: ChangeInfo & { readonly ttlMs?: number | undefined },
  ): void
  /** Removes an override. Returns whether there was one. @throws RangeError when the flag is unknown. */
  clearOverride(name: keyof D & string, info?: ChangeInfo): boolean
  /** The kill switch: every flag has its safe value, regardless of overrides and sources, until `revive()`. */
  killAll(info?: ChangeInfo): void
  /** Turns the kill switch off. Overrides and sources apply again. */
  revive(info?: ChangeInfo): void
  /**
   * Restores every flag, with its rules, to a revision. Where the sources now differ from it, an override takes their
   * place. An override that has ended since is not restored: its flag gets the value of the sources at that revision.
   * @throws RangeError when the revision is no longer in the history; the message says which ones are. TypeError when it
   * is not a number.
   */
  rollback(revision: number, info?: ChangeInfo): void
  /**
   * Reads all sources again, from the beginning: a poll that is under way does not count. An invalid source changes
   * nothing, and becomes `stale`. Changes that a source makes during the reload are attributed to `info`.
   */
  reload(info?: ChangeInfo): Promise<ReloadReport>
  /** The changes of the last `historySize` revisions, oldest first. */
  history(): readonly FlagChange[]
  /** Returns all flags, for a status page. */
  list(): readonly FlagInfo[]
  /** Returns the state of each source. */
  sources(): readonly SourceStatus[]
  /**
   * Adds a listener that is called after each change of one flag, or of any flag. Returns a function that removes it.
   * Exceptions and rejections from listeners are reported as events. A listener may change flags itself; listeners that
   * keep undoing each other's changes are stopped, and an event reports it.
   * @throws RangeError or TypeError when the flag is unknown, or the listener is not a function.
   */
  onChange(listener: (change: FlagChange) => void): () => void
  onChange(name: keyof D & string, listener: (change: FlagChange) => void): () => void
  /** Resolves when every source has published or failed once, or when the flags are closed. */
  ready(): Promise<void>
  /** Stops watching and polling. The flags keep their values. Overrides can still be set, and still end. */
  close(): void
}
