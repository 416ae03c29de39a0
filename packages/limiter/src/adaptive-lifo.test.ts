import { advance, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { type AdaptiveLifoOptions, adaptiveLifo } from './adaptive-lifo.ts'
import { createLimiter, type LimiterPermit } from './limiter.ts'

useVirtualTime()

/** A limiter of one slot, taken at first; calls that wait for it by their names, and the order in which they get it. */
function line(options?: AdaptiveLifoOptions) {
  const queue = adaptiveLifo(options)
  const limiter = createLimiter({ maxConcurrent: 1, queueTimeoutMs: 5_000, queue })
  const started: string[] = []
  let running: LimiterPermit | undefined = limiter.tryAcquire()
  const call = (name: string, cost = 1) =>
    watch(
      limiter.acquire({ cost }).then((permit) => {
        started.push(name)
        running = permit
      }),
    )
  const end = async () => {
    running?.succeed()
    await advance(0)
  }
  return { limiter, started, call, end }
}

describe('adaptive LIFO', () => {
  test('is first in, first out while the first in line has not waited for too long', async () => {
    const { started, call, end } = line({ afterMs: 100 })
    for (const name of ['a', 'b', 'c']) call(name)
    await advance(100)
    for (let ended = 0; ended < 3; ended++) await end()
    expect(started).toEqual(['a', 'b', 'c'])
  })

  test('takes the newest first from a millisecond after', async () => {
    const { started, call, end } = line({ afterMs: 100 })
    for (const name of ['a', 'b', 'c']) call(name)
    await advance(101)
    await end()
    call('d')
    for (let ended = 0; ended < 2; ended++) await end()
    expect(started).toEqual(['c', 'd', 'b'])
  })

  test('is first in, first out again as soon as nobody has waited for too long', async () => {
    const { started, call, end } = line({ afterMs: 100 })
    call('old')
    await advance(60)
    for (const name of ['a', 'b']) call(name)
    await advance(60)
    for (const name of ['c', 'd']) call(name)
    for (let ended = 0; ended < 5; ended++) await end()
    // The oldest has waited for 120 ms until it goes, and is the last to go; but then the rest have gone too.
    expect(started).toEqual(['d', 'c', 'b', 'a', 'old'])
    for (const name of ['e', 'f']) call(name)
    for (let ended = 0; ended < 2; ended++) await end()
    expect(started.slice(-2)).toEqual(['e', 'f'])
  })

  test('is first in, first out again when those who had waited for too long have given up', async () => {
    const { limiter, started, call, end } = line({ afterMs: 100 })
    const old = call('old')
    await advance(4_950)
    for (const name of ['a', 'b']) call(name)
    await advance(50)
    expect([old.state, limiter.queued]).toEqual(['rejected', 2])
    for (let ended = 0; ended < 2; ended++) await end()
    expect(started).toEqual(['a', 'b'])
  })

  test('lets who fits pass who does not, from whichever end it looks', async () => {
    const queue = adaptiveLifo({ afterMs: 100 })
    const limiter = createLimiter({ maxConcurrent: 2, queue })
    const permits = [limiter.tryAcquire(), limiter.tryAcquire()]
    const [old, small, large] = [1, 1, 2].map((cost) => watch(limiter.acquire({ cost })))
    await advance(101)
    permits[0]?.succeed()
    await advance(0)
    expect([old?.state, small?.state, large?.state]).toEqual(['pending', 'fulfilled', 'pending'])
  })

  test('waits for a second by default', async () => {
    const { started, call, end } = line()
    for (const name of ['a', 'b']) call(name)
    await advance(1_000)
    await end()
    for (const name of ['c', 'd']) call(name)
    await advance(1)
    await end()
    expect(started).toEqual(['a', 'd'])
  })

  test('never turns round when it is told never to', async () => {
    const { started, call, end } = line({ afterMs: Number.POSITIVE_INFINITY })
    for (const name of ['a', 'b']) call(name)
    await advance(4_999)
    await end()
    expect(started).toEqual(['a'])
  })

  test('may serve several limiters, each with a line of its own', async () => {
    const queue = adaptiveLifo({ afterMs: 100 })
    const [one, other] = [0, 1].map(() => createLimiter({ maxConcurrent: 1, queue }))
    const permits = [one?.tryAcquire(), other?.tryAcquire()]
    const waiting = [watch(one?.acquire() ?? Promise.reject())]
    await advance(101)
    waiting.push(...[0, 1].map(() => watch(other?.acquire() ?? Promise.reject())))
    for (const permit of permits) permit?.succeed()
    await advance(0)
    expect(waiting.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'pending'])
  })
})

test.each([
  [-1, RangeError],
  [Number.NaN, RangeError],
  ['soon' as never, TypeError],
  [null as never, TypeError],
])('afterMs may not be %o', (afterMs, kind) => {
  const act = () => adaptiveLifo({ afterMs })
  expect(act).toThrow(kind)
  expect(act).toThrow(/`afterMs` must be a number of 0 or more, not /)
})
