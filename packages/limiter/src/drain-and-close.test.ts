import { advance, hang, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { LimiterClosedError } from './errors.ts'
import { createLimiter, type Limiter } from './limiter.ts'
import { boom, jobs } from './testing.ts'

useVirtualTime()

describe('drain', () => {
  test('is done at once when nothing runs, and tells nobody', async () => {
    const { limiter, events } = jobs()
    const drained = watch(limiter.drain({ timeoutMs: 20 }))
    await advance(0)
    expect(drained.value).toBe(true)
    expect([timers(), events]).toEqual([0, []])
  })

  test('is true at the moment in which all has ended, those who waited included', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 1 })
    const [a, b] = [begin('a'), begin('b')]
    const drained = watch(limiter.drain({ timeoutMs: 1000 }))
    await advance(30)
    a.resolve('done')
    await advance(30)
    expect(drained.state).toBe('pending')
    b.reject(boom)
    await advance(0)
    expect(drained).toMatchObject({ value: true, settledAt: 60 })
    expect(timers()).toBe(0)
  })

  test('is false on time, exactly: 20 ms are not enough for a job of 100 ms', async () => {
    const { limiter, begin } = jobs()
    const job = begin('a')
    setTimeout(() => job.resolve('done'), 100)
    const drained = watch(limiter.drain({ timeoutMs: 20 }))
    const patient = [watch(limiter.drain()), watch(limiter.drain({ timeoutMs: 2 ** 31 }))]
    expect(timers()).toBe(2)
    await advance(19)
    expect(drained.state).toBe('pending')
    await advance(181)
    expect(drained).toMatchObject({ value: false, settledAt: 20 })
    expect(job.call).toMatchObject({ value: 'done', settledAt: 100 })
    // A turn of the event loop after the last call.
    for (const call of patient) expect(call).toMatchObject({ value: true, settledAt: 101 })
  })

  test('of 0 ms only looks, in its own time', async () => {
    const { limiter, begin } = jobs()
    begin('a')
    const drained = watch(limiter.drain({ timeoutMs: 0 }))
    await advance(0)
    expect(drained).toMatchObject({ value: false, settledAt: 0 })
  })

  test('sees held permits and zombies as work that runs', async () => {
    const { limiter, begin } = jobs()
    const controller = new AbortController()
    const zombie = begin('a', { signal: controller.signal })
    const permit = await limiter.acquire()
    const drained = watch(limiter.drain())
    controller.abort()
    await advance(10)
    permit.ignore()
    await advance(10)
    expect(drained.state).toBe('pending')
    zombie.reject(boom)
    await advance(0)
    expect(drained).toMatchObject({ value: true, settledAt: 20 })
  })

  test.each<[string, (limiter: Limiter, controller: AbortController) => void]>([
    ['times out', () => {}],
    ['is turned away by close', (limiter) => limiter.close()],
    ['is aborted', (_, controller) => controller.abort()],
  ])('sees the last of those who wait leave when it %s', async (_, act) => {
    const limiter = createLimiter({ maxConcurrent: 0, queueTimeoutMs: 100 })
    const controller = new AbortController()
    limiter.acquire({ signal: controller.signal }).catch(() => {})
    const drained = watch(limiter.drain())
    limiter.update({ maxConcurrent: 0 })
    await advance(0)
    expect(drained.state).toBe('pending')
    act(limiter, controller)
    await advance(101)
    expect(drained.value).toBe(true)
  })

  test('closes no door: a call that comes meanwhile is waited for as well', async () => {
    const { limiter, begin } = jobs()
    const a = begin('a')
    const drained = watch(limiter.drain())
    const b = begin('b')
    a.resolve('done')
    await advance(10)
    expect(drained.state).toBe('pending')
    b.resolve('done')
    await advance(0)
    expect(drained).toMatchObject({ value: true, settledAt: 10 })
  })

  test('can be asked for again, by any number', async () => {
    const { limiter, begin, events } = jobs()
    for (const round of [1, 2]) {
      const job = begin('a')
      const drained = [watch(limiter.drain()), watch(limiter.drain({ timeoutMs: 50 }))]
      job.resolve('done')
      await advance(0)
      expect(drained.map(({ value }) => value)).toEqual([true, true])
      expect(events.filter(({ type }) => type === 'limiter.drained')).toHaveLength(round)
    }
  })

  test.each([
    [-1, RangeError, '-1'],
    [Number.NaN, RangeError, 'NaN'],
    ['20', TypeError, '"20"'],
  ])('%o is no time', (timeoutMs, errorClass, value) => {
    expect(() => createLimiter().drain({ timeoutMs: timeoutMs as never })).toThrow(
      new errorClass(`\`timeoutMs\` must be a number of 0 or more, not ${value}`),
    )
  })
})

