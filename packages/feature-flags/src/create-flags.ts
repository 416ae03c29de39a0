import {
  type Clock,
  checkFunction,
  checkFunctions,
  checkName,
  checkNumber,
  emit,
  MAX_TIMER_MS,
  refusal,
  systemClock,
} from '@holdfast/internal'
import { checkSettings, noSuchFlag } from './check-settings.ts'
import { defineFlags } from './define-flags.ts'
import type { FlagDefinitions, Settings } from './definition.ts'
import type { FlagsEvent } from './events.ts'
import { flagInfo, shown } from './flag-info.ts'
import type {
  ChangeInfo,
  Evaluation,
  FlagChange,
  FlagInfo,
  Flags,
  ReloadReport,
  SourceStatus,
} from './flags.ts'
import { History } from './history.ts'
import type { CreateMatcher } from './match-rules.ts'
import {
  type CheckedSetting,
  createFlag,
  type Flag,
  type Override,
  plainSetting,
  type Resolved,
  resolve,
  sameOverride,
} from './resolve.ts'
import type { EvaluationContext } from './rules.ts'
import type { FlagSource, RunningSource } from './source.ts'
import { checkValue } from './value.ts'

/** Options of {@link createFlags}. */
export interface FlagsOptions<D extends FlagDefinitions> {
  /** See `defineFlags`. */
  readonly flags: D
  /**
   * The earlier has the say. Each has a name of its own. Default: none, so that only overrides and defaults count.
   */
  readonly sources?: readonly FlagSource[] | undefined
  /** How many revisions are remembered, to look at and to go back to. Default 100. */
  readonly historySize?: number | undefined
  /** Is given every change, to be kept elsewhere. One that throws or rejects blocks nothing. */
  readonly audit?: ((change: FlagChange) => unknown) | undefined
  /** Goes into every event. Default `feature-flags`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: FlagsEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/**
 * Makes flags, ready to be asked: a source that can be read at once has been.
 *
 * @throws RangeError or TypeError naming the option that is wrong, FlagDataError for an environment that is.
 */
export function createFlags<const D extends FlagDefinitions>(options: FlagsOptions<D>): Flags<D> {
  return new FlagStore(options) as unknown as Flags<D>
}

/** A source, what it said last, and how it stands. */
interface SourceLayer {
  readonly name: string
  settings: ReadonlyMap<string, CheckedSetting>
  status: SourceStatus
  running: RunningSource | undefined
  /** Who has asked it to read again, until it has. */
  askedBy: ChangeInfo | undefined
}

type Listener = (change: FlagChange) => unknown

/** What evaluations show where no source has the say. */
const RESERVED_NAMES: readonly unknown[] = ['kill', 'override', 'default']

const NOBODY: EvaluationContext = /* @__PURE__ */ Object.freeze({})

interface Change {
  readonly killed?: boolean
  readonly overrides?: ReadonlyMap<string, Override>
}

class FlagStore {
  readonly definitions: FlagDefinitions
  readonly #options: FlagsOptions<FlagDefinitions>
  readonly #clock: Clock
  readonly #flags: ReadonlyMap<string, Flag>
  readonly #layers: readonly SourceLayer[]
  readonly #history: History
  /** By flag; under `undefined` those of all. */
  readonly #listeners = new Map<string | undefined, Set<Listener>>()
  readonly #whenReady = new Set<() => void>()
  /** Changes that not everybody has been told of yet. */
  readonly #untold: FlagChange[] = []
  #resolved: ReadonlyMap<string, Resolved> = new Map()
  #overrides: ReadonlyMap<string, Override> = new Map()
  #killed = false
  /** 0 until the sources have been started. */
  #revision = 0
  /** When the next override ends. */
  #endsAt = Infinity
  #timer: unknown
  #closed = false

