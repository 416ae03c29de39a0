import { advance, timers, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { nextEnd } from './overrides.ts'
import { type Override, plainSetting } from './resolve.ts'
import { observed } from './testing.ts'

useVirtualTime()

describe('an override', () => {
  test('holds at once and for everybody, whatever the sources say, until it is cleared', () => {
    const { flags, env } = observed()
    flags.override('MAX_CONCURRENT', 9)
    env.say({ MAX_CONCURRENT: 7 })
    expect(flags.get('MAX_CONCURRENT')).toBe(9)
    expect(flags.clearOverride('MAX_CONCURRENT')).toBe(true)
    expect(flags.get('MAX_CONCURRENT')).toBe(7)
    expect(flags.clearOverride('MAX_CONCURRENT')).toBe(false)
    expect(flags.revision).toBe(3)
  })

  test.each<[string, unknown, string]>([
    ['MAX_CONCURRENT', 0, '`MAX_CONCURRENT` must be an integer from 1 to 1000, not 0'],
    ['ENABLE_RETRY', 'true', '`ENABLE_RETRY` must be true or false, not "true"'],
    ['MODELS', 'haiku', '`MODELS` is not valid: a list of names, please'],
    ['NO_SUCH', true, 'There is no flag "NO_SUCH"'],
    ['__proto__', {}, 'There is no flag "__proto__"'],
    ['toString', 'x', 'There is no flag "toString"'],
  ])('that is wrong changes nothing: %s to %o', (name, value, message) => {
    const { flags } = observed()
    expect(() => flags.override(name as 'MODELS', value as never)).toThrow(message)
    expect(flags.revision).toBe(1)
    expect(flags.list().filter(({ override }) => override)).toEqual([])
  })

  test('of an unknown flag cannot be cleared', () => {
    const { flags } = observed()
    const clear = () => flags.clearOverride('hasOwnProperty' as never)
    expect(clear).toThrow(new RangeError('There is no flag "hasOwnProperty"'))
  })

  test('takes the place of the one before, its time included', async () => {
    const { flags } = observed()
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    flags.override('MAX_CONCURRENT', 10)
    await advance(1000)
    expect(flags.get('MAX_CONCURRENT')).toBe(10)
    flags.override('MAX_CONCURRENT', 11, { ttlMs: 100 })
    await advance(100)
    expect(flags.get('MAX_CONCURRENT')).toBe(5)
  })

  test('the same again by the same for the same reason is no change; by another it is', () => {
    const { flags, told } = observed()
    const by = (actor: string, reason: string) =>
      flags.override('MAX_CONCURRENT', 9, { actor, reason })
    by('ann', 'peak')
    by('ann', 'peak')
    expect(flags.revision).toBe(2)
    by('bob', 'peak')
    by('bob', 'outage')
    expect(told()).toEqual([
      '2: MAX_CONCURRENT 5 → 9 (override)',
      '3: MAX_CONCURRENT 9 → 9 (override)',
      '4: MAX_CONCURRENT 9 → 9 (override)',
    ])
    expect(flags.list()[1]?.override).toEqual({ actor: 'bob', reason: 'outage', until: undefined })
  })

  test('with a longer time is a change', async () => {
    const { flags } = observed()
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 200 })
    expect(flags.revision).toBe(3)
    await advance(199)
    expect(flags.get('MAX_CONCURRENT')).toBe(9)
  })

  test('of whom nothing is known is by code, for no reason', () => {
    const { flags } = observed()
    flags.override('ENABLE_RETRY', true, { actor: undefined, reason: undefined, ttlMs: undefined })
    expect(flags.list()[0]?.override).toEqual({
      actor: 'code',
      reason: undefined,
      until: undefined,
    })
    expect(flags.history()[0]).toMatchObject({ actor: 'code', reason: undefined })
  })
})

