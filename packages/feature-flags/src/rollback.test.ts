import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { observed, valuesOf } from './testing.ts'

useVirtualTime()

test('makes every flag what it was at a revision, as one change by whom and why', () => {
  const { flags, file } = observed()
  file.say({ MAX_CONCURRENT: 6 })
  const then = valuesOf(flags)
  file.say({ MAX_CONCURRENT: 7, ENABLE_RETRY: true })
  flags.override('GUARDRAIL_MODE', 'off')
  flags.rollback(2, { actor: 'ann', requestId: 'r-1' })
  expect(valuesOf(flags)).toEqual(then)
  expect(flags.history().filter(({ revision }) => revision === 5)).toMatchObject(
    [
      { flag: 'ENABLE_RETRY', from: true, to: false, source: 'override' },
      { flag: 'MAX_CONCURRENT', from: 7, to: 6, source: 'override' },
      { flag: 'GUARDRAIL_MODE', from: 'off', to: 'warn', source: 'default' },
    ].map((change) => ({
      ...change,
      actor: 'ann',
      requestId: 'r-1',
      reason: 'rollback to revision 2',
    })),
  )
})

test('what it sets by hand says why, and stays until it is cleared', async () => {
  const { flags, file } = observed()
  file.say({ MAX_CONCURRENT: 7 })
  flags.rollback(1, { actor: 'ann', reason: undefined })
  await advance(2 ** 31)
  file.say({ MAX_CONCURRENT: 8 })
  expect(flags.list()[1]).toMatchObject({
    value: 5,
    override: { actor: 'ann', reason: 'rollback to revision 1', until: undefined },
  })
  flags.clearOverride('MAX_CONCURRENT')
  expect(flags.get('MAX_CONCURRENT')).toBe(8)
})

test('may have a reason of its own', () => {
  const { flags, file } = observed()
  file.say({ MAX_CONCURRENT: 7 })
  flags.rollback(1, { reason: 'incident 7' })
  expect(flags.list()[1]?.override?.reason).toBe('incident 7')
  expect(flags.history().at(-1)?.reason).toBe('incident 7')
})

test('sets nothing by hand where the sources say what they said', () => {
  const { flags, file } = observed()
  file.say({ MAX_CONCURRENT: 6 })
  file.say({ MAX_CONCURRENT: 7, MODELS: ['haiku'] })
  file.say({ MAX_CONCURRENT: 6, MODELS: ['opus'] })
  flags.rollback(2)
  expect(flags.list().flatMap(({ name, override }) => (override ? [name] : []))).toEqual(['MODELS'])
})

test('drops the overrides that were not there then, and brings back those that were', () => {
  const { flags } = observed()
  flags.override('MAX_CONCURRENT', 9, { actor: 'ann', reason: 'peak' })
  flags.override('ENABLE_RETRY', true)
  flags.clearOverride('MAX_CONCURRENT')
  flags.rollback(2, { actor: 'bob' })
  expect(flags.evaluate('ENABLE_RETRY')).toMatchObject({ value: false, source: 'default' })
  expect(flags.list()[1]).toMatchObject({ value: 9, override: { actor: 'ann', reason: 'peak' } })
})

describe('through the kill switch', () => {
  test('to before it was on, turns it off', () => {
    const { flags } = observed()
    flags.override('MAX_CONCURRENT', 9)
    flags.killAll()
    flags.rollback(2)
    expect([flags.killed, flags.get('MAX_CONCURRENT')]).toEqual([false, 9])
  })

  test('to while it was on, turns it on again', () => {
    const { flags, file } = observed()
    flags.killAll()
    const then = valuesOf(flags)
    flags.revive()
    file.say({ MAX_CONCURRENT: 7 })
    flags.rollback(2)
    expect([flags.killed, valuesOf(flags)]).toEqual([true, then])
    expect(flags.list().some(({ override }) => override)).toBe(false)
    flags.revive()
    expect(flags.get('MAX_CONCURRENT')).toBe(7)
  })
})

