import { useVirtualTime } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import { createFlags } from './create-flags.ts'
import { observed, valuesOf } from './testing.ts'

useVirtualTime()

const SAFE = {
  ENABLE_RETRY: false,
  MAX_CONCURRENT: 2,
  GUARDRAIL_MODE: 'enforce',
  MODELS: ['sonnet'],
  API_KEY: 'built-in',
}

test('puts every flag to its safe value, which is its default where none is given', () => {
  const { flags, env } = observed()
  env.say({ ENABLE_RETRY: true, MODELS: ['haiku'], API_KEY: 'sk' })
  flags.override('MAX_CONCURRENT', 9)
  expect(flags.killed).toBe(false)
  flags.killAll()
  expect(flags.killed).toBe(true)
  expect(valuesOf(flags)).toEqual(SAFE)
  for (const { reason, source } of flags.list()) {
    expect([reason, source]).toEqual(['DISABLED', 'kill'])
  }
})

test('a safe value may be what JSON can hold, null too', () => {
  const validate = (value: unknown) => value as null
  const flags = createFlags({ flags: { X: { type: 'json', default: 5, safe: null, validate } } })
  flags.killAll()
  expect(flags.get('X')).toBeNull()
})

test('is one change of every flag, in one revision, by whom and why', () => {
  const { flags } = observed()
  flags.killAll({ actor: 'ann', reason: 'incident 7', requestId: 'r-1' })
  const changes = flags.history()
  expect(changes.map(({ flag }) => flag)).toEqual(Object.keys(SAFE))
  for (const change of changes) {
    expect(change).toMatchObject({
      actor: 'ann',
      reason: 'incident 7',
      requestId: 'r-1',
      source: 'kill',
      revision: 2,
    })
  }
})

test('stays through reloads and whatever sources and hands say, until it is revived', async () => {
  const { flags, env, file } = observed()
  flags.killAll()
  file.say({ MAX_CONCURRENT: 6, ENABLE_RETRY: true })
  env.whenAsked = () => env.say({ MAX_CONCURRENT: 7 })
  await flags.reload()
  flags.override('ENABLE_RETRY', false)
  flags.override('GUARDRAIL_MODE', 'off')
  flags.clearOverride('GUARDRAIL_MODE')
  expect(flags.killed).toBe(true)
  expect(valuesOf(flags)).toEqual(SAFE)

  flags.revive({ actor: 'bob' })
  expect(flags.killed).toBe(false)
  expect(valuesOf(flags)).toEqual({
    ...SAFE,
    MAX_CONCURRENT: 7,
    ENABLE_RETRY: false,
    GUARDRAIL_MODE: 'warn',
  })
  expect(flags.evaluate('ENABLE_RETRY').source).toBe('override')
  expect(flags.history().at(-1)).toMatchObject({ actor: 'bob', revision: flags.revision })
})

test('an override set meanwhile is written down, as one that is not in force', () => {
  const { flags, told } = observed()
  flags.killAll()
  flags.override('MAX_CONCURRENT', 9)
  expect(told().at(-1)).toBe('3: MAX_CONCURRENT 2 → 2 (kill)')
})

test('on twice, or off twice, is once', () => {
  const { flags } = observed()
  flags.revive()
  expect(flags.revision).toBe(1)
  flags.killAll()
  flags.killAll({ actor: 'bob' })
  expect(flags.revision).toBe(2)
  flags.revive()
  flags.revive()
  expect(flags.revision).toBe(3)
})

test('of no flags at all is a revision too', () => {
  const flags = createFlags({ flags: {} })
  flags.killAll()
  expect([flags.killed, flags.revision]).toEqual([true, 2])
})
