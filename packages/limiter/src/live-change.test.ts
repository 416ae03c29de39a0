import { type Clock, systemClock } from '@holdfast/internal'
import { advance, hang, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { adaptive } from './adaptive.ts'
import { QueueFullError, QueueTimeoutError } from './errors.ts'
import { createLimiter } from './limiter.ts'
import { boom, jobs } from './testing.ts'

useVirtualTime()

describe('update', () => {
  test('that raises the limit lets in at once those who wait', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1 })
    for (const label of ['a', 'b', 'c', 'd']) begin(label)
    limiter.update({ maxConcurrent: 3 })
    await advance(0)
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  test('that lowers the limit loses nothing that runs, and starts less', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 2 })
    const [a, b] = [begin('a'), begin('b'), begin('c')]
    limiter.update({ maxConcurrent: 1 })
    a.resolve('done')
    await advance(0)
    expect([limiter.active, begun]).toEqual([1, ['a', 'b']])
    expect(limiter.tryAcquire()).toBeUndefined()
    b.resolve('done')
    await advance(0)
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  test('to 0 pauses, and calls wait', async () => {
    const { limiter, begun, begin } = jobs()
    limiter.update({ maxConcurrent: 0 })
    begin('a')
    await advance(1000)
    expect(begun).toEqual([])
    limiter.update({ maxConcurrent: 1 })
    await advance(0)
    expect(begun).toEqual(['a'])
  })

  test('of the time in the queue holds for those who wait', async () => {
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: 1000 })
    const waiting = watch(limiter.acquire())
    await advance(50)
    limiter.update({ queueTimeoutMs: 100 })
    await advance(50)
    expect(waiting.settledAt).toBe(100)
    expect(waiting.reason).toMatchObject({
      message: 'No permit of limiter "limiter" came free within 100 ms',
    })
  })

  test.each([
    [20, 50],
    [200, 200],
    [Infinity, undefined],
  ])('of the time in the queue to %d ms after 50 ends a wait at %d', async (ms, endsAt) => {
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: 100 })
    const waiting = watch(limiter.acquire())
    await advance(50)
    limiter.update({ queueTimeoutMs: ms })
    await advance(1000)
    expect(waiting.settledAt).toBe(endsAt)
    expect(timers()).toBe(0)
  })

  test('of the length of the queue turns away nobody who is in it', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 0, maxQueue: 3 })
    for (const label of ['a', 'b', 'c']) begin(label)
    limiter.update({ maxQueue: 1 })
    const late = begin('d').call
    await advance(0)
    expect(limiter.queued).toBe(3)
    expect(late.reason).toMatchObject({
      message: 'Limiter "limiter" is busy and its queue of 1 is full',
    })
  })

  test('leaves what is not named, or undefined, as it is', async () => {
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 0, queueTimeoutMs: 7 })
    limiter.update({})
    limiter.update({ maxConcurrent: undefined, maxQueue: undefined, queueTimeoutMs: undefined })
    limiter(hang)
    await expect(limiter(hang)).rejects.toThrow(QueueFullError)
    limiter.update({ maxQueue: 1 })
    const waiting = watch(limiter(hang))
    await advance(7)
    expect(waiting.settledAt).toBe(7)
  })

  test.each([
    [{ maxConcurrent: 2, maxQueue: -1 }, RangeError],
    [{ maxConcurrent: '2' }, TypeError],
    [{ maxConcurrent: 2, queueTimeoutMs: Number.NaN }, RangeError],
    [{ maxConcurrent: 2, rates: [{ name: 'tokens', perMinute: 5 }] }, RangeError],
    [{ maxConcurrent: 2, rates: 5 }, TypeError],
  ])('with a mistake, %o, changes nothing', async (changes, errorClass) => {
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 0 })
    expect(() => limiter.update(changes as never)).toThrow(errorClass)
    limiter(hang)
    await expect(limiter(hang)).rejects.toThrow(QueueFullError)
  })

  test('puts a limit that moves in the place of one that stands, and back', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 3 })
    limiter.update({ maxConcurrent: adaptive({ max: 8, initial: 4 }) })
    expect(limiter.stats().limit).toBe(4)
    begin('a').reject({ status: 429 })
    await advance(0)
    expect(limiter.stats().limit).toBe(2)
    limiter.update({ maxQueue: 7 })
    expect(limiter.stats().limit).toBe(2)
    limiter.update({ maxConcurrent: 3 })
    begin('b').reject({ status: 429 })
    await advance(5000)
    expect(limiter.stats().limit).toBe(3)
  })

  test('tells of a limit that has changed, and of no other', () => {
    const { limiter, events } = jobs({ maxConcurrent: 3, name: 'chat' })
    limiter.update({ maxConcurrent: 5 })
    limiter.update({ maxConcurrent: 5, maxQueue: 7 })
    limiter.update({ maxConcurrent: 0 })
    const facts = { type: 'limiter.limit-changed', name: 'chat', active: 0, queued: 0 }
    expect(events).toMatchObject([
      { ...facts, from: 3, to: 5 },
      { ...facts, from: 5, to: 0 },
    ])
  })
})

