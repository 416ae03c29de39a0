import { advance, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { createFlags } from './create-flags.ts'
import type { FlagDefinitions } from './definition.ts'
import { FlagDataError } from './errors.ts'
import type { FlagsEvent } from './events.ts'
import type { FlagSource } from './source.ts'
import { definitions, observed, puppet, valuesOf } from './testing.ts'

useVirtualTime()

describe('precedence: kill > override > sources in their order > default', () => {
  test('each comes before those that are below it, and evaluate returns which one it was', () => {
    const { flags, env, file } = observed()
    const look = () => flags.evaluate('MAX_CONCURRENT')
    expect(look()).toEqual({ value: 5, reason: 'DEFAULT', source: 'default', revision: 1 })
    file.say({ MAX_CONCURRENT: 6 })
    expect(look()).toEqual({ value: 6, reason: 'STATIC', source: 'file', revision: 2 })
    env.say({ MAX_CONCURRENT: 7 })
    expect(look()).toEqual({ value: 7, reason: 'STATIC', source: 'env', revision: 3 })
    flags.override('MAX_CONCURRENT', 8)
    expect(look()).toEqual({ value: 8, reason: 'STATIC', source: 'override', revision: 4 })
    flags.killAll()
    expect(look()).toEqual({ value: 2, reason: 'DISABLED', source: 'kill', revision: 5 })
    flags.revive()
    expect(look()).toEqual({ value: 8, reason: 'STATIC', source: 'override', revision: 6 })
    flags.clearOverride('MAX_CONCURRENT')
    expect(look()).toEqual({ value: 7, reason: 'STATIC', source: 'env', revision: 7 })
    env.say({})
    expect(look()).toEqual({ value: 6, reason: 'STATIC', source: 'file', revision: 8 })
    file.say({})
    expect(look()).toEqual({ value: 5, reason: 'DEFAULT', source: 'default', revision: 9 })
  })

  test('is by flag: what a source does not name it leaves to those after it', () => {
    const { flags, env, file } = observed()
    env.say({ ENABLE_RETRY: true })
    file.say({ ENABLE_RETRY: false, MAX_CONCURRENT: 6 })
    expect([
      flags.evaluate('ENABLE_RETRY').source,
      flags.evaluate('MAX_CONCURRENT').source,
    ]).toEqual(['env', 'file'])
  })

  test('a publication takes the place of all that its source has said before', () => {
    const { flags, file } = observed()
    file.say({ ENABLE_RETRY: true, MAX_CONCURRENT: 6 })
    file.say({ MAX_CONCURRENT: 7 })
    expect(flags.evaluate('ENABLE_RETRY')).toMatchObject({ value: false, source: 'default' })
  })

  test('what is below says things unheard, until what is above is gone', () => {
    const { flags, env, file, told } = observed()
    env.say({ MAX_CONCURRENT: 7 })
    file.say({ MAX_CONCURRENT: 6 })
    expect(flags.revision).toBe(2)
    env.say({})
    expect(told()).toEqual(['2: MAX_CONCURRENT 5 → 7 (env)', '3: MAX_CONCURRENT 7 → 6 (file)'])
  })

  test('the same value from another source is a change, as it is from elsewhere now', () => {
    const { env, file, told } = observed()
    file.say({ MAX_CONCURRENT: 7 })
    env.say({ MAX_CONCURRENT: 7 })
    expect(told().at(-1)).toBe('3: MAX_CONCURRENT 7 → 7 (env)')
  })

  test('the same settings with their keys in another order are no change', () => {
    const { flags, file } = observed({
      flags: {
        ...definitions,
        MODELS: { type: 'json', default: ['sonnet'], validate: (value) => value as never },
      },
    })
    const orders = [
      { a: 1, b: { c: [2], d: 3 } },
      { b: { d: 3, c: [2] }, a: 1 },
    ]
    const rules = [
      [{ when: [{ attribute: 'a', equals: 1 }], value: 9 }],
      [{ value: 9, when: [{ equals: 1, attribute: 'a' } as const] }],
    ]
    for (let poll = 0; poll < 10; poll++) {
      file.publish({
        MODELS: { value: orders[poll % 2] },
        MAX_CONCURRENT: { value: 7, ...(rules[poll % 2] && { rules: rules[poll % 2] }) },
      })
    }
    expect(flags.revision).toBe(2)
    expect(flags.history()).toHaveLength(2)
    flags.override('MODELS', orders[0] as never)
    flags.override('MODELS', orders[1] as never)
    expect(flags.revision).toBe(3)
  })

  test('the same settings again are no change', () => {
    const { flags, file, told } = observed()
    const rules = [{ percentage: 50, value: 9 }]
    for (let i = 0; i < 3; i++)
      file.publish({ MODELS: { value: ['a'] }, MAX_CONCURRENT: { value: 7, rules } })
    expect(flags.revision).toBe(2)
    expect(told()).toHaveLength(2)
  })
})

describe('rules', () => {
  const forGold = [{ when: [{ attribute: 'plan', equals: 'gold' }], value: 50 }]

  test('the first matching rule decides, and evaluate returns how', () => {
    const { flags, file } = observed()
    const rules = [...forGold, { percentage: 99, value: 20 }]
    file.publish({ MAX_CONCURRENT: { value: 7, rules } })
    const known = { source: 'file', revision: 2 }
    expect(flags.evaluate('MAX_CONCURRENT', { plan: 'gold' })).toEqual({
      value: 50,
      reason: 'TARGETING_MATCH',
      ...known,
    })
    expect(flags.evaluate('MAX_CONCURRENT', { targetingKey: 'ann' })).toEqual({
      value: 20,
      reason: 'SPLIT',
      ...known,
    })
    expect(flags.evaluate('MAX_CONCURRENT')).toEqual({ value: 7, reason: 'DEFAULT', ...known })
    const values = [{ plan: 'gold' }, { targetingKey: 'ann' }, {}, undefined].map((context) =>
      flags.get('MAX_CONCURRENT', context),
    )
    expect(values).toEqual([50, 20, 7, 7])
  })

  test('what stands above is for everybody: overrides, another source, the kill switch', () => {
    const { flags, env, file } = observed()
    file.publish({ MAX_CONCURRENT: { value: 7, rules: forGold } })
    const gold = () => flags.evaluate('MAX_CONCURRENT', { plan: 'gold' })
    env.say({ MAX_CONCURRENT: 8 })
    expect(gold()).toMatchObject({ value: 8, reason: 'STATIC', source: 'env' })
    flags.override('MAX_CONCURRENT', 9)
    expect(gold()).toMatchObject({ value: 9, reason: 'STATIC', source: 'override' })
    flags.killAll()
    expect(gold()).toMatchObject({ value: 2, reason: 'DISABLED', source: 'kill' })
  })

  test('a change of rules alone is a change', () => {
    const { file, told } = observed()
    file.publish({ MAX_CONCURRENT: { value: 7 } })
    file.publish({ MAX_CONCURRENT: { value: 7, rules: forGold } })
    file.publish({ MAX_CONCURRENT: { value: 7, rules: [{ percentage: 5, value: 50 }] } })
    expect(told()).toEqual([
      '2: MAX_CONCURRENT 5 → 7 (file)',
      '3: MAX_CONCURRENT 7 → 7 (file)',
      '4: MAX_CONCURRENT 7 → 7 (file)',
    ])
  })

  test('a rule’s value is checked and frozen as the flag’s', () => {
    const { flags, file } = observed()
    file.publish({ MODELS: { value: [], rules: [{ value: [' haiku '] }] } })
    const models = flags.get('MODELS')
    expect(models).toEqual(['haiku'])
    expect(Object.isFrozen(models)).toBe(true)
    const wrong = () => file.publish({ MODELS: { value: [], rules: [{ value: 'haiku' }] } })
    expect(wrong).toThrow('`MODELS.rules[0].value` is not valid: a list of names, please')
    expect(flags.get('MODELS')).toBe(models)
  })

  test('the list shows what somebody without attributes gets', () => {
    const { flags, file } = observed()
    file.publish({ MAX_CONCURRENT: { value: 7, rules: [...forGold, { value: 20 }] } })
    expect(flags.get('MAX_CONCURRENT')).toBe(20)
    expect(flags.list()[1]).toMatchObject({
      name: 'MAX_CONCURRENT',
      value: 20,
      reason: 'TARGETING_MATCH',
      source: 'file',
      hasRules: true,
    })
  })
})

describe('evaluation', () => {
  test('of a plain flag allocates nothing: the same frozen object each time, until it changes', () => {
    const { flags, file } = observed()
    const first = flags.evaluate('MAX_CONCURRENT')
    expect(flags.evaluate('MAX_CONCURRENT', { targetingKey: 'ann' })).toBe(first)
    expect(Object.isFrozen(first)).toBe(true)
    file.say({ ENABLE_RETRY: true })
    const second = flags.evaluate('MAX_CONCURRENT')
    expect(second).toEqual({ ...first, revision: 2 })
    expect(flags.evaluate('MAX_CONCURRENT')).toBe(second)
  })

  test('of a plain flag does not look at the clock, while no override ends', () => {
    const clock = { now: vi.fn(() => 0), setTimeout: vi.fn(), clearTimeout: vi.fn() }
    const { flags } = observed({ clock })
    flags.override('ENABLE_RETRY', true)
    clock.now.mockClear()
    flags.get('ENABLE_RETRY')
    flags.evaluate('MAX_CONCURRENT')
    expect(clock.now).not.toHaveBeenCalled()
  })

  test.each(['NO_SUCH', '', '__proto__', 'toString', 'constructor', 'hasOwnProperty', '\u0000'])(
    'of the unknown name %j is undefined, and says so',
    (name) => {
      const { flags } = observed()
      expect(flags.get(name as never)).toBeUndefined()
      expect(flags.evaluate(name as never)).toEqual({
        value: undefined,
        reason: 'ERROR',
        source: 'default',
        revision: 1,
        error: `There is no flag ${JSON.stringify(name)}`,
      })
    },
  )

  test.each([undefined, null, 1n, Symbol('x'), {}, () => {}])(
    'of the name %o, which is none, throws neither',
    (name) => {
      const { flags } = observed()
      expect(flags.get(name as never)).toBeUndefined()
      expect(flags.evaluate(name as never).error).toMatch(/^There is no flag of type \w+$/)
    },
  )

  test('a flag may be named as what every object has', () => {
    const flags = createFlags({
      flags: {
        toString: { type: 'boolean', default: true },
        constructor: { type: 'string', default: 'x' },
      },
    })
    expect([flags.get('toString'), flags.get('constructor')]).toEqual([true, 'x'])
    expect(flags.get('valueOf' as never)).toBeUndefined()
  })

  test('never throws, whatever the context is', () => {
    const { flags, file } = observed()
    const rules = [{ when: [{ attribute: 'plan', equals: 'gold' }], percentage: 50, value: 9 }]
    file.publish({ MAX_CONCURRENT: { value: 7, rules } })
    const hostile = {
      get plan(): string {
        throw new Error('plan')
      },
    }
    for (const context of [null, 5, 'gold', hostile, { plan: Symbol('gold') }]) {
      expect(flags.get('MAX_CONCURRENT', context as never)).toBe(7)
      expect(flags.evaluate('MAX_CONCURRENT', context as never).reason).toBe('DEFAULT')
    }
  })

  test('of json gives all readers one value, that none can change', () => {
    const { flags } = observed()
    const models = flags.get('MODELS') as string[]
    expect(() => models.push('mine')).toThrow(TypeError)
    expect(flags.get('MODELS')).toBe(models)
    expect(definitions.MODELS.default).toEqual(['sonnet'])
  })

  test('of json gives what validate makes of it, from any source', () => {
    const { flags, file } = observed()
    file.say({ MODELS: [' haiku '] })
    expect(flags.get('MODELS')).toEqual(['haiku'])
    flags.override('MODELS', ['opus '])
    expect(flags.get('MODELS')).toEqual(['opus'])
  })

  test('what a source keeps of what it has published is not the flag', () => {
    const { flags, file } = observed()
    const models = ['haiku']
    file.say({ MODELS: models })
    models.push('opus')
    expect(flags.get('MODELS')).toEqual(['haiku'])
  })
})

describe('a source that says what is wrong', () => {
  const wrong: [string, Record<string, unknown>, string][] = [
    [
      'a value',
      { MAX_CONCURRENT: '9' },
      '`MAX_CONCURRENT` must be an integer from 1 to 1000, not "9"',
    ],
    ['an unknown flag', { MAX: 9 }, 'There is no flag "MAX", did you mean "MAX_CONCURRENT"?'],
    ['a name from the prototype chain', { toString: true }, 'There is no flag "toString"'],
    ['json', { MODELS: {} }, '`MODELS` is not valid: a list of names, please'],
  ]
  test.each(wrong)('%s: changes nothing of what it has right either', (_, values, error) => {
    const { flags, file, told, events } = observed()
    file.say({ ENABLE_RETRY: true })
    const before = valuesOf(flags)
    file.say({ ENABLE_RETRY: false, GUARDRAIL_MODE: 'off', ...values })
    expect(valuesOf(flags)).toEqual(before)
    expect(flags.revision).toBe(2)
    expect(told()).toHaveLength(1)
    expect(flags.sources()[1]).toEqual({ name: 'file', state: 'stale', error })
    expect(events.at(-1)).toEqual({
      type: 'feature-flags.source-changed',
      name: 'feature-flags',
      source: 'file',
      state: 'stale',
      error,
    })
  })

  test('gets a FlagDataError that names the flag, with the cause', () => {
    const { file } = observed()
    expect.assertions(3)
    try {
      file.publish({ ENABLE_RETRY: { value: true }, MODELS: { value: 5 } })
    } catch (error) {
      expect(FlagDataError.isInstance(error)).toBe(true)
      expect(error).toMatchObject({ code: 'FLAG_DATA', flag: 'MODELS', position: undefined })
      expect(error).toMatchObject({ cause: { cause: { message: 'a list of names, please' } } })
    }
  })

  test('is ready again when it says what is right, the same as before even', () => {
    const { flags, file, events } = observed()
    file.say({ ENABLE_RETRY: true })
    file.say({ ENABLE_RETRY: 1 })
    file.say({ ENABLE_RETRY: true })
    expect(flags.revision).toBe(2)
    expect(flags.sources()[1]).toEqual({ name: 'file', state: 'ready', error: undefined })
    const states = events.flatMap((event) =>
      event.type === 'feature-flags.source-changed' ? [event.state] : [],
    )
    expect(states).toEqual(['ready', 'stale', 'ready'])
  })

  test('is reported once while the fault is the same, and again for another fault', () => {
    const { file, events } = observed()
    for (const message of ['gone', 'gone', 'half-written', 'half-written'])
      file.fail(new Error(message))
    expect(events.map((event) => 'error' in event && event.error)).toEqual(['gone', 'half-written'])
  })

  test('at the start is pending no more, and leaves the defaults', () => {
    const file = puppet('file', { MAX_CONCURRENT: 0 })
    const { flags } = observed({ sources: [file.source] })
    expect(flags.get('MAX_CONCURRENT')).toBe(5)
    expect(flags.sources()).toEqual([
      { name: 'file', state: 'stale', error: expect.stringContaining('MAX_CONCURRENT') },
    ])
  })
})

describe('at the start', () => {
  test('what the sources publish at creation is revision 1, which is not reported as a change', () => {
    const [env, file] = [
      puppet('env', { ENABLE_RETRY: true }),
      puppet('file', { MAX_CONCURRENT: 6 }),
    ]
    const { flags, told } = observed({ sources: [env.source, file.source] })
    expect(flags.get('ENABLE_RETRY')).toBe(true)
    expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({
      value: 6,
      source: 'file',
      revision: 1,
    })
    expect(flags.history()).toEqual([])
    expect(told()).toEqual([])
  })

  test('with nothing but definitions there are flags', () => {
    const flags = createFlags({ flags: definitions })
    expect(flags.get('GUARDRAIL_MODE')).toBe('warn')
    expect(flags.sources()).toEqual([])
    expect(flags.definitions).toBe(definitions)
  })

  test('definitions are checked, also those that have not been through defineFlags', () => {
    const flags = { X: { type: 'bool', default: true } } as unknown as FlagDefinitions
    expect(() => createFlags({ flags })).toThrow('`X.type` must be one of')
    expect(() => createFlags({ flags: { 'A B': { type: 'boolean', default: true } } })).toThrow(
      '`flag name`',
    )
  })

  test.each<[object, string]>([
    [{ historySize: 0 }, '`historySize` must be an integer of 1 or more, not 0'],
    [{ historySize: 1.5 }, '`historySize` must be an integer of 1 or more, not 1.5'],
    [{ historySize: '9' }, '`historySize` must be an integer of 1 or more, not "9"'],
    [{ audit: {} }, '`audit` must be a function, not an object'],
    [{ onEvent: true }, '`onEvent` must be a function, not true'],
    [{ name: 5 }, '`name` must be a string, not 5'],
    [{ clock: 5 }, '`clock` must be a clock, not 5'],
    [{ source: [] }, '`createFlags` has no option `source`, only `flags`, `sources`,'],
    [{ sources: puppet().source }, '`sources` must be an array, not an object'],
    [
      { sources: ['flags.json'] },
      '`sources[0]` must be a source such as env() or file(\'flags.json\'), not "flags.json"',
    ],
    [{ sources: [undefined] }, '`sources[0]` must be a source such as'],
    [{ flags: undefined }, '`createFlags` needs `flags`'],
    [{ flags: ['A'] }, '`flags` must be an object'],
    [{ flags: { A: true } }, '`A` must be a definition such as'],
    [{ flags: { A: null } }, '`A` must be a definition such as'],
    [
      { flags: { A: { type: 'boolean', defualt: true } } },
      '`A.defualt` is unknown, did you mean "default"?',
    ],
    [{ flags: { A: { type: 'string', default: '', min: 1 } } }, '`A.min` is unknown'],
    [{ flags: { A: { type: 'boolean', default: true, secret: 'yes' } } }, '`A.secret` must be'],
    [{ flags: { A: { type: 'boolean', default: true, env: 5 } } }, '`A.env` must be a string'],
  ])('the option is refused by name: %o', (options, message) => {
    expect(() => observed(options)).toThrow(message)
  })

  test.each([undefined, null, 5, 'flags.json'])('what is no options is refused: %o', (options) => {
    expect(() => createFlags(options as never)).toThrow(/`createFlags` (takes|needs)/)
  })

  test('definitions that are given in place of options are refused by name', () => {
    expect(() => createFlags(definitions as never)).toThrow(
      'no option `ENABLE_RETRY`, only `flags`',
    )
  })

  test('tells the observer the names of flags and sources first, so that metrics can start at zero', () => {
    const events: FlagsEvent[] = []
    const file = puppet('file', { MAX_CONCURRENT: 6 })
    const onEvent = (event: FlagsEvent) => events.push(event)
    observed({ sources: [file.source], name: 'chat', onEvent })
    expect(events.map(({ type }) => type)).toEqual([
      'feature-flags.created',
      'feature-flags.source-changed',
    ])
    expect(events[0]).toEqual({
      type: 'feature-flags.created',
      name: 'chat',
      flags: Object.keys(definitions),
      sources: ['file'],
    })
  })

  test.each([
    ['nothing', () => undefined],
    ['a promise', () => Promise.reject(new Error('async start'))],
    ['no `close`', () => ({ reload() {} })],
    ['no `reload`', () => ({ close() {} })],
  ])('a source whose start returns %s is refused by its place', (_, start) => {
    const source = { name: 'mine', start: start as never }
    expect(() => observed({ sources: [source] })).toThrow(
      /`sources\[0\]\.start\(\)` must be \{ reload, close \}, two functions/,
    )
  })

  test.each(['kill', 'override', 'default'])(
    'no source may be called %s, as evaluate would not tell them apart',
    (name) => {
      const other = puppet('env')
      const sources = [other.source, puppet(name).source]
      expect(() => observed({ sources })).toThrow(
        `\`sources[1].name\` must be a name of its own, and not kill, override, default, not "${name}"`,
      )
      expect(other.asked).toEqual([])
    },
  )

  test('no two sources may have one name', () => {
    const sources = ['env', 'file', 'env'].map((name) => puppet(name).source)
    expect(() => observed({ sources })).toThrow('`sources[2].name` must be a name of its own')
    expect(() => observed({ sources: [puppet(5 as never).source] })).toThrow('not 5')
  })

  test('a source that cannot be started ends those that have been, and is heard', () => {
    const [first, last] = [puppet('env'), puppet('file')]
    const fault = new Error('no such directory')
    const broken: FlagSource = {
      name: 'broken',
      start() {
        throw fault
      },
    }
    const onEvent = vi.fn()
    expect(() => observed({ sources: [first.source, broken, last.source], onEvent })).toThrow(fault)
    expect([first.asked, last.asked]).toEqual([['start', 'close'], []])
    first.say({ MAX_CONCURRENT: 9 })
    first.fail(new Error('late'))
    expect(onEvent).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ type: 'feature-flags.created' }),
    )
    expect(timers()).toBe(0)
  })
})