describe('an override with a time', () => {
  test('holds until that is up, to the millisecond', async () => {
    const { flags, file } = observed()
    file.say({ MAX_CONCURRENT: 6 })
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    await advance(99)
    expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({ value: 9, source: 'override' })
    await advance(1)
    expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({ value: 6, source: 'file' })
  })

  test('ends on time for every reader, although its timer is late', () => {
    let now = 0
    const clock = { now: () => now, setTimeout: vi.fn(), clearTimeout: vi.fn() }
    const { flags, told } = observed({ clock })
    const set = () => flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    const looks = [
      () => flags.get('MAX_CONCURRENT'),
      () => flags.evaluate('MAX_CONCURRENT'),
      () => flags.revision,
      () => flags.history(),
      () => flags.list(),
      () => flags.killAll(),
      () => flags.revive(),
      () => flags.override('ENABLE_RETRY', true),
      () => flags.clearOverride('ENABLE_RETRY'),
    ]
    for (const look of looks) {
      set()
      now += 100
      const before = told().length
      look()
      expect(told()[before]).toMatch(/MAX_CONCURRENT (9 → 5 \(default\)|2 → 2 \(kill\))$/)
    }
  })

  test('is over before what a source says next', () => {
    let now = 0
    const clock = { now: () => now, setTimeout: vi.fn(), clearTimeout: vi.fn() }
    const { flags, file, told } = observed({ clock })
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    now = 100
    file.say({ MAX_CONCURRENT: 6 })
    expect(told().slice(1)).toEqual([
      '3: MAX_CONCURRENT 9 → 5 (default)',
      '4: MAX_CONCURRENT 5 → 6 (file)',
    ])
  })

  test('tells listeners of its end though nobody looks, as a change by expiry', async () => {
    const { flags } = observed()
    const listener = vi.fn()
    flags.override('MAX_CONCURRENT', 9, { actor: 'ann', ttlMs: 100 })
    flags.onChange('MAX_CONCURRENT', listener)
    await advance(99)
    expect(listener).not.toHaveBeenCalled()
    await advance(1)
    expect(listener).toHaveBeenCalledExactlyOnceWith({
      flag: 'MAX_CONCURRENT',
      from: 9,
      to: 5,
      actor: 'expiry',
      reason: 'the time of the override is up',
      requestId: undefined,
      source: 'default',
      revision: 3,
      at: Date.now(),
    })
  })

  test('each ends at its own time, by one timer', async () => {
    const { flags, told } = observed()
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 200 })
    flags.override('ENABLE_RETRY', true, { ttlMs: 100 })
    flags.override('GUARDRAIL_MODE', 'off', { ttlMs: 200 })
    expect(timers()).toBe(1)
    await advance(100)
    expect(told().slice(3)).toEqual(['5: ENABLE_RETRY true → false (default)'])
    await advance(100)
    expect(told().slice(4)).toEqual([
      '6: MAX_CONCURRENT 9 → 5 (default)',
      '6: GUARDRAIL_MODE off → warn (default)',
    ])
    expect(timers()).toBe(0)
  })

  test('ends unheard while the kill switch is on, and does not come back with the revival', async () => {
    const { flags } = observed()
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    flags.killAll()
    await advance(100)
    expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({ value: 2, source: 'kill' })
    flags.revive()
    expect(flags.get('MAX_CONCURRENT')).toBe(5)
  })

  test('may last for longer than a timer can', async () => {
    const { flags, told } = observed()
    const ttlMs = 2 ** 31 * 3
    flags.override('MAX_CONCURRENT', 9, { ttlMs })
    await advance(ttlMs - 1)
    expect(flags.get('MAX_CONCURRENT')).toBe(9)
    expect(told()).toHaveLength(1)
    await advance(1)
    expect(told()).toHaveLength(2)
    expect(timers()).toBe(0)
  })

  test('sets no timer beyond what a timer keeps', () => {
    const clock = { now: () => 0, setTimeout: vi.fn(), clearTimeout: vi.fn() }
    const { flags } = observed({ clock })
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 2 ** 40 })
    expect(clock.setTimeout.mock.lastCall?.[1]).toBe(2 ** 31 - 1)
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 10.5 })
    expect(clock.setTimeout.mock.lastCall?.[1]).toBe(11)
  })

  test('whose timer fires a little early ends on time, by another', async () => {
    let early = 0.5
    const clock = {
      now: () => performance.now() - early,
      setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms),
      clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    }
    const { flags, told } = observed({ clock })
    early = 0
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    early = 0.5
    await advance(100)
    expect(told()).toHaveLength(1)
    await advance(1)
    expect(told()).toHaveLength(2)
  })

  test('has a timer that keeps no process alive', () => {
    const unref = vi.fn()
    const clock = { now: () => 0, setTimeout: () => ({ unref }), clearTimeout: vi.fn() }
    const { flags } = observed({ clock })
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    expect(unref).toHaveBeenCalledOnce()
  })

  test('leaves no timer when it is cleared, rolled back, or the flags are closed', async () => {
    const set = (flags: ReturnType<typeof observed>['flags']) =>
      flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    const { flags } = observed()
    for (const end of [() => flags.clearOverride('MAX_CONCURRENT'), () => flags.rollback(1)]) {
      set(flags)
      expect(timers()).toBe(1)
      end()
      expect(timers()).toBe(0)
    }
    set(flags)
    flags.close()
    expect(timers()).toBe(0)
  })

  test('still ends on time after close, for every reader, without a timer', async () => {
    const { flags } = observed()
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    flags.close()
    flags.override('ENABLE_RETRY', true, { ttlMs: 200 })
    expect(timers()).toBe(0)
    await advance(100)
    expect([flags.get('MAX_CONCURRENT'), flags.get('ENABLE_RETRY')]).toEqual([5, true])
    await advance(100)
    expect(flags.get('ENABLE_RETRY')).toBe(false)
    expect(timers()).toBe(0)
  })

  test('shows until when, as wall time', async () => {
    const { flags } = observed()
    await advance(50)
    flags.override('ENABLE_RETRY', true, { ttlMs: 100 })
    expect(flags.list()[0]?.override?.until).toBe(Date.now() + 100)
  })

  test.each<[unknown, string]>([
    [0, '`ttlMs` must be a number of 1 or more, not 0'],
    [-1, 'not -1'],
    [NaN, 'not NaN'],
    ['100', 'not "100"'],
    [null, 'not null'],
  ])('of %o is refused, and changes nothing', (ttlMs, message) => {
    const { flags } = observed()
    expect(() => flags.override('ENABLE_RETRY', true, { ttlMs: ttlMs as number })).toThrow(message)
    expect(flags.get('ENABLE_RETRY')).toBe(false)
  })

  test('of Infinity is one without', () => {
    const { flags } = observed()
    flags.override('ENABLE_RETRY', true, { ttlMs: Infinity })
    expect(flags.list()[0]?.override?.until).toBeUndefined()
    expect(timers()).toBe(0)
  })
})