describe('pause', () => {
  test('starts nothing until resume; what runs ends as it will', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 2 })
    const a = begin('a')
    limiter.pause()
    for (const label of ['b', 'c', 'd']) begin(label)
    expect(limiter.tryAcquire()).toBeUndefined()
    a.resolve('done')
    await advance(1000)
    expect(a.call.value).toBe('done')
    expect([begun, limiter.active, limiter.queued]).toEqual([['a'], 0, 3])
    limiter.resume()
    await advance(0)
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  test('does not stop the clock of those who wait: queue and time have their bounds', async () => {
    const { limiter, begin } = jobs({ maxQueue: 1, queueTimeoutMs: 100 })
    limiter.pause()
    const waiting = begin('a').call
    await advance(40)
    const full = begin('b').call
    await advance(100)
    expect(full.reason).toBeInstanceOf(QueueFullError)
    expect(waiting.reason).toBeInstanceOf(QueueTimeoutError)
    expect(waiting.settledAt).toBe(100)
    expect([limiter.queued, timers()]).toEqual([0, 0])
  })

  test('is seen in stats and events; twice is once', () => {
    const { limiter, events } = jobs({ maxConcurrent: 3 })
    limiter.pause()
    limiter.pause()
    expect(limiter.stats()).toMatchObject({ paused: true, limit: 0 })
    limiter.resume()
    limiter.resume()
    expect(limiter.stats()).toMatchObject({ paused: false, limit: 3 })
    expect(events).toEqual([
      expect.objectContaining({ type: 'limiter.limit-changed', from: 3, to: 0 }),
      expect.objectContaining({ type: 'limiter.limit-changed', from: 0, to: 3 }),
    ])
  })

  test('keeps what is updated meanwhile for afterwards', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1 })
    limiter.pause()
    limiter.update({ maxConcurrent: 2 })
    for (const label of ['a', 'b', 'c']) begin(label)
    await advance(0)
    expect(begun).toEqual([])
    limiter.resume()
    await advance(0)
    expect(begun).toEqual(['a', 'b'])
  })

  test('of a limit that moves keeps what it has learned', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: adaptive({ max: 8, initial: 8 }) })
    const throttled = begin('a')
    limiter.pause()
    throttled.reject({ status: 429 })
    await advance(0)
    expect(limiter.stats().limit).toBe(0)
    limiter.resume()
    expect(limiter.stats().limit).toBe(4)
  })

  test('before the first call is a limiter that begins paused', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 0 })
    const waiting = begin('a')
    limiter.resume()
    await advance(0)
    expect(begun).toEqual([])
    limiter.update({ maxConcurrent: 1 })
    waiting.reject(boom)
    await advance(0)
    expect(waiting.call.reason).toBe(boom)
  })

  test('with rates wakes nobody in vain', async () => {
    const rates = [{ name: 'requests', perMinute: 60, burst: 1 }]
    const setTimer = vi.fn(setTimeout)
    const clock: Clock = { ...systemClock, setTimeout: (wake, ms) => setTimer(wake, ms) }
    const { limiter, begun, begin } = jobs({ rates, queueTimeoutMs: 10_000, clock })
    begin('a')
    begin('b')
    await advance(500)
    limiter.pause()
    await advance(5000)
    // For the rate, until the pause; then for the time in the queue.
    expect(setTimer.mock.calls.map(([, ms]) => ms)).toEqual([1000, 9000])
    limiter.resume()
    await advance(0)
    expect(begun).toEqual(['a', 'b'])
  })
})