describe('ready', () => {
  test('comes when every source has published or failed once', async () => {
    const { flags, env, file } = observed()
    const ready = watch(flags.ready())
    env.say({})
    await advance(0)
    expect(flags.sources().map(({ state }) => state)).toEqual(['ready', 'pending'])
    expect(ready.state).toBe('pending')
    file.fail(new Error('gone'))
    await advance(0)
    expect(ready.state).toBe('fulfilled')
  })

  test('is at once where there is nothing to wait for', async () => {
    await createFlags({ flags: definitions }).ready()
    const { flags, env, file } = observed()
    env.say({})
    file.say({})
    await Promise.all([flags.ready(), flags.ready()])
  })

  test('finds the values of the last one in force', async () => {
    const { flags, env, file } = observed()
    const seen = flags.ready().then(() => flags.get('MAX_CONCURRENT'))
    env.say({})
    file.say({ MAX_CONCURRENT: 9 })
    expect(await seen).toBe(9)
  })

  test('is waited for in vain by nobody: closing ends it', async () => {
    const { flags } = observed()
    const before = watch(flags.ready())
    flags.close()
    await advance(0)
    expect(before.state).toBe('fulfilled')
    await flags.ready()
  })
})

describe('after close', () => {
  test('each source has been closed once, however often it is called', () => {
    const { flags, env, file } = observed()
    flags.close()
    flags.close()
    expect([env.asked, file.asked]).toEqual([
      ['start', 'close'],
      ['start', 'close'],
    ])
  })

  test('the flags keep their values: what a source says late is not heard', () => {
    const { flags, file, events } = observed()
    file.say({ MAX_CONCURRENT: 6 })
    flags.close()
    const before = [...events]
    file.say({ MAX_CONCURRENT: 7 })
    file.fail(new Error('late'))
    expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({ value: 6, revision: 2 })
    expect(flags.sources()[1]).toMatchObject({ state: 'ready' })
    expect(events).toEqual(before)
  })

  test('what was said late does not show up with the next change either', () => {
    const { flags, file } = observed()
    flags.close()
    file.say({ MAX_CONCURRENT: 7 })
    flags.override('ENABLE_RETRY', true)
    expect(flags.get('MAX_CONCURRENT')).toBe(5)
  })

  test('hands still have their say: overrides, kill, rollback', () => {
    const { flags } = observed()
    flags.close()
    flags.override('MAX_CONCURRENT', 9)
    expect(flags.get('MAX_CONCURRENT')).toBe(9)
    flags.killAll()
    expect(flags.get('MAX_CONCURRENT')).toBe(2)
    flags.rollback(1)
    expect(flags.get('MAX_CONCURRENT')).toBe(5)
  })
})

