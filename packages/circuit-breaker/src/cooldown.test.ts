import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import type { CircuitBreakerOptions } from './options.ts'
import { down, failing, fragile, halfOpen, rejection } from './testing.ts'

useVirtualTime()

/** The cooldowns of a circuit whose every probe fails. */
async function cooldowns(openings: number, options: CircuitBreakerOptions) {
  const { breaker } = fragile(options)
  const cooldowns: number[] = []
  for (let opening = 0; opening < openings; opening++) {
    breaker.acquire().fail(down)
    // Of no length at all, it is over when one looks.
    const { retryAfterMs = 0 } = breaker.stats()
    cooldowns.push(retryAfterMs)
    await advance(retryAfterMs)
  }
  return cooldowns
}

describe('escalation', () => {
  test('by default there is none', async () => {
    expect(await cooldowns(4, {})).toEqual([100, 100, 100, 100])
  })

  test('a cooldown is so many times the one before, up to a limit', async () => {
    const options = { openFactor: 2, maxOpenForMs: 700 }
    expect(await cooldowns(6, options)).toEqual([100, 200, 400, 700, 700, 700])
  })

  test('the limit is 10 min by default, and never less than the cooldown itself', async () => {
    expect((await cooldowns(8, { openFactor: 10 })).at(-1)).toBe(600_000)
    expect(await cooldowns(2, { openFactor: 10, maxOpenForMs: 10 })).toEqual([100, 100])
  })

  test('a thousand re-openings are still a number', async () => {
    const options = { openFactor: 10, maxOpenForMs: 1 }
    expect((await cooldowns(1000, { ...options, openForMs: 1 })).at(-1)).toBe(1)
    const { breaker, changes } = fragile({ ...options, openForMs: 0 })
    for (let opening = 0; opening < 1000; opening++) breaker.acquire().fail(down)
    expect(breaker.stats()).toMatchObject({ state: 'half-open', since: 1000 })
    expect(changes().at(-1)).toBe('half-open at 1000')
  })

  test('a probe that hangs escalates as one that fails', async () => {
    const { breaker } = await halfOpen({ openFactor: 3 })
    breaker.acquire()
    await advance(1000)
    expect(rejection(breaker).retryAfterMs).toBe(300)
  })

  test.each(['probe', 'hand'])('closed by %s it begins anew', async (by) => {
    const { breaker } = await halfOpen({ openFactor: 2 })
    breaker.acquire().fail(down)
    await advance(200)
    if (by === 'hand') breaker.close()
    else breaker.acquire().succeed()
    breaker.acquire().fail(down)
    expect(rejection(breaker).retryAfterMs).toBe(100)
  })
})

describe('jitter', () => {
  test.each([
    [0, 90],
    [0.5, 100],
    [0.75, 105],
  ])('spreads the cooldown to both sides: a chance of %d makes it %d', async (chance, ms) => {
    expect(await cooldowns(1, { openJitter: 0.1, random: () => chance })).toEqual([ms])
  })

  test('spreads what escalation made, within its limit', async () => {
    const options = { openFactor: 4, openJitter: 0.5, maxOpenForMs: 450, random: () => 0.75 }
    expect(await cooldowns(2, options)).toEqual([125, 450])
  })

  test('is drawn for each opening, and stays what it is while the circuit is open', async () => {
    const chances = [0, 0.75]
    const random = () => chances.shift() ?? 0.5
    const { breaker } = fragile({ openJitter: 0.2, random })
    breaker.acquire().fail(down)
    await advance(10)
    expect([rejection(breaker).retryAfterMs, rejection(breaker).retryAfterMs]).toEqual([70, 70])
    await advance(70)
    breaker.acquire().fail(down)
    expect(rejection(breaker).retryAfterMs).toBeCloseTo(110)
  })
})

describe('what the other side asks for', () => {
  const throttled = (seconds: number) => ({ status: 429, headers: { 'retry-after': `${seconds}` } })

  test('a Retry-After makes the cooldown longer, and never shorter', async () => {
    for (const [seconds, ms] of [
      [5, 5000],
      [0.05, 100],
      [0, 100],
    ] as const) {
      const { breaker } = fragile()
      await breaker(() => Promise.reject(throttled(seconds))).catch(() => {})
      expect(rejection(breaker).retryAfterMs).toBe(ms)
    }
  })

  test('no longer than the limit, for a mistake elsewhere must not stop us for a day', () => {
    const { breaker } = fragile({ maxOpenForMs: 60_000 })
    breaker.acquire().fail(throttled(86_400))
    expect(rejection(breaker).retryAfterMs).toBe(60_000)
  })

  test('of a probe too, and of a reason given by hand', async () => {
    const { breaker } = await halfOpen()
    breaker.acquire().fail({ retryAfterMs: 700 })
    expect(rejection(breaker).retryAfterMs).toBe(700)
    breaker.open({ retryAfterMs: 900 })
    expect(rejection(breaker).retryAfterMs).toBe(900)
  })

  test.each([
    ['hangs', 1000],
    ['rejects with nothing', 0],
  ])('once only: a probe that %s does not repeat it', async (what, ms) => {
    const { breaker } = fragile()
    breaker.acquire().fail(throttled(5))
    await advance(5000)
    const probe = breaker.acquire()
    await advance(ms)
    if (what !== 'hangs') probe.fail()
    expect(rejection(breaker).retryAfterMs).toBe(100)
  })
})

test('an endless cooldown lasts until it is changed', async () => {
  const { breaker } = fragile({
    openForMs: Number.POSITIVE_INFINITY,
    openFactor: 2,
    openJitter: 0.5,
  })
  await breaker(failing).catch(() => {})
  await advance(1e12)
  expect(rejection(breaker).retryAfterMs).toBe(Number.POSITIVE_INFINITY)
  breaker.update({ openForMs: 10, openJitter: 0 })
  expect(breaker.state).toBe('half-open')
})
