import { advance, useVirtualTime, watch } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { createLimiter, type LimiterPermit } from './limiter.ts'
import { along, firstThatFits, type QueueDiscipline, type Waiter } from './queue-discipline.ts'
import { WaitingLine } from './waiting-line.ts'

useVirtualTime()

const waiter = (cost: number, overtaken = 0): Waiter => ({
  previous: undefined,
  next: undefined,
  since: 0,
  terms: { cost, key: '', priority: 0, overtaken, place: undefined },
})
const upTo =
  (room: number) =>
  ({ terms: { cost } }: Waiter) =>
    cost <= room
const overtaken = (waiters: readonly Waiter[]) => waiters.map(({ terms }) => terms.overtaken)

describe('of those that wait', () => {
  test('the first goes if it fits, and nobody has been overtaken', () => {
    const waiters = [waiter(1), waiter(1)]
    expect(firstThatFits(waiters, upTo(1))).toBe(waiters[0])
    expect(overtaken(waiters)).toEqual([0, 0])
  })

  test('the first that fits goes before those that do not, which count it', () => {
    const waiters = [waiter(3), waiter(2), waiter(1), waiter(1)]
    expect(firstThatFits(waiters, upTo(1))).toBe(waiters[2])
    expect(overtaken(waiters)).toEqual([1, 1, 0, 0])
  })

  test('nobody goes if none fits, and nobody has been overtaken', () => {
    const waiters = [waiter(3), waiter(2)]
    expect(firstThatFits(waiters, upTo(1))).toBeUndefined()
    expect(overtaken(waiters)).toEqual([0, 0])
    expect(firstThatFits([], upTo(1))).toBeUndefined()
  })

  test('one that has been overtaken 16 times lets nobody by, but goes when it fits', () => {
    const waiters = [waiter(2, 15), waiter(1)]
    expect(firstThatFits(waiters, upTo(1))).toBe(waiters[1])
    expect(overtaken(waiters)).toEqual([16, 0])
    expect(firstThatFits(waiters, upTo(1))).toBeUndefined()
    expect(firstThatFits(waiters, upTo(2))).toBe(waiters[0])
  })

  test('no more than 16 are looked at in vain, however many wait', () => {
    const waiters = [...Array.from({ length: 16 }, () => waiter(2)), waiter(1)]
    const fits = vi.fn(upTo(1))
    expect(firstThatFits(waiters, fits)).toBeUndefined()
    expect(fits).toHaveBeenCalledTimes(16)
    expect(firstThatFits(waiters.slice(1), fits)).toBe(waiters[16])
  })
})

test('a line is walked from either end', () => {
  const line = new WaitingLine<Waiter>()
  for (const cost of [1, 2, 3]) line.join(waiter(cost))
  const costs = (walk: Iterable<Waiter>) => Array.from(walk, ({ terms }) => terms.cost)
  expect(costs(along(line.head, 'next'))).toEqual([1, 2, 3])
  expect(costs(along(line.tail, 'previous'))).toEqual([3, 2, 1])
  expect(costs(along(undefined, 'next'))).toEqual([])
})

/** Calls of different costs in the order of coming, which is the default. */
function weighted(maxConcurrent: number) {
  const limiter = createLimiter({ maxConcurrent, maxQueue: Number.POSITIVE_INFINITY })
  const started: number[] = []
  const running: LimiterPermit[] = []
  let calls = 0
  const call = (cost = 1) => {
    const id = calls++
    const begin = (permit: LimiterPermit) => {
      started.push(id)
      running.push(permit)
    }
    limiter.acquire({ cost }).then(begin)
  }
  const end = async (which = 0) => {
    const [permit] = running.splice(which % Math.max(running.length, 1), 1)
    permit?.succeed()
    await new Promise(setImmediate)
  }
  return { limiter, started, running, call, end }
}

