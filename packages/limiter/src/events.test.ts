import {
  advance,
  type Deferred,
  deferred,
  timers,
  useVirtualTime,
  type Watched,
  watch,
} from '@holdfast/internal/testing'
import { describe, expect, type Mock, test, vi } from 'vitest'
import { adaptive } from './adaptive.ts'
import { LimiterClosedError } from './errors.ts'
import type { LimiterEvent } from './events.ts'
import { createLimiter, type Limiter } from './limiter.ts'
import { boom, jobs, reason } from './testing.ts'

useVirtualTime()

describe('events', () => {
  test('tell of waiting, starting, ending and being turned away, by name', async () => {
    const name = 'chat'
    const { limiter, begin, events } = jobs({
      name,
      maxConcurrent: 1,
      maxQueue: 1,
      queueTimeoutMs: 100,
    })
    const controller = new AbortController()
    const a = begin('a')
    const b = begin('b')
    begin('full')
    await advance(40)
    a.resolve('done')
    await advance(0)
    begin('aborted', { signal: controller.signal })
    controller.abort(reason)
    begin('late')
    await advance(100)
    limiter.drain()
    limiter.close()
    begin('closed')
    b.reject(boom)
    await advance(0)
    expect(events).toMatchObject([
      { type: 'limiter.started', name, active: 1, queued: 0, waitMs: 0 },
      { type: 'limiter.queued', name, active: 1, queued: 1 },
      { type: 'limiter.rejected', name, active: 1, queued: 1, reason: 'full' },
      { type: 'limiter.settled', name, active: 0, queued: 1, outcome: 'success' },
      { type: 'limiter.started', name, active: 1, queued: 0, waitMs: 40 },
      { type: 'limiter.queued', name, active: 1, queued: 1 },
      { type: 'limiter.rejected', name, active: 1, queued: 0, reason: 'aborted' },
      { type: 'limiter.queued', name, active: 1, queued: 1 },
      { type: 'limiter.rejected', name, active: 1, queued: 0, reason: 'timeout' },
      { type: 'limiter.rejected', name, active: 1, queued: 0, reason: 'closed' },
      { type: 'limiter.settled', name, active: 0, queued: 0, outcome: 'failure' },
      { type: 'limiter.drained', name, active: 0, queued: 0 },
    ])
  })

  test('of permits are those of calls, with the verdict of their holder', async () => {
    const { limiter, events } = jobs()
    for (const settle of ['succeed', 'fail', 'ignore'] as const) (await limiter.acquire())[settle]()
    limiter.tryAcquire()?.succeed()
    expect(events.map((event) => ('outcome' in event ? event.outcome : event.type))).toEqual([
      ...['limiter.started', 'success', 'limiter.started', 'failure'],
      ...['limiter.started', 'ignore', 'limiter.started', 'success'],
    ])
  })

  test.each([
    ['without a signal', undefined],
    ['with a signal', new AbortController().signal],
  ])('tell of a limit that has moved by how a call %s has ended', async (_, signal) => {
    const { events, begin } = jobs({ maxConcurrent: adaptive({ max: 8, initial: 4 }) })
    begin('a', { signal }).reject({ status: 429 })
    await advance(0)
    expect(events.at(-1)).toMatchObject({
      type: 'limiter.limit-changed',
      name: 'limiter',
      active: 0,
      queued: 0,
      from: 4,
      to: 2,
    })
  })

  test('of a time-out come in the order in which the calls came', async () => {
    const { begin, events } = jobs({ maxConcurrent: 0, queueTimeoutMs: 100 })
    for (const label of ['a', 'b', 'c']) begin(label)
    await advance(100)
    expect(events.slice(3).map(({ queued }) => queued)).toEqual([2, 1, 0])
  })
})

test('an observer that throws, or rejects, harms nobody', async () => {
  for (const onEvent of [
    () => {
      throw new Error('observer')
    },
    () => Promise.reject(new Error('observer')),
  ]) {
    const { begun, begin, limiter } = jobs({ maxConcurrent: 1, maxQueue: 1, onEvent })
    const [a, b] = [begin('a'), begin('b')]
    const full = begin('full').call
    const drained = watch(limiter.drain())
    a.resolve('done')
    b.resolve('done')
    await advance(0)
    expect([a.call.value, b.call.value, begun]).toEqual(['done', 'done', ['a', 'b']])
    expect(full.reason).toMatchObject({ code: 'QUEUE_FULL' })
    expect(drained.value).toBe(true)
  }
})

const types = [
  'limiter.queued',
  'limiter.started',
  'limiter.rejected',
  'limiter.settled',
  'limiter.limit-changed',
  'limiter.drained',
] as const

interface Situation {
  readonly limiter: Limiter
  begin(): void
  abortAll(): void
}

