import type { Context } from '@holdfast/internal'
import { expectTypeOf, test } from 'vitest'
import {
  bypassUnless,
  createFlags,
  defineFlags,
  type Evaluation,
  envExample,
  type FlagChange,
  FlagDataError,
  type FlagDefinitions,
  type FlagInfo,
  type FlagSource,
  type Flags,
  type FlagsEvent,
  type FlagsOf,
  type FlagValue,
  follow,
  type Policy,
  type ReloadReport,
  type SourceStatus,
  type TextPosition,
} from './index.ts'
import { reloadOnSignal } from './node/index.ts'

interface Budget {
  readonly tokens: number
}
const budget = (value: unknown): Budget => value as Budget

const definitions = defineFlags({
  ENABLE_RETRY: { type: 'boolean', default: false, description: 'Retries', env: 'RETRY' },
  MAX_CONCURRENT: { type: 'integer', default: 5, min: 1, max: 1000, safe: 2 },
  RATIO: { type: 'number', default: 0.5 },
  GREETING: { type: 'string', default: 'hello', secret: true },
  MODE: { type: 'enum', values: ['off', 'warn', 'enforce'], default: 'off', safe: 'enforce' },
  BUDGET: { type: 'json', default: { tokens: 5 }, validate: budget },
  ANYTHING: { type: 'json', default: null, validate: (value) => value },
})
type Definitions = typeof definitions
const flags = createFlags({ flags: definitions })

test('the value’s type comes from the definition', () => {
  expectTypeOf(flags).toEqualTypeOf<Flags<Definitions>>()
  expectTypeOf(flags.get('ENABLE_RETRY')).toEqualTypeOf<boolean>()
  expectTypeOf(flags.get('MAX_CONCURRENT')).toEqualTypeOf<number>()
  expectTypeOf(flags.get('RATIO')).toEqualTypeOf<number>()
  expectTypeOf(flags.get('GREETING')).toEqualTypeOf<string>()
  expectTypeOf(flags.get('MODE')).toEqualTypeOf<'off' | 'warn' | 'enforce'>()
  expectTypeOf(flags.get('BUDGET')).toEqualTypeOf<Budget>()
  expectTypeOf(flags.get('ANYTHING')).toEqualTypeOf<unknown>()
  expectTypeOf(flags.evaluate('MODE', { targetingKey: 'ann', plan: 5 })).toEqualTypeOf<
    Evaluation<'off' | 'warn' | 'enforce'>
  >()
  expectTypeOf<FlagValue<Definitions['BUDGET']>>().toEqualTypeOf<Budget>()
})

test('definitions given to createFlags as they are give the same', () => {
  const inline = createFlags({
    flags: {
      MODE: { type: 'enum', values: ['a', 'b'], default: 'a' },
      LIMIT: { type: 'integer', default: 1 },
    },
  })
  expectTypeOf(inline.get('MODE')).toEqualTypeOf<'a' | 'b'>()
  expectTypeOf(inline.get('LIMIT')).toEqualTypeOf<number>()
  // @ts-expect-error no such flag
  inline.get('OTHER')
})

test('an unknown name does not compile', () => {
  // @ts-expect-error no such flag
  flags.get('ENABLE_RETRIES')
  // @ts-expect-error no such flag
  flags.evaluate('toString')
  // @ts-expect-error no such flag
  flags.override('NO_SUCH', true)
  // @ts-expect-error no such flag
  flags.clearOverride('NO_SUCH')
  // @ts-expect-error no such flag
  flags.onChange('NO_SUCH', () => {})
  const name: string = 'MODE'
  // @ts-expect-error not known to be one
  flags.get(name)
})