test('the list shows every flag with what an admin wants to know', () => {
  const { flags, file } = observed()
  file.say({ ENABLE_RETRY: true })
  flags.override('MAX_CONCURRENT', 9, { actor: 'ann', reason: 'peak', ttlMs: 60_000 })
  const rest = { hasRules: false, override: undefined, description: undefined }
  expect(flags.list().slice(0, 4)).toEqual([
    {
      ...rest,
      name: 'ENABLE_RETRY',
      type: 'boolean',
      description: 'Retries',
      value: true,
      default: false,
      safe: false,
      source: 'file',
      reason: 'STATIC',
    },
    {
      ...rest,
      name: 'MAX_CONCURRENT',
      type: 'integer',
      value: 9,
      default: 5,
      safe: 2,
      source: 'override',
      reason: 'STATIC',
      override: { actor: 'ann', reason: 'peak', until: Date.now() + 60_000 },
    },
    {
      ...rest,
      name: 'GUARDRAIL_MODE',
      type: 'enum',
      value: 'warn',
      default: 'warn',
      safe: 'enforce',
      source: 'default',
      reason: 'DEFAULT',
    },
    {
      ...rest,
      name: 'MODELS',
      type: 'json',
      value: ['sonnet'],
      default: ['sonnet'],
      safe: ['sonnet'],
      source: 'default',
      reason: 'DEFAULT',
    },
  ])
})