test('brings rules back, for everybody as they were', () => {
  const { flags, file } = observed()
  const people = Array.from({ length: 200 }, (_, i) => ({ targetingKey: `user-${i}` }))
  const each = () => people.map((person) => flags.get('ENABLE_RETRY', person))
  file.publish({ ENABLE_RETRY: { value: false, rules: [{ percentage: 50, value: true }] } })
  const then = each()
  expect(new Set(then).size).toBe(2)
  file.publish({ ENABLE_RETRY: { value: false, rules: [{ percentage: 100, value: true }] } })
  expect(each()).not.toEqual(then)
  flags.rollback(2)
  expect(each()).toEqual(then)
  const isIn = people[then.indexOf(true)]
  expect(flags.evaluate('ENABLE_RETRY', isIn)).toMatchObject({
    reason: 'SPLIT',
    source: 'override',
  })
  flags.rollback(1)
  expect(new Set(each())).toEqual(new Set([false]))
})

describe('of an override with a time', () => {
  test('leaves it the time that it has', async () => {
    const { flags } = observed()
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    flags.clearOverride('MAX_CONCURRENT')
    await advance(60)
    flags.rollback(2)
    expect(flags.get('MAX_CONCURRENT')).toBe(9)
    await advance(39)
    expect(flags.get('MAX_CONCURRENT')).toBe(9)
    await advance(1)
    expect(flags.get('MAX_CONCURRENT')).toBe(5)
  })

  test('that has ended does not bring it back, and not without an end either', async () => {
    const { flags } = observed()
    flags.override('GUARDRAIL_MODE', 'off', { ttlMs: 100 })
    flags.override('ENABLE_RETRY', true)
    await advance(100)
    flags.override('ENABLE_RETRY', false)
    flags.rollback(3)
    expect(flags.get('ENABLE_RETRY')).toBe(true)
    expect(flags.evaluate('GUARDRAIL_MODE')).toMatchObject({ value: 'warn', source: 'default' })
  })

  test('that is up makes its flag what the sources said beneath it', async () => {
    const { flags, file } = observed()
    file.say({ MAX_CONCURRENT: 6 })
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    await advance(100)
    file.say({ MAX_CONCURRENT: 999 })
    flags.rollback(3)
    expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({ value: 6, source: 'override' })
  })
})

test('of a rollback brings back what that has undone', () => {
  const { flags, file } = observed()
  file.say({ MAX_CONCURRENT: 6 })
  file.say({ MAX_CONCURRENT: 7 })
  flags.rollback(2)
  flags.rollback(3)
  expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({ value: 7, source: 'file', revision: 5 })
  flags.rollback(4)
  expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({ value: 6, source: 'override' })
})

test('to the present is no change', () => {
  const { flags, file } = observed()
  file.say({ MAX_CONCURRENT: 6 })
  flags.override('ENABLE_RETRY', true)
  flags.rollback(3)
  expect(flags.revision).toBe(3)
})

test('to a revision that is not remembered says which are, and changes nothing', () => {
  const { flags } = observed({ historySize: 3 })
  for (const value of [6, 7, 8, 9]) flags.override('MAX_CONCURRENT', value)
  for (const revision of [0, 2, 6, -1, 3.5, NaN]) {
    expect(() => flags.rollback(revision)).toThrow(
      new RangeError(`Revision ${revision} is not remembered, only 3 to 5`),
    )
  }
  const long = '3'.repeat(1e6) as never
  expect(() => flags.rollback(long)).toThrow(
    /^`revision` must be a number, not "3{100}"… \(1000000/,
  )
  expect([flags.revision, flags.get('MAX_CONCURRENT')]).toEqual([5, 9])
  flags.rollback(3)
  expect(flags.get('MAX_CONCURRENT')).toBe(7)
})

test('to a revision of which this very call’s expiry makes the ring forget', async () => {
  let now = 0
  const clock = { now: () => now, setTimeout: () => undefined, clearTimeout: () => {} }
  const { flags } = observed({ clock, historySize: 2 })
  flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
  now = 100
  expect(() => flags.rollback(1)).toThrow('Revision 1 is not remembered, only 2 to 3')
})