test('of 200 000 overrides the next end is found', () => {
  const ends = Array.from({ length: 200_000 }, (_, i): [string, Override] => [
    `F${i}`,
    { setting: plainSetting(true), actor: 'ann', reason: undefined, endsAt: 1000 + i },
  ])
  expect(nextEnd(new Map(ends))).toBe(1000)
})

describe('after the machine has slept, while its clock stood still', () => {
  /** Wall time passes; the flags' clock does not. */
  const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms)
  const untilOf = (flags: ReturnType<typeof observed>['flags']) =>
    flags.list().find(({ name }) => name === 'ENABLE_RETRY')?.override?.until

  test('the end that is shown is the end that comes', async () => {
    const { flags } = observed()
    flags.override('ENABLE_RETRY', true, { ttlMs: 60_000 })
    expect(untilOf(flags)).toBe(Date.now() + 60_000)
    await advance(20_000)
    sleep(3_600_000)
    const until = untilOf(flags) ?? 0
    expect(until).toBe(Date.now() + 40_000)
    await advance(until - Date.now() - 1)
    expect(flags.get('ENABLE_RETRY')).toBe(true)
    await advance(1)
    expect(flags.get('ENABLE_RETRY')).toBe(false)
    expect(untilOf(flags)).toBeUndefined()
  })
})
