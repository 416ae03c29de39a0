import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { expect, test, vi } from 'vitest'
import { follow } from './follow.ts'
import { observed } from './testing.ts'

useVirtualTime()

/** Settings as a limiter's, that can be changed while it runs. */
function limiterLike() {
  const update = vi.fn((changes: { maxConcurrent?: number; maxQueue?: number; mode?: string }) => {
    if ((changes.maxConcurrent ?? 0) > 100) throw new RangeError('`maxConcurrent` is too large')
    Object.assign(made.settings, changes)
  })
  const made = { settings: {} as Record<string, unknown>, update }
  return made
}

test('sets the present values at once, in one update', () => {
  const { flags, file } = observed()
  file.say({ MAX_CONCURRENT: 7 })
  const limiter = limiterLike()
  follow(flags, limiter, { maxConcurrent: 'MAX_CONCURRENT', mode: 'GUARDRAIL_MODE' })
  expect(limiter.update).toHaveBeenCalledExactlyOnceWith({ maxConcurrent: 7, mode: 'warn' })
})

test('then keeps them at the flags, whatever changes these', async () => {
  const { flags, file } = observed()
  const limiter = limiterLike()
  follow(flags, limiter, { maxConcurrent: 'MAX_CONCURRENT' })
  const now = () => limiter.settings['maxConcurrent']
  file.say({ MAX_CONCURRENT: 7 })
  expect(now()).toBe(7)
  flags.override('MAX_CONCURRENT', 8, { ttlMs: 100 })
  expect(now()).toBe(8)
  await advance(100)
  expect(now()).toBe(7)
  flags.killAll()
  expect(now()).toBe(2)
  flags.rollback(1)
  expect(now()).toBe(5)
})

test('of two flags that change at once, both are new in every update', () => {
  const { flags, file } = observed()
  const limiter = limiterLike()
  follow(flags, limiter, { maxConcurrent: 'MAX_CONCURRENT', mode: 'GUARDRAIL_MODE' })
  limiter.update.mockClear()
  file.say({ MAX_CONCURRENT: 7, GUARDRAIL_MODE: 'off' })
  expect(limiter.update).toHaveBeenCalled()
  for (const [changes] of limiter.update.mock.calls) {
    expect(changes).toEqual({ maxConcurrent: 7, mode: 'off' })
  }
})

test('leaves alone what it was not told to follow', () => {
  const { flags } = observed()
  const limiter = limiterLike()
  limiter.settings['maxQueue'] = 20
  follow(flags, limiter, { maxConcurrent: 'MAX_CONCURRENT' })
  flags.override('ENABLE_RETRY', true)
  expect(limiter.update).toHaveBeenCalledOnce()
  expect(limiter.settings).toEqual({ maxConcurrent: 5, maxQueue: 20 })
})

test('may be stopped: the settings stay where they are', () => {
  const { flags } = observed()
  const limiter = limiterLike()
  const stop = follow(flags, limiter, { maxConcurrent: 'MAX_CONCURRENT', mode: 'GUARDRAIL_MODE' })
  flags.override('MAX_CONCURRENT', 9)
  stop()
  flags.override('MAX_CONCURRENT', 10)
  flags.override('GUARDRAIL_MODE', 'off')
  expect(limiter.settings).toEqual({ maxConcurrent: 9, mode: 'warn' })
})

test('two may follow one flag, and one setting each be followed by itself', () => {
  const { flags } = observed()
  const [one, two] = [limiterLike(), limiterLike()]
  const stop = follow(flags, one, { maxConcurrent: 'MAX_CONCURRENT' })
  follow(flags, two, { maxConcurrent: 'MAX_CONCURRENT', maxQueue: 'MAX_CONCURRENT' })
  stop()
  flags.override('MAX_CONCURRENT', 9)
  expect([one.settings, two.settings]).toEqual([
    { maxConcurrent: 5 },
    { maxConcurrent: 9, maxQueue: 9 },
  ])
})

test('throws what the first update throws, and follows nothing then', () => {
  const { flags } = observed()
  const limiter = limiterLike()
  flags.override('MAX_CONCURRENT', 500)
  const begin = () => follow(flags, limiter, { maxConcurrent: 'MAX_CONCURRENT' })
  expect(begin).toThrow('`maxConcurrent` is too large')
  flags.override('MAX_CONCURRENT', 9)
  expect(limiter.update).toHaveBeenCalledOnce()
})

test('a later update that throws is reported, leaves the flag as it is, and does not end the following', async () => {
  const { flags, events } = observed()
  const limiter = limiterLike()
  follow(flags, limiter, { maxConcurrent: 'MAX_CONCURRENT' })
  flags.override('MAX_CONCURRENT', 500)
  await advance(0)
  expect(events.at(-1)).toEqual({
    type: 'feature-flags.listener-failed',
    name: 'feature-flags',
    flag: 'MAX_CONCURRENT',
    error: new RangeError('`maxConcurrent` is too large'),
  })
  expect([flags.get('MAX_CONCURRENT'), limiter.settings['maxConcurrent']]).toEqual([500, 5])
  flags.override('MAX_CONCURRENT', 50)
  expect(limiter.settings['maxConcurrent']).toBe(50)
})

test('a flag or target that does not exist is refused before anything is updated', () => {
  const { flags } = observed()
  const limiter = limiterLike()
  expect(() => follow(flags, limiter, { maxConcurrent: 'MAX_CONCURENT' as never })).toThrow(
    new RangeError('There is no flag "MAX_CONCURENT", did you mean "MAX_CONCURRENT"?'),
  )
  expect(limiter.update).not.toHaveBeenCalled()
  for (const target of [undefined, {}, () => 0]) {
    expect(() => follow(flags, target as never, {})).toThrow('`target.update` must be a function')
  }
  expect(() => follow(flags, limiter, 'MAX_CONCURRENT' as never)).toThrow(
    '`settings` must be an object',
  )
})
