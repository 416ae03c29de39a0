import { advance, useVirtualTime, watch } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { adaptive } from './adaptive.ts'
import { QueueFullError } from './errors.ts'
import { type FairQueueOptions, fairQueue } from './fair-queue.ts'
import { createLimiter, type LimiterPermit } from './limiter.ts'
import type { LimiterContext } from './limiter-context.ts'
import type { LimiterOptions } from './settings.ts'

useVirtualTime()

/** Until every promise that has been settled is heard. Virtual time stands still. */
const heard = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** One slot, or as many as told, for which calls wait fairly. The first letter of a call's label is its key. */
function fair(options?: FairQueueOptions, settings?: LimiterOptions) {
  const limiter = createLimiter({
    maxConcurrent: 1,
    maxQueue: Number.POSITIVE_INFINITY,
    queueTimeoutMs: Number.POSITIVE_INFINITY,
    queue: fairQueue(options),
    ...settings,
  })
  const started: string[] = []
  const running = new Map<string, LimiterPermit>()
  const call = (label: string, context?: LimiterContext) => {
    const begin = (permit: LimiterPermit) => {
      started.push(label)
      running.set(label, permit)
    }
    return watch(limiter.acquire({ key: label.charAt(0), ...context }).then(begin))
  }
  const calls = (labels: string) => labels.split(' ').map((label) => call(label))
  const end = async (label?: string) => {
    const [first] = running.keys()
    const which = label ?? first ?? ''
    running.get(which)?.succeed()
    running.delete(which)
    await heard()
  }
  /** Everyone comes before anyone starts; then they run, and end in the order in which they began. */
  const runAll = async (labels: string) => {
    limiter.pause()
    calls(labels)
    limiter.resume()
    await heard()
    while (running.size > 0) await end()
    return started.join(' ')
  }
  return { limiter, started, running, call, calls, end, runAll }
}

