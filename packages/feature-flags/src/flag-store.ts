import { type Clock, checkNumber, emit, refusal } from '@holdfast/internal'
import { type Alarm, createAlarm } from './alarm.ts'
import { type ChangeListeners, createChangeListeners, type Listener } from './change-listeners.ts'
import { changesBetween } from './changes.ts'
import { noSuchFlag } from './check-flag.ts'
import type { FlagDefinitions } from './definition.ts'
import { flagInfo } from './flag-info.ts'
import type {
  ChangeInfo,
  Evaluation,
  FlagChange,
  FlagInfo,
  ReloadReport,
  SourceStatus,
} from './flags.ts'
import { History } from './history.ts'
import type { CheckedOptions } from './options.ts'
import { createOverride, lasting, nextEnd } from './overrides.ts'
import {
  createAll,
  type Flag,
  type Inputs,
  plainSetting,
  type Resolved,
  resolve,
  resolveAll,
} from './resolve.ts'
import type { EvaluationContext } from './rules.ts'
import { type RunningSources, startSources, type Take } from './running-sources.ts'
import { checkValue } from './value.ts'

const NOBODY: EvaluationContext = /* @__PURE__ */ Object.freeze({})

/** The flags at their current revision, and every way to change them. */
export class FlagStore {
  readonly definitions: FlagDefinitions
  readonly #clock: Clock
  readonly #flags: ReadonlyMap<string, Flag>
  readonly #history: History
  readonly #listeners: ChangeListeners
  /** Ends overrides on time, so that listeners hear of it even if nobody reads a flag. */
  readonly #setAlarm: Alarm
  readonly #sources: RunningSources
  #inputs: Inputs
  #resolved: ReadonlyMap<string, Resolved> = new Map()
  /** 0 until the sources have been started. */
  #revision = 0
  /** When the next override ends, on the clock. */
  #endsAt = Infinity
  #closed = false

  constructor(options: CheckedOptions) {
    const { flags, sources, historySize, clock, name, onEvent } = options
    this.definitions = flags
    this.#clock = clock
    this.#flags = createAll(flags)
    this.#inputs = {
      killed: false,
      overrides: new Map(),
      layers: new Map(sources.map(({ name }) => [name, new Map()])),
    }
    this.#history = new History(historySize)
    this.#listeners = createChangeListeners(options)
    this.#setAlarm = createAlarm(clock, () => this.#expire())
    emit(onEvent, {
      type: 'feature-flags.created',
      name,
      flags: [...this.#flags.keys()],
      sources: sources.map((source) => source.name),
    })
    this.#sources = startSources(options, this.#flags, (...said) => this.#take(...said))
    this.#apply({}, {})
  }

  get revision(): number {
    this.#expire()
    return this.#revision
  }

  get killed(): boolean {
    return this.#inputs.killed
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
      const revision = this.#revision
      const error = noSuchFlag(name)
      return { value: undefined, reason: 'ERROR', source: 'default', revision, error }
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
    const override = createOverride(setting, info, ttlMs, this.#clock)
    this.#apply({ overrides: new Map(this.#inputs.overrides).set(name, override) }, info)
  }

  clearOverride(name: string, info: ChangeInfo = {}): boolean {
    this.#flag(name)
    this.#expire()
    const overrides = new Map(this.#inputs.overrides)
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
    if (typeof revision !== 'number') throw refusal('revision', revision, 'a number')
    this.#expire()
    const { inputs } = this.#history.find(revision)
    const overrides = lasting(inputs.overrides, this.#clock.now())
    const then = { ...inputs, overrides }
    const now = { ...then, layers: this.#inputs.layers }
    const why = { ...info, reason: info.reason ?? `rollback to revision ${revision}` }
    for (const flag of this.#flags.values()) {
      const { setting } = resolve(flag, then, revision)
      if (resolve(flag, now, revision).setting.fingerprint === setting.fingerprint) continue
      // Where the sources now differ from the revision, an override takes its place.
      overrides.set(flag.name, createOverride(setting, why, Infinity, this.#clock))
    }
    this.#apply({ killed: inputs.killed, overrides }, why)
  }

  async reload(info: ChangeInfo = {}): Promise<ReloadReport> {
    const before = this.revision
    await this.#sources.reload(info)
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
      flagInfo(flag, this.evaluate(flag.name), this.#resolved.get(flag.name) ?? {}, this.#clock),
    )
  }

  sources(): readonly SourceStatus[] {
    return this.#sources.statuses()
  }

  onChange(...args: [listener: Listener] | [name: string, listener: Listener]): () => void {
    const [name, listener] = args.length === 1 ? [undefined, args[0]] : args
    if (name !== undefined) this.#flag(name)
    return this.#listeners.add(name, listener)
  }

  ready(): Promise<void> {
    return this.#sources.ready()
  }

  close(): void {
    this.#closed = true
    this.#setAlarm(Infinity)
    this.#sources.close()
  }

  #flag(name: string): Flag {
    const flag = this.#flags.get(name)
    if (flag === undefined) throw new RangeError(noSuchFlag(name, this.#flags.keys()))
    return flag
  }

  /** Replaces the settings of a source. */
  #take(...[source, settings, info]: Parameters<Take>): void {
    this.#expire()
    const layers = new Map(this.#inputs.layers).set(source, settings)
    this.#inputs = { ...this.#inputs, layers }
    // While sources start, the first revision waits for the last of them.
    if (this.#revision > 0) this.#apply({}, info)
  }

  /** Removes overrides that have ended. Reads the clock only if there is an override that ends. */
  #expire(): void {
    if (this.#endsAt === Infinity || this.#clock.now() < this.#endsAt) return
    const overrides = lasting(this.#inputs.overrides, this.#clock.now())
    this.#apply({ overrides }, { actor: 'expiry', reason: 'the time of the override is up' })
  }

  /** Creates the next revision, unless nothing differs from the current one. */
  #apply(change: Partial<Inputs>, info: ChangeInfo): void {
    const number = this.#revision + 1
    const inputs = { ...this.#inputs, ...change }
    const resolved = resolveAll(this.#flags, inputs, number)
    const changes = changesBetween(this.#flags, this.#resolved, resolved, info)
    if (number > 1 && changes.length === 0 && inputs.killed === this.#inputs.killed) return

    this.#inputs = inputs
    this.#resolved = resolved
    this.#revision = number
    this.#history.add({ number, inputs, changes })
    this.#endsAt = nextEnd(inputs.overrides)
    this.#setAlarm(this.#closed ? Infinity : this.#endsAt)
    this.#listeners.notify(changes)
  }
}
