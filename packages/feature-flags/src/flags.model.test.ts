import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFlags } from './create-flags.ts'
import type { FlagsEvent } from './events.ts'
import type { ChangeInfo, FlagChange } from './flags.ts'
import { puppet } from './testing.ts'
import { checkValue } from './value.ts'

const definitions = {
  ON: { type: 'boolean', default: false },
  LIMIT: { type: 'integer', default: 5, min: 1, max: 9, safe: 2 },
  MODE: { type: 'enum', values: ['off', 'warn'], default: 'off', safe: 'warn' },
} as const
type Name = keyof typeof definitions
type Value = boolean | number | string
const NAMES = Object.keys(definitions) as Name[]
const SOURCES = ['env', 'file'] as const
type Source = (typeof SOURCES)[number]
const HISTORY_SIZE = 6

type Said = Readonly<Partial<Record<Name, Value>>>
interface Override {
  readonly value: Value
  readonly actor: string
  readonly reason?: string
  readonly endsAt: number
}
interface State {
  readonly killed: boolean
  readonly overrides: Readonly<Partial<Record<Name, Override>>>
  readonly said: Readonly<Record<Source, Said>>
}
interface Change {
  readonly flag: Name
  readonly from: Value
  readonly to: Value
  readonly actor: string
  readonly source: string
  readonly revision: number
}
type Shown = Readonly<{ value: Value; source: string }>

/** Flags as one would explain them: a state is what has been said and set, and each revision keeps a copy of it. */
function createModel() {
  const nothing = { env: {}, file: {} }
  let state: State = { killed: false, overrides: {}, said: nothing }
  let revisions: { number: number; state: State; changes: Change[] }[] = [
    { number: 1, state, changes: [] },
  ]
  let number = 1
  let now = 0

  const show = (name: Name, { killed, overrides, said } = state): Shown => {
    const definition = definitions[name]
    if (killed) {
      return { value: 'safe' in definition ? definition.safe : definition.default, source: 'kill' }
    }
    const override = overrides[name]
    if (override) return { value: override.value, source: 'override' }
    for (const source of SOURCES) {
      const value = said[source][name]
      if (value !== undefined) return { value, source }
    }
    return { value: definition.default, source: 'default' }
  }
  const enter = (next: State, actor: string) => {
    const changes: Change[] = []
    for (const flag of NAMES) {
      const [before, after] = [show(flag), show(flag, next)]
      const [was, is] = [state.overrides[flag], next.overrides[flag]]
      const isSame =
        JSON.stringify([before, was, was?.endsAt === Infinity]) ===
        JSON.stringify([after, is, is?.endsAt === Infinity])
      if (isSame) continue
      const { value: to, source } = after
      changes.push({ flag, from: before.value, to, actor, source, revision: number + 1 })
    }
    const isNew = changes.length > 0 || next.killed !== state.killed
    state = next
    if (!isNew) return
    number++
    revisions = [...revisions, { number, state, changes }].slice(-HISTORY_SIZE)
  }
  const lasting = (overrides: State['overrides']) =>
    Object.fromEntries(Object.entries(overrides).filter(([, { endsAt }]) => endsAt > now))
  return {
    show: (name: Name) => show(name),
    state: () => state,
    revision: () => number,
    remembered: () => revisions,
    changes: () => revisions.flatMap(({ changes }) => changes),
    wait(ms: number) {
      now += ms
    },
    /** Drops what has ended. */
    look() {
      const overrides = lasting(state.overrides)
      if (Object.keys(overrides).length < Object.keys(state.overrides).length) {
        enter({ ...state, overrides }, 'expiry')
      }
    },
    publish(source: Source, said: Said) {
      enter({ ...state, said: { ...state.said, [source]: said } }, source)
    },
    override(name: Name, value: Value, ttlMs: number, actor: string) {
      const overrides = { ...state.overrides, [name]: { value, actor, endsAt: now + ttlMs } }
      enter({ ...state, overrides }, actor)
    },
    clear(name: Name, actor: string): boolean {
      const { [name]: cleared, ...overrides } = state.overrides
      enter({ ...state, overrides }, actor)
      return cleared !== undefined
    },
    kill(killed: boolean, actor: string) {
      enter({ ...state, killed }, actor)
    },
    /** Returns whether it is remembered. */
    rollback(revision: number, actor: string): boolean {
      const found = revisions.find(({ number }) => number === revision)
      if (found === undefined) return false
      const then: State = { ...found.state, overrides: lasting(found.state.overrides) }
      const next: State = { ...then, said: state.said }
      const reason = `rollback to revision ${revision}`
      const byHand = NAMES.filter((name) => show(name, then).value !== show(name, next).value).map(
        (name) =>
          [name, { value: show(name, then).value, actor, reason, endsAt: Infinity }] as const,
      )
      enter({ ...next, overrides: { ...next.overrides, ...Object.fromEntries(byHand) } }, actor)
      return true
    },
  }
}

