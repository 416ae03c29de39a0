import type { FlagDefinition, FlagDefinitions, FlagValue } from './definition.ts'
import type { EvaluationContext } from './rules.ts'

/** Why a flag has the value that it has; the words are OpenFeature's. */
export type Reason =
  /** Set by a source, for everybody. */
  | 'STATIC'
  /** No source says anything, or no rule matched. */
  | 'DEFAULT'
  /** A rule's conditions match. */
  | 'TARGETING_MATCH'
  /** Among a percentage. */
  | 'SPLIT'
  /** The kill switch is on. */
  | 'DISABLED'
  /** There is no such flag. */
  | 'ERROR'

/** A flag's value and where it comes from. */
export interface Evaluation<T = unknown> {
  readonly value: T
  readonly reason: Reason
  /** `kill`, `override`, a source's name, or `default`. */
  readonly source: string
  /** The revision of all flags that it belongs to. */
  readonly revision: number
  /** Of reason `ERROR`: what is wrong. */
  readonly error?: string
}

/** Who changes something, and why. Both end up in the history. */
export interface ChangeInfo {
  /** Default `code`. */
  readonly actor?: string | undefined
  readonly reason?: string | undefined
  readonly requestId?: string | undefined
}

/** One flag's change. A change of rules alone has the same value before and after. */
export interface FlagChange {
  readonly flag: string
  /** Of a secret flag both are `[secret]`. */
  readonly from: unknown
  readonly to: unknown
  readonly actor: string
  readonly reason: string | undefined
  readonly requestId: string | undefined
  /** What it comes from now. */
  readonly source: string
  readonly revision: number
  /** Wall time, in milliseconds since 1970. */
  readonly at: number
}

/** How a source stands. */
export interface SourceStatus {
  readonly name: string
  /** `pending` before it has said anything; `stale` when what it has cannot be read or is wrong. */
  readonly state: 'pending' | 'ready' | 'stale'
  /** Of a stale one: what is wrong, with the line and column where there is one. */
  readonly error: string | undefined
}

/** What a reload came to. */
export interface ReloadReport {
  readonly revision: number
  readonly changes: readonly FlagChange[]
  readonly sources: readonly SourceStatus[]
}

/** A flag as an admin sees it. */
export interface FlagInfo {
  readonly name: string
  readonly type: FlagDefinition['type']
  readonly description: string | undefined
  /** Of a secret flag `[secret]`, as the default and the safe value. */
  readonly value: unknown
  readonly default: unknown
  readonly safe: unknown
  readonly source: string
  readonly reason: Reason
  /** Whether it has rules, so that it differs by context. `value` is for a context without anything. */
  readonly hasRules: boolean
  /** Of an override: who set it, why, and when it ends (milliseconds since 1970). */
  readonly override:
    | {
        readonly actor: string
        readonly reason: string | undefined
        readonly until: number | undefined
      }
    | undefined
}

/** Feature flags: evaluated here and now, changed while the process runs. */
export interface Flags<D extends FlagDefinitions = FlagDefinitions> {
  readonly definitions: D
  /** Counts the changes: each reload, override, rollback or kill that changed anything. */
  readonly revision: number
  readonly killed: boolean
  /** The value. Never throws. */
  get<K extends keyof D & string>(name: K, context?: EvaluationContext): FlagValue<D[K]>
  /** The value, and why. Never throws. */
  evaluate<K extends keyof D & string>(
    name: K,
    context?: EvaluationContext,
  ): Evaluation<FlagValue<D[K]>>
  /**
   * Sets a value above all sources, at once, until it is cleared or its time is up.
   * @throws RangeError or TypeError when there is no such flag, or it does not take the value.
   */
  override<K extends keyof D & string>(
    name: K,
    value: FlagValue<D[K]>,
    info?: ChangeInfo & { readonly ttlMs?: number | undefined },
  ): void
  /** Returns whether there was one. @throws RangeError when there is no such flag. */
  clearOverride(name: keyof D & string, info?: ChangeInfo): boolean
  /** The one switch: every flag takes its safe value, whatever overrides and sources say, until `revive()`. */
  killAll(info?: ChangeInfo): void
  revive(info?: ChangeInfo): void
  /**
   * Makes every flag what it was at a revision, rules included: by overrides where the sources say otherwise now.
   * An override whose time is up does not come back: its flag becomes what the sources said at that revision.
   * @throws RangeError when the revision is not remembered; the message says which are.
   */
  rollback(revision: number, info?: ChangeInfo): void
  /** Reads all sources again. What is wrong in one changes nothing of it. */
  reload(info?: ChangeInfo): Promise<ReloadReport>
  /** The changes that are remembered, oldest first. */
  history(): readonly FlagChange[]
  /** All flags, for a status page. */
  list(): readonly FlagInfo[]
  sources(): readonly SourceStatus[]
  /**
   * Called after each change, of one flag or of any, in their order. Returns how to stop. A listener that throws harms
   * nobody.
   */
  onChange(listener: (change: FlagChange) => void): () => void
  onChange(name: keyof D & string, listener: (change: FlagChange) => void): () => void
  /** Resolves when every source has published or failed once, or the flags are closed. */
  ready(): Promise<void>
  /** Ends all watching and polling, and no source has a say any more. Overrides still do, and still end. */
  close(): void
}