test('a secret is shown by get and evaluate alone', () => {
  const audit = vi.fn()
  const { flags, file, events } = observed({ audit })
  const listener = vi.fn()
  flags.onChange('API_KEY', listener)
  file.say({ API_KEY: 'sk-1' })
  flags.override('API_KEY', 'sk-2', { ttlMs: 1000 })
  expect(() => flags.override('API_KEY', 4711 as never)).toThrow(
    /^`API_KEY` does not take this value$/,
  )
  file.say({ API_KEY: 4711 })
  file.publish({ API_KEY: { value: 'sk-3', rules: [{ value: 'sk-4' }] } })
  const wrong = () => file.publish({ API_KEY: { value: 'sk-3', rules: [{ value: 4711 }] } })
  expect(wrong).toThrow(/^`API_KEY.rules\[0\].value` does not take this value$/)
  flags.killAll()
  flags.revive()
  flags.rollback(2)
  expect(flags.evaluate('API_KEY').value).toBe('sk-1')
  expect(flags.history().filter(({ flag }) => flag === 'API_KEY')).toHaveLength(5)

  const shown = [
    flags.history(),
    flags.list(),
    flags.sources(),
    events,
    audit.mock.calls,
    listener.mock.calls,
  ]
  expect(JSON.stringify(shown)).not.toMatch(/sk-|4711|built-in/)
  expect(JSON.stringify(shown)).toContain('[secret]')
})

