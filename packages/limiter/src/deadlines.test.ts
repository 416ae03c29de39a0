import { advance, hang, timers, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { QueueFullError, QueueTimeoutError } from './errors.ts'
import { createLimiter } from './limiter.ts'
import { jobs } from './testing.ts'

useVirtualTime()

/** A limiter of 1 that has started one waiting call every 100 ms; at 200 ms two wait, and its queue is full. */
async function paced(options: { rejectUnmeetable?: boolean; maxQueue?: number } = {}) {
  const made = jobs({ maxConcurrent: 1, maxQueue: 2, queueTimeoutMs: 250, ...options })
  const [a, b] = ['a', 'b', 'c'].map((label) => made.begin(label))
  await advance(100)
  a?.resolve('done')
  await advance(0)
  made.begin('d')
  await advance(100)
  b?.resolve('done')
  await advance(0)
  made.begin('e')
  return made
}

describe('a rejection tells when to come again', () => {
  test('by how fast the queue has moved, and how many are in it', async () => {
    const { limiter, begin } = await paced()
    expect(limiter.stats().estimatedWaitMs).toBe(300)
    const full = begin('full').call
    await advance(0)
    expect(full.reason).toBeInstanceOf(QueueFullError)
    expect(full.reason).toMatchObject({ retryAfterMs: 300, statusCode: 503, code: 'QUEUE_FULL' })
  })

  test('so does one that waited for too long', async () => {
    const { limiter, begin } = await paced({ maxQueue: 3 })
    const late = begin('late').call
    await advance(250)
    expect(late.settledAt).toBe(450)
    expect(late.reason).toBeInstanceOf(QueueTimeoutError)
    // Two starts in 450 ms; nobody waits any more.
    expect(late.reason).toMatchObject({ retryAfterMs: 225, statusCode: 503, code: 'QUEUE_TIMEOUT' })
    expect(limiter.stats().estimatedWaitMs).toBe(225)
  })

  test('not before anything has been measured: calls that did not wait tell nothing', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 1, maxQueue: 0 })
    begin('a').resolve('done')
    await advance(100)
    begin('b')
    const full = begin('c').call
    await advance(100)
    expect(full.reason).toMatchObject({ code: 'QUEUE_FULL', retryAfterMs: undefined })
    expect(limiter.stats().estimatedWaitMs).toBeUndefined()
  })

  test('nor do calls that might have had to wait, and had not', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 2 })
    begin('large', { cost: 2 })
    begin('waits')
    await advance(100)
    expect(limiter.stats().estimatedWaitMs).toBeUndefined()
  })

  test('time in which nobody waits is no time in which the queue stands', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 1 })
    const a = begin('a')
    const b = begin('b')
    await advance(100)
    a.resolve('done')
    await advance(5000)
    b.resolve('done')
    await advance(5000)
    expect(limiter.stats().estimatedWaitMs).toBe(100)
  })

  test('those who give up before their turn do not make it faster', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 1 })
    const controller = new AbortController()
    const a = begin('a')
    begin('b')
    for (let call = 0; call < 5; call++) begin('c', { signal: controller.signal })
    await advance(100)
    a.resolve('done')
    controller.abort()
    await advance(0)
    expect(limiter.stats().estimatedWaitMs).toBe(100)
  })
})

describe('a deadline of the context', () => {
  test('that passes while the call waits: it is not started, and the next is', async () => {
    const { begun, begin, limiter, events } = jobs({ maxConcurrent: 1 })
    const a = begin('a')
    const late = begin('late', { deadlineAt: 50 })
    const exact = begin('exact', { deadlineAt: 60 })
    begin('b', { deadlineAt: 61 })
    await advance(60)
    expect(late.call.state).toBe('pending')
    a.resolve('done')
    await advance(0)
    expect(begun).toEqual(['a', 'b'])
    expect(late.call.reason).toBeInstanceOf(QueueTimeoutError)
    expect(late.call.reason).toMatchObject({
      message: 'No permit of limiter "limiter" came free within 50 ms',
      statusCode: 503,
    })
    expect(exact.call.reason).toBeInstanceOf(QueueTimeoutError)
    expect(limiter.stats().rejected.deadline).toBe(2)
    expect(events.filter(({ type }) => type === 'limiter.rejected')).toEqual([
      expect.objectContaining({ reason: 'deadline', queued: 2 }),
      expect.objectContaining({ reason: 'deadline', queued: 1 }),
    ])
  })

  test('that has passed on arrival: it is not started though there is a slot', async () => {
    const { limiter, begin, begun } = jobs()
    await advance(100)
    const late = begin('late', { deadlineAt: 40 }).call
    await advance(0)
    expect(late.reason).toMatchObject({
      code: 'QUEUE_TIMEOUT',
      message: 'No permit of limiter "limiter" came free within 0 ms',
    })
    expect(limiter.tryAcquire({ deadlineAt: 40 })).toBeUndefined()
    expect([begun, limiter.active, limiter.queued]).toEqual([[], 0, 0])
  })

  test('that is to come is handed on, and bounds nothing else', async () => {
    const { limiter } = jobs()
    await expect(limiter(({ deadlineAt }) => deadlineAt, { deadlineAt: 100 })).resolves.toBe(100)
    await expect(limiter(() => 'done', { deadlineAt: Infinity })).resolves.toBe('done')
    limiter(hang, { deadlineAt: 100 })
    await advance(1000)
    expect([limiter.active, timers()]).toEqual([1, 0])
  })
})

describe('with rejectUnmeetable', () => {
  test('a call that could not start before its deadline is rejected on arrival', async () => {
    const { limiter, begin } = await paced({ rejectUnmeetable: true, maxQueue: 10 })
    const unmeetable = begin('unmeetable', { deadlineAt: 500 }).call
    begin('meetable', { deadlineAt: 501 })
    await advance(0)
    expect(unmeetable.reason).toBeInstanceOf(QueueTimeoutError)
    expect(unmeetable.reason).toMatchObject({
      retryAfterMs: 300,
      message: 'No permit of limiter "limiter" came free within 300 ms',
    })
    expect(limiter.queued).toBe(3)
    expect(limiter.stats().rejected).toMatchObject({ deadline: 1, full: 0 })
  })

  test('nothing is guessed before anything has been measured', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 1, rejectUnmeetable: true })
    await advance(10)
    begin('a')
    begin('in time', { deadlineAt: 11 })
    const late = begin('late', { deadlineAt: 10 }).call
    await advance(0)
    expect(late.reason).toMatchObject({ code: 'QUEUE_TIMEOUT' })
    expect(limiter.queued).toBe(1)
  })

  test('a call that can start at once does, however slow the queue has been', async () => {
    const { limiter, begin, begun } = await paced({ rejectUnmeetable: true })
    limiter.update({ maxConcurrent: 10 })
    begin('urgent', { deadlineAt: 201 })
    await advance(0)
    expect(begun).toContain('urgent')
  })

  test('which is not the default: such a call waits, in case', async () => {
    const { limiter, begin } = await paced({ maxQueue: 10 })
    begin('unmeetable', { deadlineAt: 201 })
    expect(limiter.queued).toBe(3)
  })
})

test('closed: there is no time to tell', async () => {
  const limiter = createLimiter()
  limiter.close()
  await expect(limiter(hang)).rejects.not.toHaveProperty('retryAfterMs')
})
