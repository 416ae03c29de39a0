import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { line, observed } from './testing.ts'

useVirtualTime()

test('each change says what, from what to what, by whom, why, whence, and when', async () => {
  const { flags } = observed()
  await advance(1000)
  flags.override('MAX_CONCURRENT', 9, { actor: 'ann', reason: 'peak', requestId: 'r-1' })
  expect(flags.history()).toEqual([
    {
      flag: 'MAX_CONCURRENT',
      from: 5,
      to: 9,
      actor: 'ann',
      reason: 'peak',
      requestId: 'r-1',
      source: 'override',
      revision: 2,
      at: Date.now(),
    },
  ])
})

test('what a source says is by that source; what changes nothing is not written down', () => {
  const { flags, file } = observed()
  file.say({ MAX_CONCURRENT: 6, ENABLE_RETRY: true })
  file.say({ MAX_CONCURRENT: 6, ENABLE_RETRY: true })
  file.say({ MAX_CONCURRENT: 0 })
  flags.clearOverride('MAX_CONCURRENT')
  expect(flags.history().map(line)).toEqual([
    '2: ENABLE_RETRY false → true (file)',
    '2: MAX_CONCURRENT 5 → 6 (file)',
  ])
  expect(flags.history()[0]).toMatchObject({ actor: 'file', reason: undefined })
})

test('remembers so many revisions, whole ones, the latest', () => {
  const { flags, file } = observed({ historySize: 2 })
  file.say({ MAX_CONCURRENT: 6, ENABLE_RETRY: true })
  file.say({ MAX_CONCURRENT: 7, ENABLE_RETRY: true })
  expect(flags.history().map(line)).toEqual([
    '2: ENABLE_RETRY false → true (file)',
    '2: MAX_CONCURRENT 5 → 6 (file)',
    '3: MAX_CONCURRENT 6 → 7 (file)',
  ])
  flags.override('MAX_CONCURRENT', 8)
  expect(flags.history().map(line)).toEqual([
    '3: MAX_CONCURRENT 6 → 7 (file)',
    '4: MAX_CONCURRENT 7 → 8 (override)',
  ])
})

test('remembers 100 revisions unless told otherwise', () => {
  const { flags } = observed()
  for (let i = 1; i <= 150; i++) flags.override('MAX_CONCURRENT', i)
  expect(flags.history().map(({ revision }) => revision)).toEqual(
    Array.from({ length: 100 }, (_, i) => i + 52),
  )
})

test('cannot be rewritten by those who read it', () => {
  const { flags } = observed()
  flags.onChange((change) => {
    ;(change as { actor: string }).actor = 'nobody'
  })
  flags.override('MAX_CONCURRENT', 9, { actor: 'ann' })
  ;(flags.history() as unknown[]).pop()
  expect(flags.history()).toMatchObject([{ actor: 'ann' }])
})

describe('the audit', () => {
  test('is given each change, as it is in the history', () => {
    const audit = vi.fn()
    const { flags, file } = observed({ audit })
    file.say({ MAX_CONCURRENT: 6, ENABLE_RETRY: true })
    flags.killAll()
    expect(audit.mock.calls.map(([change]) => change)).toEqual(flags.history())
    expect(audit).toHaveBeenCalledTimes(7)
  })

  const fault = new Error('disk full')
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw fault
      },
    ],
    ['rejects', () => Promise.reject(fault)],
    [
      'rejects later',
      async () => {
        await null
        throw fault
      },
    ],
  ])('that %s blocks nothing, and is reported', async (_, audit) => {
    const { flags, told, events } = observed({ audit })
    const listener = vi.fn()
    flags.onChange(listener)
    flags.override('MAX_CONCURRENT', 9)
    expect(flags.get('MAX_CONCURRENT')).toBe(9)
    expect(listener).toHaveBeenCalledOnce()
    expect(told()).toHaveLength(1)
    await advance(0)
    expect(events.at(-1)).toEqual({
      type: 'feature-flags.listener-failed',
      name: 'feature-flags',
      flag: 'MAX_CONCURRENT',
      error: fault,
    })
  })

  test('that hangs blocks nothing', async () => {
    const { flags, events } = observed({ audit: () => new Promise(() => {}) })
    flags.override('MAX_CONCURRENT', 9)
    flags.override('MAX_CONCURRENT', 10)
    await advance(1000)
    expect(flags.get('MAX_CONCURRENT')).toBe(10)
    expect(events).toHaveLength(2)
  })
})