const acts: Record<string, (situation: Situation) => unknown> = {
  'closes the limiter': ({ limiter }) => limiter.close(),
  'pauses it': ({ limiter }) => limiter.pause(),
  'pauses and resumes it': ({ limiter }) => {
    limiter.pause()
    limiter.resume()
  },
  'raises the limit': ({ limiter }) => limiter.update({ maxConcurrent: 10 }),
  'lowers the limit to 0': ({ limiter }) => limiter.update({ maxConcurrent: 0 }),
  'takes the queue away': ({ limiter }) => limiter.update({ maxQueue: 0, queueTimeoutMs: 0 }),
  'makes another call': ({ begin }) => begin(),
  'takes a permit, and gives it back': ({ limiter }) => limiter.tryAcquire()?.succeed(),
  'waits for the end': ({ limiter }) => limiter.drain(),
  'aborts every call': ({ abortAll }) => abortAll(),
}

interface Call {
  readonly work: Deferred<void>
  readonly controller: AbortController
  readonly operation: Mock<() => Promise<void>>
  result: Watched<void> | undefined
}

describe.each(types)('an observer that, on hearing of %s,', (type) => {
  test.each(Object.keys(acts))('%s: the books are right', async (act) => {
    const told: LimiterEvent[] = []
    const heard = vi.fn()
    const limiter = createLimiter({
      maxConcurrent: adaptive({ max: 4, initial: 2 }),
      maxQueue: 3,
      queueTimeoutMs: 50,
      onEvent(event) {
        told.push(event)
        if (event.type !== type) return
        // Not within itself: whoever calls whenever a call is made never ends.
        if (heard.mock.calls.length < 3) {
          heard()
          acts[act]?.({ limiter, begin, abortAll })
        }
      },
    })
    const calls: Call[] = []
    const begin = () => {
      const work = deferred()
      const controller = new AbortController()
      const operation = vi.fn(() => work.promise)
      const context = { signal: controller.signal, cost: 1 + (calls.length % 2) }
      const call: Call = { work, controller, operation, result: undefined }
      // In the list before it is made: the observer may ask for it.
      calls.push(call)
      call.result = watch(limiter(operation, context))
    }
    const abortAll = () => {
      for (const { controller } of calls) controller.abort(reason)
    }
    const end = async (how: 'resolve' | 'reject', error?: unknown) => {
      const begun = calls.filter(({ operation }) => operation.mock.calls.length > 0)
      for (const { work } of begun) work[how](error as never)
      await advance(0)
    }

    for (let call = 0; call < 8; call++) begin()
    await advance(10)
    await end('reject', { status: 429 })
    for (let call = 0; call < 4; call++) begin()
    await advance(100)
    const drained = watch(limiter.drain())
    for (let round = 0; round < 4; round++) await end('resolve')
    limiter.resume()
    limiter.update({ maxConcurrent: 4 })
    for (let round = 0; round < 4; round++) await end('resolve')
    await advance(1)

    expect(heard).toHaveBeenCalled()
    expect(drained.value).toBe(true)
    for (const { result, operation } of calls) {
      expect(result?.state).toMatch(/fulfilled|rejected/)
      expect(operation.mock.calls.length).toBeLessThanOrEqual(1)
    }
    const { started, successes, failures, ignored, rejected, ...stats } = limiter.stats()
    expect(stats).toMatchObject({ active: 0, queued: 0, zombies: 0 })
    expect(started).toBe(successes + failures + ignored)
    const of = (wanted: LimiterEvent['type']) => told.filter(({ type }) => type === wanted).length
    expect(of('limiter.started')).toBe(started)
    expect(of('limiter.settled')).toBe(started)
    expect(of('limiter.rejected')).toBe(Object.values(rejected).reduce((sum, n) => sum + n, 0))
    expect(
      told.every(
        (event) => event.type === 'callback.failed' || (event.active >= 0 && event.queued >= 0),
      ),
    ).toBe(true)
    expect(timers()).toBe(0)
    limiter.close()
    await expect(limiter(() => {})).rejects.toThrow(LimiterClosedError)
  })
})

describe('an observer that aborts the very call that it hears of', () => {
  test.each(['limiter.started', 'limiter.queued', 'limiter.rejected'])(
    'at %s: the call is told once, and its slot is not lost',
    async (type) => {
      let controller = new AbortController()
      const limiter = createLimiter({
        maxConcurrent: 1,
        queueTimeoutMs: 100,
        onEvent: (event) => void (event.type === type && controller.abort(reason)),
      })
      const permit = await limiter.acquire()
      controller = new AbortController()
      const operation = vi.fn()
      const call = watch(limiter(operation, { signal: controller.signal }))
      if (type === 'limiter.rejected') await advance(100)
      permit.succeed()
      await advance(0)
      expect(call.state).toBe('rejected')
      expect(operation).not.toHaveBeenCalled()
      expect([limiter.active, limiter.queued]).toEqual([0, 0])
      const next = limiter(() => 'done')
      await expect(next).resolves.toBe('done')
    },
  )
})

test('a drained limiter tells so once, though its observer changes it at that moment', async () => {
  const told = vi.fn()
  const limiter = createLimiter({
    onEvent: ({ type }) => {
      if (type !== 'limiter.drained') return
      told()
      limiter.update({ maxConcurrent: 3 })
      limiter.close()
    },
  })
  const permit = await limiter.acquire()
  const drained = [watch(limiter.drain()), watch(limiter.drain())]
  permit.succeed()
  await advance(0)
  expect(told).toHaveBeenCalledOnce()
  expect(drained.map(({ value }) => value)).toEqual([true, true])
})
