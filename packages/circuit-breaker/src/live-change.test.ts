import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { CircuitOpenError } from './circuit-open-error.ts'
import { consecutiveFailures } from './consecutive-failures.ts'
import { failureCount } from './failure-count.ts'
import { down, fragile, halfOpen, rejection } from './testing.ts'

useVirtualTime()

describe('a changed setting', () => {
  test('cooldown: holds at once, also of an open circuit', async () => {
    const { breaker, changes } = fragile()
    breaker.acquire().fail(down)
    await advance(50)
    breaker.update({ openForMs: 200 })
    await advance(149)
    expect(rejection(breaker).retryAfterMs).toBe(1)
    breaker.update({ openForMs: 150 })
    expect(breaker.state).toBe('half-open')
    expect(changes()).toEqual(['open at 0', 'half-open at 150'])
  })

  test('cooldown: the server’s hint and the chance that was drawn stay', () => {
    const { breaker } = fragile({ openJitter: 0.5, random: () => 0 })
    breaker.acquire().fail({ retryAfterMs: 300 })
    breaker.update({ openForMs: 400 })
    expect(rejection(breaker).retryAfterMs).toBe(300)
    breaker.update({ openForMs: 1000 })
    expect(rejection(breaker).retryAfterMs).toBe(500)
  })

  test('cooldown: one that was given by hand stays', () => {
    const { breaker } = fragile()
    breaker.open('maintenance', { forMs: 5000 })
    breaker.update({ openForMs: 1 })
    expect(rejection(breaker).retryAfterMs).toBe(5000)
  })

  test('cooldown: what had fallen due before has happened', async () => {
    const { breaker } = await halfOpen()
    breaker.update({ openForMs: 1000 })
    expect(breaker.state).toBe('half-open')
  })

  test('permits: more probes pass as soon as they may; of too many none is called back', async () => {
    const { breaker } = await halfOpen()
    breaker.acquire()
    breaker.update({ permits: 3 })
    const [second] = [breaker.acquire(), breaker.acquire()]
    expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
    breaker.update({ permits: 1 })
    second?.ignore()
    expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
    expect(breaker.stats().probes).toBe(2)
  })

  test('successesToClose: counts what has succeeded already', async () => {
    const { breaker } = await halfOpen({ successesToClose: 5 })
    breaker.acquire().succeed()
    breaker.update({ successesToClose: 2 })
    breaker.acquire().succeed()
    expect(breaker.state).toBe('closed')
  })

  test('halfOpenTimeoutMs: for a probe that is out, too', async () => {
    const { breaker, changes } = await halfOpen()
    breaker.acquire()
    await advance(40)
    breaker.update({ halfOpenTimeoutMs: 30 })
    expect(breaker.state).toBe('open')
    expect(changes().at(-1)).toBe('open at 130')
  })
})

test('what is not named, or is undefined, stays', async () => {
  const { breaker } = fragile({ permits: 2 })
  breaker.update({ openForMs: 50, permits: undefined, openWhen: undefined })
  breaker.update({ slowCallMs: 10 })
  breaker.acquire().fail(down)
  await advance(50)
  breaker.acquire()
  breaker.acquire()
  expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
})

describe('another openWhen', () => {
  test('counts anew', () => {
    const { breaker } = fragile({ openWhen: failureCount({ failures: 2 }) })
    breaker.acquire().fail(down)
    breaker.update({ openWhen: consecutiveFailures(2) })
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('closed')
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('open')
  })

  test('leaves calls that are under way: their outcomes count in it', () => {
    const { breaker } = fragile()
    const early = breaker.acquire()
    breaker.update({ openWhen: consecutiveFailures(1) })
    early.fail(down)
    expect(breaker.stats()).toMatchObject({ state: 'open', stale: 0 })
  })

  test('given to an open circuit, is there when it closes', async () => {
    const { breaker } = await halfOpen()
    breaker.update({ openWhen: consecutiveFailures(2) })
    breaker.acquire().succeed()
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('closed')
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('open')
  })

  test('that is the same goes on counting', () => {
    const openWhen = failureCount({ failures: 2 })
    const { breaker } = fragile({ openWhen })
    breaker.acquire().fail(down)
    breaker.update({ openWhen, permits: 2 })
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('open')
  })
})

test.each([
  ['a setting', { permits: 2, openForMs: -1 }],
  ['a strategy', { permits: 2, openWhen: {} }],
  [
    'a strategy that can make no window',
    {
      permits: 2,
      openWhen: {
        createWindow() {
          throw new TypeError('no window')
        },
      },
    },
  ],
])('with a mistake in %s nothing is changed', async (_, changes) => {
  const { breaker } = await halfOpen()
  expect(() => breaker.update(changes as never)).toThrow(Error)
  breaker.acquire()
  expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
  breaker.close()
  breaker.acquire().fail(down)
  expect(breaker.state).toBe('open')
})