describe('a call that costs more', () => {
  test('does not hold up those behind it for which there is room', async () => {
    const { limiter, started, call, end } = weighted(3)
    for (const cost of [2, 3, 1, 1]) call(cost)
    await advance(0)
    // The second needs everything; the third fits beside the first.
    expect(started).toEqual([0, 2])
    await end()
    expect(started).toEqual([0, 2, 3])
    expect([limiter.active, limiter.queued]).toEqual([2, 1])
    await end()
    await end()
    expect(started).toEqual([0, 2, 3, 1])
    expect(limiter.active).toBe(3)
  })

  test('is overtaken 16 times, and then has its turn, though small ones keep coming', async () => {
    const { started, running, call, end } = weighted(2)
    call()
    call()
    call(2)
    for (let small = 0; small < 40; small++) call()
    while (!started.includes(2)) await end()
    expect(started.indexOf(2)).toBe(2 + 16)
    expect(running).toHaveLength(1)
  })
})

test('none is overtaken more than 16 times, lost or let in beyond the limit, whatever each costs', async () => {
  const limits = fc.integer({ min: 1, max: 6 })
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ cost: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 2, arbitrary: fc.record({ end: fc.nat() }) },
  )
  await fc.assert(
    fc.asyncProperty(
      limits,
      fc.array(step, { minLength: 40, maxLength: 120 }),
      async (limit, steps) => {
        const { limiter, started, running, call, end } = weighted(limit)
        let calls = 0
        for (const step of steps) {
          if ('end' in step) await end(step.end)
          else {
            call(Math.min(step.cost, limit))
            calls++
          }
          expect(limiter.active).toBeLessThanOrEqual(limit)
        }
        await new Promise(setImmediate)
        while (running.length > 0) await end()
        expect([limiter.active, limiter.queued]).toEqual([0, 0])
        expect([...started].sort((a, b) => a - b)).toEqual(
          Array.from({ length: calls }, (_, id) => id),
        )
        for (const [at, id] of started.entries()) {
          const overtakers = started.slice(0, at).filter((other) => other > id)
          expect(overtakers.length).toBeLessThanOrEqual(16)
        }
      },
    ),
  )
})

describe('a discipline of one’s own', () => {
  /** The newest first. */
  const lifo: QueueDiscipline = {
    createQueue: (line) => ({ next: (fits) => firstThatFits(along(line.tail, 'previous'), fits) }),
  }

  test('needs to say no more than who is next', async () => {
    const limiter = createLimiter({ maxConcurrent: 1, queue: lifo })
    const permit = limiter.tryAcquire()
    const waiting = [watch(limiter.acquire()), watch(limiter.acquire())]
    permit?.succeed()
    await advance(0)
    expect(waiting.map(({ state }) => state)).toEqual(['pending', 'fulfilled'])
  })

  test('is told of each who joins, leaves, starts and ends', async () => {
    const told: string[] = []
    const queue: QueueDiscipline = {
      createQueue: (line) => ({
        next: () => line.head,
        join: ({ terms }) => void told.push(`${terms.key} joins`),
        leave: ({ terms }) => void told.push(`${terms.key} leaves`),
        start: ({ key }) => void told.push(`${key} starts`),
        end: ({ key }) => void told.push(`${key} ends`),
      }),
    }
    const limiter = createLimiter({ maxConcurrent: 1, queue })
    const permit = limiter.tryAcquire({ key: 'a' })
    const controller = new AbortController()
    const aborted = watch(limiter.acquire({ key: 'b', signal: controller.signal }))
    controller.abort()
    permit?.succeed()
    await advance(0)
    expect(aborted.state).toBe('rejected')
    expect(told).toEqual(['a joins', 'a starts', 'a leaves', 'b joins', 'b leaves', 'a ends'])
  })

  test('is refused by name when it is none', () => {
    const queue = { createQueue: 'fifo' } as never
    expect(() => createLimiter({ queue })).toThrow(TypeError)
    expect(() => createLimiter({ queue })).toThrow(
      '`queue.createQueue` must be a function, not "fifo"',
    )
    expect(() => createLimiter({ queue: null as never })).toThrow(TypeError)
  })
})