test('a value of the wrong type does not compile', () => {
  flags.override('MODE', 'warn', { actor: 'ann', reason: 'test', requestId: 'r', ttlMs: 5 })
  flags.override('BUDGET', { tokens: 7 })
  // @ts-expect-error not among its values
  flags.override('MODE', 'loud')
  // @ts-expect-error not a boolean
  flags.override('ENABLE_RETRY', 'true')
  // @ts-expect-error not a number
  flags.override('MAX_CONCURRENT', '5')
  // @ts-expect-error not what validate returns
  flags.override('BUDGET', { tokens: '7' })
  // @ts-expect-error no such option
  flags.override('MODE', 'warn', { ttl: 5 })
  // @ts-expect-error the value is not a number
  const limit: number = flags.get('MODE')
  expectTypeOf(limit).toBeNumber()
})

test('a definition that contradicts itself does not compile', () => {
  // @ts-expect-error no such type
  defineFlags({ X: { type: 'bool', default: true } })
  // @ts-expect-error no default
  defineFlags({ X: { type: 'boolean' } })
  // @ts-expect-error the default is of another type
  defineFlags({ X: { type: 'boolean', default: 'false' } })
  // @ts-expect-error the default is of another type
  defineFlags({ X: { type: 'integer', default: '5' } })
  // @ts-expect-error the safe value is of another type
  defineFlags({ X: { type: 'string', default: '', safe: 5 } })
  // @ts-expect-error the default is not among the values
  defineFlags({ X: { type: 'enum', values: ['off', 'on'], default: 'maybe' } })
  // @ts-expect-error the safe value is not among the values
  defineFlags({ X: { type: 'enum', values: ['off', 'on'], default: 'on', safe: 'maybe' } })
  // @ts-expect-error no values
  defineFlags({ X: { type: 'enum', default: 'on' } })
  // @ts-expect-error no validate
  defineFlags({ X: { type: 'json', default: 5 } })
  // @ts-expect-error a boolean has no bounds
  defineFlags({ X: { type: 'boolean', default: true, min: 0 } })
  // @ts-expect-error no such property
  defineFlags({ X: { type: 'boolean', default: true, descripton: 'a typo' } })
})

test('definitions of which only the general type is known are flags too', () => {
  const general: FlagDefinitions = definitions
  expectTypeOf(defineFlags(general)).toEqualTypeOf<FlagDefinitions>()
  expectTypeOf(createFlags({ flags: general }).get('any')).toEqualTypeOf<unknown>()
  const asGeneral: Flags = flags
  expectTypeOf(asGeneral.get('any')).toEqualTypeOf<unknown>()
  expectTypeOf(envExample(definitions, { prefix: 'APP_' })).toEqualTypeOf<string>()
})

test('options are known by name, and what is read cannot be set', () => {
  const source: FlagSource = {
    name: 'mine',
    start(host) {
      expectTypeOf(host.definitions).toEqualTypeOf<FlagDefinitions>()
      host.publish(new Map([['MODE', { value: 'off', rules: [{ percentage: 5, value: 'warn' }] }]]))
      return { async reload() {}, close() {} }
    },
  }
  createFlags({
    flags: definitions,
    sources: [source],
    historySize: 5,
    audit: async (change) => expectTypeOf(change).toEqualTypeOf<FlagChange>(),
    name: 'chat',
    onEvent: (event) => expectTypeOf(event).toEqualTypeOf<FlagsEvent>(),
  })
  // @ts-expect-error no such option
  createFlags({ flags: definitions, source })
  // @ts-expect-error the flags are missing
  createFlags({ sources: [source] })
  // @ts-expect-error by override, killAll, rollback
  flags.revision = 5
  // @ts-expect-error by killAll
  flags.killed = true
  // @ts-expect-error frozen
  flags.evaluate('MODE').value = 'warn'
})