const name = fc.constantFrom(...NAMES)
const actor = fc.constantFrom('ann', 'bob')
const right = {
  ON: fc.boolean(),
  LIMIT: fc.integer({ min: 1, max: 9 }),
  MODE: fc.constantFrom('off', 'warn'),
}
const wrong = fc.constantFrom(
  { ON: 'true' },
  { LIMIT: 0 },
  { LIMIT: 5.5 },
  { MODE: 'loud' },
  { NO_SUCH: true },
  { ['__proto__']: true },
)
const said = fc.record(right, { requiredKeys: [] })
const setting = fc.oneof(
  ...NAMES.map((name) => fc.record({ name: fc.constant(name), value: right[name] })),
)
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('publish'), source: fc.constantFrom(...SOURCES), said }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('publish wrong'),
      source: fc.constantFrom(...SOURCES),
      said: fc.tuple(said, wrong).map(([some, other]) => ({ ...some, ...other })),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('override'),
      setting,
      ttlMs: fc.option(fc.integer({ min: 1, max: 40 }), { nil: Infinity }),
      actor,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('clear'), name, actor }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('kill'), on: fc.boolean(), actor }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('rollback'), back: fc.nat(8), actor }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(30) }) },
)

test('agree with a plain model, whatever is said, set, killed and rolled back, with timers on time or late', () => {
  const reached = {
    expiries: 0,
    rollbacks: 0,
    byHand: 0,
    endedRollbacks: 0,
    unremembered: 0,
    shadowed: 0,
  }
  fc.assert(
    fc.property(
      fc.array(fc.record({ step, looks: fc.boolean() }), { maxLength: 60, size: 'max' }),
      fc.boolean(),
      (plan, isOnTime) => {
        let now = 0
        let timer: { callback: () => void; at: number } | undefined
        const clock = {
          now: () => now,
          setTimeout(callback: () => void, ms: number) {
            expect(timer).toBeUndefined()
            timer = { callback, at: now + ms }
            return timer
          },
          clearTimeout(given: unknown) {
            if (given === timer) timer = undefined
          },
        }
        const sources = { env: puppet('env'), file: puppet('file') }
        const events: FlagsEvent[] = []
        const heard: FlagChange[] = []
        const flags = createFlags({
          flags: definitions,
          sources: SOURCES.map((source) => sources[source].source),
          historySize: HISTORY_SIZE,
          onEvent: (event) => void events.push(event),
          clock,
        })
        const valuesAt = new Map<number, unknown[]>([[1, values()]])
        flags.onChange((change) => {
          heard.push(change)
          if (flags.revision === change.revision) valuesAt.set(change.revision, values())
        })
        const model = createModel()

        function values() {
          return NAMES.map((flag) => flags.get(flag))
        }
        const wait = (ms: number) => {
          for (let passed = 0; passed < ms; passed++) {
            now++
            model.wait(1)
            if (!isOnTime) continue
            model.look()
            if (timer && timer.at <= now) {
              const { callback } = timer
              timer = undefined
              callback()
            }
          }
        }
        const check = () => {
          model.look()
          for (const flag of NAMES) {
            const evaluation = flags.evaluate(flag)
            expect(evaluation).toMatchObject({ ...model.show(flag), revision: model.revision() })
            expect(flags.get(flag)).toBe(evaluation.value)
            checkValue(flag, definitions[flag], evaluation.value)
          }
          expect([flags.killed, flags.revision]).toEqual([model.state().killed, model.revision()])
          expect(flags.history()).toMatchObject(model.changes())
          expect(flags.list().map(({ override }) => override?.actor)).toEqual(
            NAMES.map((flag) => model.state().overrides[flag]?.actor),
          )
        }

        for (const { step, looks } of plan) {
          const info: ChangeInfo = 'actor' in step ? { actor: step.actor } : {}
          const actor = info.actor ?? ''
          const before = model.revision()
          if ('ms' in step) wait(step.ms)
          // After any call, overrides that have ended are gone.
          else if (step.do !== 'publish wrong') model.look()
          reached.expiries += model.revision() - before

          if ('on' in step) {
            if (step.on) flags.killAll(info)
            else flags.revive(info)
            model.kill(step.on, actor)
          } else if ('setting' in step) {
            const { name, value } = step.setting
            flags.override(name, value as never, { ...info, ttlMs: step.ttlMs })
            model.override(name, value, step.ttlMs, actor)
          } else if ('name' in step) {
            expect(flags.clearOverride(step.name, info)).toBe(model.clear(step.name, actor))
          } else if ('back' in step) {
            const revision = flags.revision - step.back
            const found = model.remembered().find(({ number }) => number === revision)
            const isWhole = Object.values(found?.state.overrides ?? {}).every(
              ({ endsAt }) => endsAt > now,
            )
            const [oldest] = model.remembered()
            if (model.rollback(revision, actor)) {
              flags.rollback(revision, info)
              // Exactly what it was, unless an override has ended since.
              const then = valuesAt.get(revision)
              if (isWhole && then) expect(values()).toEqual(then)
              if (isWhole && then) reached.rollbacks++
              else reached.endedRollbacks++
              const { overrides } = model.state()
              if (Object.values(overrides).some((override) => override.reason)) reached.byHand++
            } else {
              expect(() => flags.rollback(revision, info)).toThrow(
                `Revision ${revision} is not remembered, only ${oldest?.number} to ${model.revision()}`,
              )
              reached.unremembered++
            }
          } else if ('said' in step) {
            const at = model.revision()
            sources[step.source].say(step.said)
            if (step.do === 'publish') {
              model.publish(step.source, step.said as Said)
              if (model.revision() === at) reached.shadowed++
            }
            const { state } = flags.sources()[SOURCES.indexOf(step.source)] ?? {}
            expect(state).toBe(step.do === 'publish' ? 'ready' : 'stale')
          }
          if (looks) check()
        }
        check()

        // Every listener received every change, in the same order; the revisions never fall, and each flag's changes join.
        const told = events.flatMap((event) => {
          if (event.type !== 'feature-flags.changed') return []
          const { type, name, ...change } = event
          return [change]
        })
        expect(told).toEqual(heard)
        let last = 1
        const latest = new Map<string, unknown>(
          NAMES.map((flag) => [flag, definitions[flag].default]),
        )
        for (const { flag, from, to, revision } of heard) {
          expect(revision).toBeGreaterThanOrEqual(last)
          expect(from).toBe(latest.get(flag))
          last = revision
          latest.set(flag, to)
        }
        expect([...latest.values()]).toEqual(values())
        flags.close()
        expect(timer).toBeUndefined()
      },
    ),
    { numRuns: 300 },
  )
  // That all of it has been met.
  for (const times of Object.values(reached)) expect(times).toBeGreaterThan(20)
})