/** As many of a key as told, numbered: `a1 a2 a3`. */
const many = (key: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${key}${at + 1}`).join(' ')

const ofKey = (key: string, labels: readonly string[]) =>
  labels.filter((label) => label.startsWith(key)).length

describe('keys', () => {
  test('take turns, each in the order in which its calls came', async () => {
    const { runAll } = fair()
    expect(await runAll('a1 a2 a3 a4 b1 b2 c1')).toBe('a1 b1 c1 a2 b2 a3 a4')
  })

  test('have as many turns as others however many of their calls run at once', async () => {
    const { runAll } = fair({}, { maxConcurrent: 3 })
    expect(await runAll(`${many('a', 6)} b1 b2 b3`)).toBe('a1 b1 a2 b2 a3 b3 a4 a5 a6')
  })

  test('get slots in proportion to their shares', async () => {
    const share = (key: string) => (key === 'a' ? 3 : 1)
    const { started, runAll } = fair({ share })
    await runAll(`${many('b', 40)} ${many('a', 40)}`)
    const contended = started.slice(0, 40)
    expect([ofKey('a', contended), ofKey('b', contended)]).toEqual([30, 10])
  })

  test('that have had as much go in the order of their last turns', async () => {
    const { runAll } = fair({ share: (key) => (key === 'a' ? 2 : 1) })
    // After a2 each has had 1: it is longer ago for b.
    expect(await runAll('a1 a2 a3 a4 b1 b2')).toBe('a1 b1 a2 b2 a3 a4')
  })

  test('pay for what their calls cost', async () => {
    const { limiter, started, running, call, end } = fair(
      {},
      { maxConcurrent: adaptive({ max: 3 }) },
    )
    limiter.pause()
    for (let at = 1; at <= 12; at++) {
      call(`a${at}`, { cost: 3 })
      call(`b${at}`)
    }
    limiter.resume()
    await heard()
    for (let ended = 0; ended < 12; ended++) {
      for (const permit of running.values()) permit.ignore()
      running.clear()
      await end()
    }
    expect([ofKey('a', started), ofKey('b', started)]).toEqual([4, 9])
  })

  test('none given is a key like any other', async () => {
    const { limiter, started, running, end } = fair()
    limiter.pause()
    for (const key of [undefined, undefined, 'a']) {
      limiter.acquire({ key }).then((permit) => {
        started.push(String(key))
        running.set(String(key), permit)
      })
    }
    limiter.resume()
    await heard()
    while (running.size > 0) await end()
    expect(started).toEqual(['undefined', 'a', 'undefined'])
  })

  test('are apart in each limiter that uses the same description', async () => {
    const queue = fairQueue({ maxConcurrentPerKey: 1 })
    const [one, other] = [
      fair({}, { maxConcurrent: 2, queue }),
      fair({}, { maxConcurrent: 2, queue }),
    ]
    one.calls('a1')
    other.calls('a1')
    await heard()
    expect([one.started, other.started]).toEqual([['a1'], ['a1']])
  })
})

describe('a key that comes back', () => {
  test('has no credit for its absence', async () => {
    const { started, calls, end } = fair()
    calls(many('b', 40))
    for (let ended = 0; ended < 20; ended++) await end()
    calls(many('a', 10))
    started.length = 0
    for (let ended = 0; ended < 10; ended++) await end()
    expect([ofKey('a', started), ofKey('b', started)]).toEqual([5, 5])
  })

  test('has none either when one of its calls has run all the while', async () => {
    const { started, calls, end } = fair({}, { maxConcurrent: 2 })
    calls(`a1 ${many('b', 40)}`)
    await heard()
    for (let ended = 1; ended <= 20; ended++) await end(`b${ended}`)
    calls('a2 a3 a4 a5 a6')
    started.length = 0
    for (let ended = 0; ended < 8; ended++) await end(started.at(-1) ?? 'b21')
    expect([ofKey('a', started), ofKey('b', started)]).toEqual([4, 4])
  })

  test('at once, each time, still pays for what it has had: its share is kept by one caller in a loop', async () => {
    const share = (key: string) => (key === 'a' ? 0.1 : 1)
    const { started, running, call, calls, end } = fair({ share })
    calls(many('b', 200))
    call('a0')
    await heard()
    for (let ended = 1; ended <= 110; ended++) {
      const [label] = running.keys()
      await end()
      if (label?.startsWith('a')) call(`a${ended}`)
    }
    expect(ofKey('a', started)).toBeGreaterThanOrEqual(10)
    expect(ofKey('a', started)).toBeLessThanOrEqual(12)
  })

  test('begins with those whose turn it is now, though a capped key has had far less', async () => {
    const { started, calls, end } = fair({ maxConcurrentPerKey: 1 }, { maxConcurrent: 2 })
    calls(`a1 a2 ${many('b', 60)}`)
    await heard()
    for (let ended = 1; ended <= 30; ended++) await end(`b${ended}`)
    // The capped key starts its second call after thirty of the other's.
    await end('a1')
    calls(many('c', 20))
    started.length = 0
    for (let ended = 0; ended < 20; ended++) {
      await end(ended === 0 ? 'b31' : started.at(-1))
    }
    expect([ofKey('b', started), ofKey('c', started)]).toEqual([10, 10])
  })
})

describe('a key is not punished for calls that never ran', () => {
  test('because they were aborted', async () => {
    const { limiter, started, call, calls, running, end } = fair()
    const { signal, abort } = aborter()
    limiter.pause()
    for (let at = 0; at < 20; at++) call('a', { signal })
    calls('a1 b1 a2 b2')
    abort()
    limiter.resume()
    await heard()
    while (running.size > 0) await end()
    expect(started.join(' ')).toBe('a1 b1 a2 b2')
  })

  test('because there was no room in the queue', async () => {
    const { limiter, started, calls, running, end } = fair({ maxQueuePerKey: 1 })
    limiter.pause()
    calls('a1 a2 a3 a4 b1')
    limiter.resume()
    await heard()
    calls('a5')
    while (running.size > 0) await end()
    expect(started.join(' ')).toBe('a1 b1 a5')
  })

  test('because its cap was reached: it has its turn as soon as one of its own ends', async () => {
    const { started, calls, end } = fair({ maxConcurrentPerKey: 1 }, { maxConcurrent: 2 })
    calls('a1 a2 b1 b2 b3 b4')
    await heard()
    for (const label of ['b1', 'b2', 'a1']) await end(label)
    expect(started.join(' ')).toBe('a1 b1 b2 b3 a2')
  })
})

describe('the cap of a key', () => {
  test('keeps it from taking the whole limit, and leaves the rest to others', async () => {
    const { limiter, started, calls } = fair({ maxConcurrentPerKey: 2 }, { maxConcurrent: 4 })
    calls('a1 a2 a3 a4 a5')
    await heard()
    expect([started, limiter.active]).toEqual([['a1', 'a2'], 2])
    calls('b1 c1 c2')
    await heard()
    expect(started).toEqual(['a1', 'a2', 'b1', 'c1'])
  })

  test('lets the next of its calls start when one of its own ends, and not when another’s does', async () => {
    const { started, calls, end } = fair({ maxConcurrentPerKey: 1 }, { maxConcurrent: 3 })
    calls('a1 a2 b1')
    await heard()
    await end('b1')
    expect(started).toEqual(['a1', 'b1'])
    await end('a1')
    expect(started).toEqual(['a1', 'b1', 'a2'])
  })

  test('is of what its calls cost, and one that would exceed it holds up its own key only', async () => {
    const { limiter, started, call, calls, end } = fair(
      { maxConcurrentPerKey: 3 },
      { maxConcurrent: 4 },
    )
    call('a1', { cost: 2 })
    for (let at = 2; at < 20; at++) call(`a${at}`, { cost: 2 })
    call('a20')
    calls(many('b', 40))
    await heard()
    for (let ended = 1; ended <= 30; ended++) await end(`b${ended}`)
    // However often the others went by.
    expect(started.slice(-2)).toEqual(['b31', 'b32'])
    expect(ofKey('a', started)).toBe(1)
    await end('a1')
    expect([started.at(-1), limiter.active]).toEqual(['a2', 4])
  })

  test('is the most that one call may cost', () => {
    const { limiter } = fair({ maxConcurrentPerKey: 3 }, { maxConcurrent: 4 })
    expect(() => limiter.tryAcquire({ cost: 4 })).toThrow(
      /`cost` must be an integer from 1 to 3, not 4/,
    )
    expect(limiter.tryAcquire({ cost: 3 })).toBeDefined()
  })
})

describe('the queue of a key', () => {
  test('has a bound of its own, which leaves others their place', async () => {
    const { limiter, calls } = fair({ maxQueuePerKey: 2 }, { maxQueue: 4 })
    const [, ...waiting] = calls('a1 a2 a3 a4 b1 b2 c1')
    await heard()
    expect(waiting.map(({ state }) => state)).toEqual([
      'pending',
      'pending',
      'rejected',
      'pending',
      'pending',
      'rejected',
    ])
    for (const { reason } of waiting) if (reason) expect(reason).toBeInstanceOf(QueueFullError)
    expect(limiter.queued).toBe(4)
  })

  test('has room again when one has started or has given up', async () => {
    const { call, calls, end } = fair({ maxQueuePerKey: 1 })
    calls('a1 a2')
    await heard()
    await end()
    const { signal, abort } = aborter()
    const third = call('a3', { signal })
    await heard()
    expect(third.state).toBe('pending')
    abort()
    const fourth = call('a4')
    await heard()
    expect(fourth.state).toBe('pending')
  })

  test('of no length rejects what cannot start at once', async () => {
    const { calls } = fair({ maxQueuePerKey: 0 })
    const [first, second] = calls('a1 a2')
    await heard()
    expect([first?.state, second?.state]).toEqual(['fulfilled', 'rejected'])
  })
})

describe('priority', () => {
  test('goes first within a key, and of equal priority who came first', async () => {
    const { limiter, started, running, call, end } = fair()
    limiter.pause()
    for (const [label, priority] of [
      ['a1', 0],
      ['a2', -1],
      ['a3', 2],
      ['a4', 2],
      ['a5', 0],
    ] as const) {
      call(label, { priority })
    }
    limiter.resume()
    await heard()
    while (running.size > 0) await end()
    expect(started.join(' ')).toBe('a3 a4 a1 a5 a2')
  })

  test('of one key does not touch another’s turn', async () => {
    const { limiter, started, running, call, end } = fair()
    limiter.pause()
    for (const label of ['a1', 'a2', 'a3']) call(label, { priority: 10 })
    call('b1', { priority: -10 })
    limiter.resume()
    await heard()
    while (running.size > 0) await end()
    expect(started.join(' ')).toBe('a1 b1 a2 a3')
  })

  test.each([
    [999, 'high'],
    [1_001, 'low'],
  ])('is a head start of ageingMs: after %i ms the %s one goes first', async (ms, first) => {
    const { limiter, started, call } = fair({ ageingMs: 500 })
    limiter.pause()
    call('low', { key: 'a', priority: 1 })
    await advance(ms)
    call('high', { key: 'a', priority: 3 })
    limiter.resume()
    await heard()
    expect(started).toEqual([first])
  })

  test('is worth 10 s by default', async () => {
    const { limiter, started, running, call, end } = fair()
    limiter.pause()
    call('low', { key: 'a' })
    await advance(9_999)
    call('high', { key: 'a', priority: 1 })
    await advance(2)
    call('late', { key: 'a', priority: 1 })
    limiter.resume()
    await heard()
    while (running.size > 0) await end()
    expect(started).toEqual(['high', 'low', 'late'])
  })

  test.each([11, -11, 0.5, Number.NaN, 'high' as never])('may not be %s', (priority) => {
    const { limiter } = fair()
    expect(() => limiter.tryAcquire({ priority })).toThrow(
      /`priority` must be an integer from -10 to 10, not /,
    )
  })
})

describe('a share', () => {
  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '2' as never])(
    'of %s counts as absent: the key has a share of 1',
    async (wrong) => {
      const { running, calls, end } = fair({ share: (key) => (key === 'a' ? wrong : 1) })
      const waiting = calls('a1 b1 a2 b2')
      await heard()
      while (running.size > 0) await end()
      expect(waiting.map(({ state }) => state)).toEqual(Array(4).fill('fulfilled'))
    },
  )

  test('that throws counts as absent, and no call fails for it', async () => {
    const share = () => {
      throw new Error('no such tenant')
    }
    const { limiter, running, calls, end } = fair({ share })
    const waiting = calls('a1 b1')
    await heard()
    while (running.size > 0) await end()
    expect(waiting.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled'])
    expect([limiter.active, limiter.queued]).toEqual([0, 0])
  })

  test('is asked once while a key is there, and anew when it has gone: it leaves nothing behind', async () => {
    const share = vi.fn(() => 1)
    const { running, calls, end } = fair({ share })
    calls('a1 a2 b1')
    await heard()
    while (running.size > 0) await end()
    expect(share.mock.calls).toEqual([['a'], ['b']])
    calls('a3')
    await heard()
    expect(share.mock.calls).toEqual([['a'], ['b'], ['a']])
  })

  test('of a key that came once is forgotten though others wait all the time', async () => {
    const share = vi.fn((_key: string) => 1)
    const { calls, end } = fair({ share })
    calls(`${many('h', 40)} x1`)
    for (let ended = 0; ended < 10; ended++) await end()
    calls('x2')
    expect(share.mock.calls.map(([key]) => key)).toEqual(['h', 'x', 'x'])
  })

  test('of a key whose calls all were aborted is forgotten at once', async () => {
    const share = vi.fn((_key: string) => 1)
    const { call, calls } = fair({ share })
    calls('h1 h2')
    const { signal, abort } = aborter()
    call('x1', { signal })
    call('x2', { signal })
    abort()
    calls('x3')
    await heard()
    expect(share.mock.calls.map(([key]) => key)).toEqual(['h', 'x', 'x'])
  })
})

test.each([
  [{ share: 2 as never }, TypeError, '`share` must be a function, not 2'],
  [
    { maxConcurrentPerKey: 0 },
    RangeError,
    '`maxConcurrentPerKey` must be an integer of 1 or more, not 0',
  ],
  [
    { maxConcurrentPerKey: 1.5 },
    RangeError,
    '`maxConcurrentPerKey` must be an integer of 1 or more, not 1.5',
  ],
  [{ maxQueuePerKey: -1 }, RangeError, '`maxQueuePerKey` must be an integer of 0 or more, not -1'],
  [
    { maxQueuePerKey: '5' as never },
    TypeError,
    '`maxQueuePerKey` must be an integer of 0 or more, not "5"',
  ],
  [{ ageingMs: 0 }, RangeError, '`ageingMs` must be a number of 1 or more, not 0'],
  [{ ageingMs: Number.NaN }, RangeError, '`ageingMs` must be a number of 1 or more, not NaN'],
])('%o is refused by name', (options, kind, message) => {
  expect(() => fairQueue(options)).toThrow(kind)
  expect(() => fairQueue(options)).toThrow(message)
})

// One that searched the queue, or called itself, for each would not come to an end in time.
describe('100 000 who wait for 1 000 keys and give up', { timeout: 20_000 }, () => {
  const COUNT = 100_000

  test('all at once, under one signal', async () => {
    const { limiter, call } = fair()
    const { signal, abort } = aborter()
    call('first')
    const waiting = Array.from({ length: COUNT }, (_, at) =>
      call('w', { key: `${at % 1_000}`, priority: at % 3, signal }),
    )
    expect(limiter.queued).toBe(COUNT)
    abort()
    expect(limiter.queued).toBe(0)
    await heard()
    expect(waiting.every(({ state }) => state === 'rejected')).toBe(true)
  })

  test('key by key, from wherever they stand', async () => {
    const { limiter, started, call, end } = fair()
    call('first')
    const callers = Array.from({ length: 1_000 }, aborter)
    for (let at = 0; at < COUNT; at++) {
      const { signal } = callers[at % 1_000] ?? {}
      call('w', { key: `${at % 1_000}`, priority: at % 3, signal })
    }
    call('last')
    for (let at = 0; at < 1_000; at++) callers[(at * 619) % 1_000]?.abort()
    expect(limiter.queued).toBe(1)
    await heard()
    await end()
    expect(started).toEqual(['first', 'last'])
  })
})

const shares = fc.array(fc.constantFrom(0.3, 0.5, 1, 2, 3), { minLength: 2, maxLength: 4 })

/**
 * Keys that wait all the time: whenever one of their calls starts, another comes. Of any two of them, over any while,
 * what one has started divided by its share differs from the other's by no more than the bound.
 */
async function keepBusy(
  shares: readonly number[],
  maxCost: number,
  settings: LimiterOptions,
  steps: readonly { readonly cost: number; readonly end: number; readonly passerBy: boolean }[],
) {
  const limiter = createLimiter({
    maxQueue: Number.POSITIVE_INFINITY,
    queue: fairQueue({ share: (key) => shares[Number(key)] ?? 1 }),
    ...settings,
  })
  const had = shares.map(() => 0)
  const running: LimiterPermit[] = []
  const costs = steps.map(({ cost }) => cost)
  const gaps = new Map<string, { least: number; most: number }>()
  let calls = 0

  const measure = () => {
    for (const [i, hadOne] of had.entries()) {
      for (const [j, hadOther] of had.entries()) {
        const gap = hadOne / (shares[i] ?? 1) - hadOther / (shares[j] ?? 1)
        const { least, most } = gaps.get(`${i} ${j}`) ?? { least: 0, most: 0 }
        gaps.set(`${i} ${j}`, { least: Math.min(least, gap), most: Math.max(most, gap) })
        const bound = maxCost / (shares[i] ?? 1) + maxCost / (shares[j] ?? 1)
        expect(Math.max(most, gap) - Math.min(least, gap)).toBeLessThanOrEqual(bound + 1e-6)
      }
    }
  }
  const call = (key: number) => {
    const cost = costs[calls++ % costs.length] ?? 1
    limiter.acquire({ key: `${key}`, cost }).then((permit) => {
      had[key] = (had[key] ?? 0) + cost
      measure()
      running.push(permit)
      call(key)
    })
  }
  limiter.pause()
  for (const key of shares.keys()) for (let waiting = 0; waiting < 6; waiting++) call(key)
  limiter.resume()
  for (const { end, passerBy } of steps) {
    if (passerBy) limiter.acquire({ key: 'passer-by' }).then((permit) => running.push(permit))
    await heard()
    const [permit] = running.splice(end % Math.max(running.length, 1), 1)
    permit?.ignore()
  }
  await heard()
  return had.reduce((sum, cost) => sum + cost, 0)
}

describe('the bound of fairness holds at every instant, between any two keys that wait all the time', () => {
  const step = (maxCost: number) =>
    fc.record({
      cost: fc.integer({ min: 1, max: maxCost }),
      end: fc.nat(),
      passerBy: fc.boolean(),
    })

  test('whatever each call costs, when they run one at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        shares,
        fc.array(step(5), { minLength: 30, maxLength: 80 }),
        async (shares, steps) => {
          // A limit of 1 to begin with, under which each runs alone: none is passed over for want of room.
          const maxConcurrent = adaptive({ max: 5 })
          expect(await keepBusy(shares, 5, { maxConcurrent }, steps)).toBeGreaterThan(10)
        },
      ),
    )
  })

  test('however many run at once, and whichever ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        shares,
        fc.integer({ min: 1, max: 5 }),
        fc.array(step(1), { minLength: 30, maxLength: 80 }),
        async (shares, maxConcurrent, steps) => {
          expect(await keepBusy(shares, 1, { maxConcurrent }, steps)).toBeGreaterThan(10)
        },
      ),
    )
  })
})

test('a call that must wait for room is passed 16 times, and then nobody behind it starts before it', async () => {
  const { started, calls, call, running, end } = fair({}, { maxConcurrent: 2 })
  calls('b1 b2')
  call('large', { key: 'a', cost: 2 })
  calls(Array.from({ length: 40 }, (_, at) => `b${at + 3}`).join(' '))
  await heard()
  while (!started.includes('large')) await end()
  expect(started.indexOf('large')).toBe(2 + 16)
  expect(running.size).toBe(1)
})

test('none starves: a key with nothing under way waits for one start of each other that waits, at most', async () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), end: fc.boolean() })
  const steps = fc.array(step, { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      steps,
      steps,
      async (maxConcurrent, before, after) => {
        const { limiter, started, running, call, end } = fair({}, { maxConcurrent })
        const waiting: string[] = []
        let calls = 0
        const go = async ({ key, end: ends }: { key: string; end: boolean }) => {
          call(`${key}${calls++}`, { priority: 10 })
          waiting.push(key)
          await heard()
          if (ends) await end()
        }
        for (const one of before) await go(one)
        const startedBefore = started.length
        const others = new Set(waiting)
        call('quiet', { key: 'quiet', priority: -10 })
        await heard()
        // Newcomers, too, take their place behind it.
        for (const one of after) await go({ ...one, key: one.end ? one.key : `${calls}` })
        while (running.size > 0) await end()
        const place = started.indexOf('quiet') - startedBefore
        expect(place).toBeLessThanOrEqual(others.size)
        expect([limiter.queued, limiter.active]).toEqual([0, 0])
      },
    ),
  )
})

interface Call {
  readonly id: number
  readonly key: string
  readonly priority: number
  readonly since: number
  readonly abort: () => void
  state: 'waiting' | 'running' | 'gone'
  permit?: LimiterPermit
}

test('whoever comes, ends or gives up: no limit is exceeded, no slot is idle, each key keeps its order, nobody is lost', async () => {
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        key: fc.constantFrom('a', 'b', 'c', 'd'),
        priority: fc.integer({ min: -2, max: 2 }),
      }),
    },
    { weight: 6, arbitrary: fc.record({ end: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ abort: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ wait: fc.nat(250) }) },
  )
  const options = fc.record({
    maxConcurrent: fc.integer({ min: 1, max: 4 }),
    maxConcurrentPerKey: fc.integer({ min: 1, max: 3 }),
    maxQueuePerKey: fc.integer({ min: 1, max: 5 }),
  })
  const AGEING_MS = 100

  await fc.assert(
    fc.asyncProperty(
      options,
      fc.array(step, { maxLength: 80, size: 'max' }),
      async ({ maxConcurrent, ...perKey }, steps) => {
        const queue = fairQueue({ ...perKey, ageingMs: AGEING_MS })
        const limiter = createLimiter({ maxConcurrent, maxQueue: 1_000, queue })
        const calls: Call[] = []
        const those = (state: Call['state'], key?: string) =>
          calls.filter((one) => one.state === state && (key === undefined || one.key === key))

        const call = (key: string, priority: number) => {
          const { signal, abort } = aborter()
          const since = performance.now()
          const one: Call = { id: calls.length, key, priority, since, abort, state: 'waiting' }
          calls.push(one)
          const begin = (permit: LimiterPermit) => {
            const rank = ({ since, priority }: Call) => since - priority * AGEING_MS
            for (const other of those('waiting', key)) {
              if (other === one) continue
              expect(rank(one)).toBeLessThanOrEqual(rank(other))
              if (priority === other.priority) expect(one.id).toBeLessThan(other.id)
            }
            expect(one.state).toBe('waiting')
            Object.assign(one, { permit, state: 'running' })
          }
          const turnedAway = (error: unknown) => {
            if (QueueFullError.isInstance(error)) {
              const others = those('waiting', key).filter((other) => other !== one)
              expect(others).toHaveLength(perKey.maxQueuePerKey)
            }
            one.state = 'gone'
          }
          limiter.acquire({ key, priority, signal }).then(begin, turnedAway)
        }
        const compare = () => {
          expect(limiter.active).toBe(those('running').length)
          expect(limiter.queued).toBe(those('waiting').length)
          expect(limiter.active).toBeLessThanOrEqual(maxConcurrent)
          for (const key of ['a', 'b', 'c', 'd']) {
            const running = those('running', key).length
            const waiting = those('waiting', key).length
            expect(running).toBeLessThanOrEqual(perKey.maxConcurrentPerKey)
            expect(waiting).toBeLessThanOrEqual(perKey.maxQueuePerKey)
            const mayStart = limiter.active < maxConcurrent && running < perKey.maxConcurrentPerKey
            if (mayStart) expect(waiting).toBe(0)
          }
        }
        const end = (one: Call | undefined) => {
          if (one) one.state = 'gone'
          one?.permit?.succeed()
        }
        const pick = (from: readonly Call[], which: number) =>
          from[which % Math.max(from.length, 1)]

        for (const step of steps) {
          if ('key' in step) call(step.key, step.priority)
          else if ('end' in step) end(pick(those('running'), step.end))
          else if ('abort' in step) pick(those('waiting'), step.abort)?.abort()
          else vi.advanceTimersByTime(step.wait)
          await heard()
          compare()
        }
        while (those('running').length > 0) {
          end(those('running')[0])
          await heard()
          compare()
        }
        expect(those('gone')).toHaveLength(calls.length)
      },
    ),
  )
})

function aborter() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort(new Error('gave up')) }
}