test('what it reports has types', () => {
  expectTypeOf(flags.history()).toEqualTypeOf<readonly FlagChange[]>()
  expectTypeOf(flags.list()).toEqualTypeOf<readonly FlagInfo[]>()
  expectTypeOf(flags.sources()).toEqualTypeOf<readonly SourceStatus[]>()
  expectTypeOf(flags.reload({ actor: 'ann' })).toEqualTypeOf<Promise<ReloadReport>>()
  expectTypeOf(flags.ready()).toEqualTypeOf<Promise<void>>()
  expectTypeOf(flags.onChange('MODE', () => {})).toEqualTypeOf<() => void>()
  flags.onChange((change) => expectTypeOf(change).toEqualTypeOf<FlagChange>())
  expectTypeOf(reloadOnSignal(flags)).toEqualTypeOf<() => void>()
})

test('follow takes only flags of the setting’s type', () => {
  const limiter = {
    update(_changes: {
      maxConcurrent?: number | undefined
      name?: string
      mode?: 'off' | 'warn'
    }) {},
  }
  expectTypeOf(follow(flags, limiter, { maxConcurrent: 'MAX_CONCURRENT' })).toEqualTypeOf<
    () => void
  >()
  follow(flags, limiter, { maxConcurrent: 'RATIO', name: 'MODE' })
  // @ts-expect-error a boolean
  follow(flags, limiter, { maxConcurrent: 'ENABLE_RETRY' })
  // @ts-expect-error no such flag
  follow(flags, limiter, { maxConcurrent: 'NO_SUCH' })
  // @ts-expect-error no such setting
  follow(flags, limiter, { maxQueue: 'MAX_CONCURRENT' })
  // @ts-expect-error it may be `enforce`
  follow(flags, limiter, { mode: 'MODE' })
  // @ts-expect-error nothing to change
  follow(flags, {}, {})
  expectTypeOf<FlagsOf<Definitions, number>>().toEqualTypeOf<'MAX_CONCURRENT' | 'RATIO'>()
  expectTypeOf<FlagsOf<Definitions, string>>().toEqualTypeOf<'GREETING' | 'MODE'>()
})

test('bypassUnless takes a boolean flag and a policy, and is a policy', () => {
  const policy: Policy = (operation, context = {}) => Promise.resolve(operation(context))
  const switched = bypassUnless(flags, 'ENABLE_RETRY', policy)
  expectTypeOf(switched).toExtend<Policy>()
  expectTypeOf(switched(async () => 5)).toEqualTypeOf<Promise<number>>()
  switched((context) => expectTypeOf(context).toEqualTypeOf<Context>())
  interface Keyed extends Context {
    readonly key?: string | undefined
  }
  const keyed: Policy<Keyed & { readonly attempt: number }, Keyed> = () => Promise.reject()
  bypassUnless(
    flags,
    'ENABLE_RETRY',
    keyed,
  )(
    ({ key, attempt }) =>
      expectTypeOf([key, attempt]).toEqualTypeOf<(string | number | undefined)[]>(),
    { key: 'a' },
  )
  // @ts-expect-error the policy does not read it
  switched(() => 5, { key: 'a' })
  // @ts-expect-error not a boolean
  bypassUnless(flags, 'MAX_CONCURRENT', policy)
  // @ts-expect-error not a policy
  bypassUnless(flags, 'ENABLE_RETRY', { policy })
})

test('events differ by type, and isInstance recognizes errors', () => {
  const event = {} as FlagsEvent
  expectTypeOf(event.name).toEqualTypeOf<string>()
  if (event.type === 'feature-flags.changed') expectTypeOf(event.from).toEqualTypeOf<unknown>()
  if (event.type === 'feature-flags.source-changed') {
    expectTypeOf(event.state).toEqualTypeOf<'pending' | 'ready' | 'stale'>()
  }
  if (event.type === 'feature-flags.listener-failed') {
    expectTypeOf(event.error).toEqualTypeOf<unknown>()
  }
  const error: unknown = undefined
  if (FlagDataError.isInstance(error)) {
    expectTypeOf(error.flag).toEqualTypeOf<string | undefined>()
    expectTypeOf(error.position).toEqualTypeOf<TextPosition | undefined>()
  }
})