  constructor(options: FlagsOptions<FlagDefinitions>) {
    const { flags, sources = [], historySize = 100, clock = systemClock } = options
    checkName(options.name)
    checkFunctions(options, 'audit', 'onEvent')
    checkNumber('historySize', historySize, { min: 1, integer: true })
    checkSourceNames(sources)
    this.definitions = defineFlags(flags)
    this.#options = options
    this.#clock = clock
    this.#flags = new Map(
      Object.entries(flags).map(([name, definition]) => [name, createFlag(name, definition)]),
    )
    this.#history = new History(historySize)
    this.#layers = sources.map(({ name }) => ({
      name,
      settings: new Map(),
      status: { name, state: 'pending', error: undefined },
      running: undefined,
      askedBy: undefined,
    }))
    this.#start(sources)
  }

  get revision(): number {
    this.#expire()
    return this.#revision
  }

  get killed(): boolean {
    return this.#killed
  }

  get(name: string, context: EvaluationContext = NOBODY): unknown {
    this.#expire()
    const setting = this.#resolved.get(name)?.setting
    if (setting?.match === undefined) return setting?.value
    const match = setting.match(context)
    return match ? match.value : setting.value
  }

  evaluate(name: string, context: EvaluationContext = NOBODY): Evaluation {
    this.#expire()
    const resolved = this.#resolved.get(name)
    if (resolved === undefined) {
      const error = noSuchFlag(name)
      return {
        value: undefined,
        reason: 'ERROR',
        source: 'default',
        revision: this.#revision,
        error,
      }
    }
    const { setting, evaluation } = resolved
    const match = setting.match?.(context)
    return match ? { ...evaluation, ...match } : evaluation
  }

  override(
    name: string,
    value: unknown,
    { ttlMs = Infinity, ...info }: ChangeInfo & { readonly ttlMs?: number | undefined } = {},
  ): void {
    const { definition } = this.#flag(name)
    checkNumber('ttlMs', ttlMs, { min: 1 })
    const setting = plainSetting(checkValue(name, definition, value))
    this.#expire()
    this.#apply(
      { overrides: new Map(this.#overrides).set(name, this.#overrideOf(setting, info, ttlMs)) },
      info,
    )
  }

  clearOverride(name: string, info: ChangeInfo = {}): boolean {
    this.#flag(name)
    this.#expire()
    const overrides = new Map(this.#overrides)
    const present = overrides.delete(name)
    this.#apply({ overrides }, info)
    return present
  }

  killAll(info: ChangeInfo = {}): void {
    this.#expire()
    this.#apply({ killed: true }, info)
  }

  revive(info: ChangeInfo = {}): void {
    this.#expire()
    this.#apply({ killed: false }, info)
  }

  rollback(revision: number, info: ChangeInfo = {}): void {
    this.#expire()
    const { killed, layers, ...then } = this.#history.find(revision).inputs
    const overrides = lasting(then.overrides, this.#clock.now())
    const why = { ...info, reason: info.reason ?? `rollback to revision ${revision}` }
    for (const flag of this.#flags.values()) {
      const { setting } = resolve(flag, { killed, overrides, layers }, revision)
      const bySources = resolve(flag, { killed, overrides, layers: this.#layers }, revision)
      if (bySources.setting.fingerprint === setting.fingerprint) continue
      // What the sources say otherwise by now is set by hand.
      overrides.set(flag.name, this.#overrideOf(setting, why, Infinity))
    }
    this.#apply({ killed, overrides }, why)
  }

  async reload(info: ChangeInfo = {}): Promise<ReloadReport> {
    const before = this.revision
    await Promise.all(this.#layers.map((layer) => this.#reload(layer, info)))
    const changes = this.#history.changesSince(before)
    return { revision: this.#revision, changes, sources: this.sources() }
  }

  history(): readonly FlagChange[] {
    this.#expire()
    return this.#history.changesSince(0)
  }

  list(): readonly FlagInfo[] {
    this.#expire()
    return Array.from(this.#flags.values(), (flag) =>
      flagInfo(flag, this.evaluate(flag.name), {
        hasRules: this.#resolved.get(flag.name)?.setting.match !== undefined,
        override: this.#overrides.get(flag.name),
      }),
    )
  }

  sources(): readonly SourceStatus[] {
    return this.#layers.map(({ status }) => status)
  }

  onChange(...args: [listener: Listener] | [name: string, listener: Listener]): () => void {
    const [name, listener] = args.length === 1 ? [undefined, args[0]] : args
    if (name !== undefined) this.#flag(name)
    checkFunction('listener', listener)
    const listeners = this.#listeners.get(name) ?? new Set()
    // A listener of its own for each subscription, so that each is ended by itself, and at once.
    const own: Listener = (change) => listeners.has(own) && listener(change)
    this.#listeners.set(name, listeners.add(own))
    return () => void listeners.delete(own)
  }

  ready(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenReady.add(resolve)
      this.#tellReady()
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#clock.clearTimeout(this.#timer)
    for (const { running } of this.#layers) running?.close()
    this.#tellReady()
  }

  #start(sources: readonly FlagSource[]): void {
    try {
      for (const [at, layer] of this.#layers.entries()) {
        layer.running = sources[at]?.start({
          definitions: this.definitions,
          clock: this.#clock,
          publish: (settings, createMatcher) => this.#publish(layer, settings, createMatcher),
          fail: (error) => this.#fail(layer, error),
        })
      }
    } catch (error) {
      this.close()
      throw error
    }
    this.#apply({}, {})
  }

  #publish(layer: SourceLayer, settings: Settings, createMatcher?: CreateMatcher): void {
    const checked = checkSettings(this.#flags, settings, createMatcher)
    if (this.#closed) return
    this.#expire()
    layer.settings = checked
    if (this.#revision > 0) this.#apply({}, layer.askedBy ?? { actor: layer.name })
    this.#setStatus(layer, 'ready')
  }

  #fail(layer: SourceLayer, error: unknown): void {
    if (this.#closed) return
    this.#setStatus(layer, 'stale', error instanceof Error ? error.message : String(error))
  }

  async #reload(layer: SourceLayer, info: ChangeInfo): Promise<void> {
    if (this.#closed) return
    layer.askedBy = info
    try {
      await layer.running?.reload()
    } catch (error) {
      this.#fail(layer, error)
    }
    if (layer.askedBy === info) layer.askedBy = undefined
  }

  #setStatus(layer: SourceLayer, state: 'ready' | 'stale', error?: string): void {
    const before = layer.status
    if (before.state === state && before.error === error) return
    layer.status = { name: layer.name, state, error }
    const { name = 'feature-flags', onEvent } = this.#options
    emit(onEvent, { type: 'feature-flags.source-changed', name, source: layer.name, state, error })
    this.#tellReady()
  }

  #tellReady(): void {
    const isPending = this.#layers.some(({ status }) => status.state === 'pending')
    if (isPending && !this.#closed) return
    for (const tell of this.#whenReady) tell()
    this.#whenReady.clear()
  }

  #flag(name: string): Flag {
    const flag = this.#flags.get(name)
    if (flag === undefined) throw new RangeError(noSuchFlag(name))
    return flag
  }

  #overrideOf(setting: CheckedSetting, info: ChangeInfo, ttlMs: number): Override {
    const { actor = 'code', reason } = info
    const until = ttlMs === Infinity ? undefined : Date.now() + ttlMs
    return { setting, actor, reason, endsAt: this.#clock.now() + ttlMs, until }
  }

  /** Makes the next revision, unless it would be the same as this one. */
  #apply({ killed = this.#killed, overrides = this.#overrides }: Change, info: ChangeInfo): void {
    const number = this.#revision + 1
    const layers = this.#layers.map(({ name, settings }) => ({ name, settings }))
    const inputs = { killed, overrides, layers }
    const resolved = new Map<string, Resolved>()
    const changes: FlagChange[] = []
    for (const flag of this.#flags.values()) {
      const { name } = flag
      const before = this.#resolved.get(name)
      const after = resolve(flag, inputs, number)
      resolved.set(name, after)
      const isSame =
        before?.setting.fingerprint === after.setting.fingerprint &&
        before.evaluation.source === after.evaluation.source &&
        sameOverride(overrides.get(name), this.#overrides.get(name))
      if (before && !isSame) changes.push(this.#changeOf(flag, before, after, info))
    }
    if (number > 1 && changes.length === 0 && killed === this.#killed) return

    this.#killed = killed
    this.#overrides = overrides
    this.#resolved = resolved
    this.#revision = number
    this.#history.add({ number, inputs, changes })
    this.#setTimer()
    this.#tellAll(changes)
  }

  #changeOf(
    { name, definition }: Flag,
    before: Resolved,
    { setting, evaluation }: Resolved,
    { actor = 'code', reason, requestId }: ChangeInfo,
  ): FlagChange {
    return Object.freeze({
      flag: name,
      from: shown(definition, before.setting.value),
      to: shown(definition, setting.value),
      actor,
      reason,
      requestId,
      source: evaluation.source,
      revision: evaluation.revision,
      at: Date.now(),
    })
  }

  #tellAll(changes: readonly FlagChange[]): void {
    const isTelling = this.#untold.length > 0
    this.#untold.push(...changes)
    // What a listener changes is told after the change that it is being told of, so that all hear them in their order.
    if (isTelling) return
    for (const change of this.#untold) this.#tell(change)
    this.#untold.length = 0
  }

  #tell(change: FlagChange): void {
    const { name = 'feature-flags', audit, onEvent } = this.#options
    emit(onEvent, { type: 'feature-flags.changed', name, ...change })
    const all = [
      audit,
      ...(this.#listeners.get(change.flag) ?? []),
      ...(this.#listeners.get(undefined) ?? []),
    ]
    for (const listener of all) {
      // What one does must neither keep the change from the others nor go unheard.
      const failed = (error: unknown) =>
        emit(onEvent, { type: 'feature-flags.listener-failed', name, flag: change.flag, error })
      new Promise((resolve) => resolve(listener?.(change))).catch(failed)
    }
  }

  /** Drops the overrides whose time is up. Looks at the clock only when there is one that ends. */
  #expire(): void {
    if (this.#endsAt === Infinity || this.#clock.now() < this.#endsAt) return
    const overrides = lasting(this.#overrides, this.#clock.now())
    this.#apply({ overrides }, { actor: 'expiry', reason: 'the time of the override is up' })
  }

  /** So that listeners are told of an end that nobody looks at. */
  #setTimer(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#endsAt = Math.min(
      Infinity,
      ...Array.from(this.#overrides.values(), ({ endsAt }) => endsAt),
    )
    if (this.#endsAt === Infinity || this.#closed) return
    const ms = Math.min(Math.ceil(this.#endsAt - this.#clock.now()), MAX_TIMER_MS)
    const ring = () => {
      this.#expire()
      this.#setTimer()
    }
    this.#timer = unref(this.#clock.setTimeout(ring, ms))
  }
}

function checkSourceNames(sources: readonly FlagSource[]): void {
  const names = sources.map(({ name }) => name)
  for (const [at, name] of names.entries()) {
    if (typeof name === 'string' && !RESERVED_NAMES.includes(name) && names.indexOf(name) === at)
      continue
    const allowed = `a name of its own, and not ${RESERVED_NAMES.join(', ')}`
    throw refusal(`sources[${at}].name`, name, allowed)
  }
}

/** Those whose time is not up. */
function lasting(overrides: ReadonlyMap<string, Override>, now: number): Map<string, Override> {
  return new Map([...overrides].filter(([, { endsAt }]) => endsAt > now))
}

/** A timer that keeps no process alive. */
function unref(timer: unknown): unknown {
  ;(timer as { unref?(): void } | undefined)?.unref?.()
  return timer
}