describe('a source that breaks its promises', () => {
  test('and throws when it is closed: the others are closed, and an event reports it', async () => {
    const [first, last] = [puppet('env'), puppet('file')]
    const fault = new Error('cannot unwatch')
    const broken = (close: () => unknown): FlagSource => ({
      name: 'mine',
      start: () => ({ reload() {}, close: close as () => void }),
    })
    const throwing = broken(() => {
      throw fault
    })
    const events: FlagsEvent[] = []
    const sources = [first.source, throwing, last.source]
    const { flags } = observed({ sources, onEvent: (event) => events.push(event) })
    const ready = watch(flags.ready())
    flags.close()
    await advance(0)
    expect([first.asked.at(-1), last.asked.at(-1), ready.state]).toEqual([
      'close',
      'close',
      'fulfilled',
    ])
    expect(events.at(-1)).toEqual({
      type: 'callback.failed',
      name: 'feature-flags',
      callback: 'sources.mine.close',
      error: fault,
    })
    // A rejection would fail the run.
    observed({ sources: [broken(() => Promise.reject(fault))] }).flags.close()
    await advance(0)
  })

  test('and fails with a message of a megabyte: its status shows the beginning', () => {
    const { flags, file, events } = observed()
    file.fail(new Error('x'.repeat(1e6)))
    expect(flags.sources()[1]?.error).toMatch(/^x{1000}… \(1000000 characters\)$/)
    expect(JSON.stringify(events).length).toBeLessThan(1500)
  })

  test('and names a flag of a megabyte: no message repeats it', () => {
    const { flags, file } = observed()
    const name = 'x'.repeat(1e6)
    file.say({ [name]: true })
    expect(flags.sources()[1]?.error?.length).toBeLessThan(200)
    expect(flags.evaluate(name as never).error?.length).toBeLessThan(200)
    expect(() => flags.override(name as never, true as never)).toThrow(/^There is no flag "x{100}…/)
  })

  test('and has a matcher of its own that throws: no rule matches, and evaluation goes on', () => {
    const source: FlagSource = {
      name: 'mine',
      start(host) {
        const throwing = () => () => {
          throw new Error('matcher')
        }
        host.publish(new Map([['MAX_CONCURRENT', { value: 7, rules: [] }]]), throwing)
        return { reload() {}, close() {} }
      },
    }
    const { flags } = observed({ sources: [source] })
    expect(flags.get('MAX_CONCURRENT', { plan: 'gold' })).toBe(7)
    expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({ value: 7, reason: 'DEFAULT' })
  })
})