describe('shutdown', () => {
  test('accepts no more calls, and lets those that wait and run finish', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 1 })
    const [running, waiting] = [begin('running'), begin('waiting')]
    const stopped = watch(limiter.shutdown())
    const late = begin('late')
    await advance(0)
    expect(late.call.reason).toBeInstanceOf(LimiterClosedError)
    running.resolve('done')
    waiting.resolve('done')
    await advance(0)
    expect([running.call.value, waiting.call.value]).toEqual(['done', 'done'])
    expect(stopped.value).toBe(true)
  })

  test('is false on time, and what runs goes on', async () => {
    const { limiter, begin } = jobs()
    const job = begin('a')
    const stopped = watch(limiter.shutdown({ timeoutMs: 20 }))
    await advance(20)
    expect(stopped).toMatchObject({ value: false, settledAt: 20 })
    job.resolve('done')
    await advance(0)
    expect(job.call.value).toBe('done')
  })
})

describe('a drained limiter', () => {
  test('has let the callers of its last calls go on', async () => {
    const { limiter, begin } = jobs()
    const job = begin('a')
    const seen: string[] = []
    const answer = (async () => {
      await watch(limiter(() => job.promise))
      const value = await limiter(() => job.promise)
      // Some more awaits, as a handler has that writes an answer.
      for (let hop = 0; hop < 20; hop++) await undefined
      seen.push(`answered ${value}`)
    })()
    const drained = limiter.drain().then(() => seen.push('drained'))
    job.resolve('done')
    await advance(5)
    await Promise.all([answer, drained])
    expect(seen).toEqual(['answered done', 'drained'])
  })

  test('waits for a call that the caller of the last one starts', async () => {
    const { limiter, begin } = jobs()
    const first = begin('first')
    const drained = watch(limiter.drain())
    const second = watch(first.promise.then(() => limiter(hang)))
    first.resolve('done')
    await advance(10)
    expect([second.state, drained.state]).toEqual(['pending', 'pending'])
  })
})

describe('close', () => {
  test('rejects those who wait and those who come, and lets those who run end', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 1 })
    const running = begin('a')
    const waiting = [begin('b').call, watch(limiter.acquire())]
    limiter.close()
    const late = [begin('c').call, watch(limiter.acquire())]
    await advance(0)
    for (const { reason } of [...waiting, ...late]) {
      expect(reason).toBeInstanceOf(LimiterClosedError)
      expect(reason).toMatchObject({ code: 'LIMITER_CLOSED', statusCode: 503 })
    }
    expect(limiter.tryAcquire()).toBeUndefined()
    running.resolve('done')
    await advance(0)
    expect(running.call.value).toBe('done')
    expect(limiter.tryAcquire()).toBeUndefined()
    expect(begun).toEqual(['a'])
    expect([limiter.active, limiter.queued, timers()]).toEqual([0, 0, 0])
    expect(limiter.stats()).toMatchObject({ closed: true, rejected: { closed: 4 } })
  })

  test('leaves nothing unsettled, wherever a call is', async () => {
    const controller = new AbortController()
    const { limiter, begin } = jobs({ maxConcurrent: 1, maxQueue: 5 })
    const permit = await limiter.acquire()
    const granted = begin('has its slot, and is about to begin')
    const calls = [
      granted.call,
      begin('waits').call,
      begin('waits under a signal', { signal: controller.signal }).call,
    ]
    permit.succeed()
    limiter.close()
    controller.abort()
    granted.resolve('done')
    await advance(0)
    expect(calls.map(({ state }) => state)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(calls[2]?.reason).toBeInstanceOf(LimiterClosedError)
  })

  test('twice, and whatever else is done after it, is harmless', async () => {
    const { limiter, events } = jobs({ maxConcurrent: 1 })
    const permit = await limiter.acquire()
    limiter.acquire().catch(() => {})
    limiter.close()
    const told = events.length
    limiter.close()
    expect(events.length).toBe(told)
    limiter.pause()
    limiter.resume()
    limiter.update({ maxConcurrent: 3 })
    permit.settle({})
    permit.succeed()
    permit.fail(boom)
    permit.settle({})
    expect(limiter.stats()).toMatchObject({ active: 0, queued: 0, limit: 3, successes: 1 })
    await expect(limiter(hang)).rejects.toThrow(LimiterClosedError)
    const drained = watch(limiter.drain())
    await advance(0)
    expect(drained.value).toBe(true)
    expect(timers()).toBe(0)
  })

  test('and then drain is how to go down: `process.on("SIGTERM", limiter.close)`', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 1 })
    const [running, waiting] = [begin('a'), begin('b')]
    const { close } = limiter
    close()
    const drained = watch(limiter.drain({ timeoutMs: 10_000 }))
    await advance(0)
    expect([drained.state, waiting.call.state]).toEqual(['pending', 'rejected'])
    running.resolve('done')
    await advance(0)
    expect(drained.value).toBe(true)
  })

  test('of 20 000 that wait rejects them all, without recursion', async () => {
    const limiter = createLimiter({ maxConcurrent: 0, maxQueue: 20_000 })
    let rejected = 0
    for (let call = 0; call < 20_000; call++) limiter(hang).catch(() => rejected++)
    limiter.close()
    expect(limiter.queued).toBe(0)
    await advance(0)
    expect(rejected).toBe(20_000)
  })
})
