import {
  advance,
  deferred,
  hang,
  listeners,
  timers,
  useVirtualTime,
  watch,
} from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { createCircuitBreakers } from './circuit-breakers.ts'
import { CircuitOpenError } from './circuit-open-error.ts'
import { createCircuitBreaker } from './create-circuit-breaker.ts'
import { failureCount } from './failure-count.ts'
import { failureRate } from './failure-rate.ts'
import { down, failing, fragile, halfOpen, rejection } from './testing.ts'

useVirtualTime()

// What goes wrong in the libraries of today, by their issues. Each test is a defect that someone met.

describe('stuck in half-open for ever', () => {
  test('opossum#57, resilience4j#935: a probe that hangs does not reject all later calls for ever', async () => {
    const { breaker } = await halfOpen()
    const probe = watch(breaker(hang))
    await expect(breaker(() => 'a second caller')).rejects.toThrow(CircuitOpenError)
    await advance(1100)
    await expect(breaker(() => 'well again')).resolves.toBe('well again')
    expect(breaker.state).toBe('closed')
    expect(probe.state).toBe('pending')
  })

  test('however a probe ends, it does not keep its permit', async () => {
    const ends: ((breaker: ReturnType<typeof createCircuitBreaker>) => unknown)[] = [
      (breaker) => breaker(() => 'fine'),
      (breaker) => breaker(failing),
      (breaker) => breaker(() => Promise.reject()),
      (breaker) => breaker(() => Promise.reject({ status: 404 })),
      (breaker) => breaker(() => failing().finally(() => {})),
      (breaker) => breaker(() => JSON.parse('{')),
      (breaker) => breaker(5 as never),
      (breaker) => breaker(hang, { signal: AbortSignal.abort() }),
      (breaker) => {
        const controller = new AbortController()
        const call = breaker(hang, { signal: controller.signal })
        controller.abort()
        return call
      },
      (breaker) => breaker.acquire()[Symbol.dispose](),
    ]
    for (const end of ends) {
      const { breaker } = await halfOpen({ successesToClose: 2 })
      await Promise.resolve(end(breaker)).catch(() => {})
      expect(breaker.stats().probes).toBe(0)
      await advance(100)
      expect(breaker.state).toBe('half-open')
      expect(() => breaker.acquire()).not.toThrow()
    }
  })

  test('opossum#388, resilience4j#544: an ignored outcome in half-open gives its permit back', async () => {
    const { breaker } = await halfOpen()
    for (let call = 0; call < 100; call++) breaker.acquire().ignore()
    breaker.acquire().succeed()
    expect(breaker.state).toBe('closed')
  })

  test('opossum#276: a probe that fails opens the circuit, though it is the only call in the window', async () => {
    const { breaker } = await halfOpen({ openOn: () => true, openWhen: failureRate() })
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('open')
  })

  test('opossum#385: failures at the same time open it once, and it becomes half-open', async () => {
    const { breaker, changes } = fragile({ openWhen: failureCount({ failures: 5 }) })
    await Promise.allSettled(Array.from({ length: 6 }, () => breaker(failing)))
    expect(changes()).toEqual(['open at 0'])
    await advance(100)
    expect(breaker.state).toBe('half-open')
  })

  test('opossum#484: a circuit that a probe has closed stays closed, whatever ends late', async () => {
    const { breaker } = fragile()
    const early = Array.from({ length: 20 }, () => breaker.acquire())
    breaker.acquire().fail(down)
    await advance(100)
    await breaker(() => 'a probe')
    for (const call of early) call.fail(down)
    expect(breaker.state).toBe('closed')
    await expect(breaker(() => 'passes')).resolves.toBe('passes')
  })
})

describe('flood and pile-up in half-open', () => {
  test('opossum#119: a burst of callers is one probe, and the others are turned away', async () => {
    const { breaker } = await halfOpen()
    const work = deferred<string>()
    let started = 0
    const burst = Array.from({ length: 50 }, () =>
      watch(
        breaker(() => {
          started++
          return work.promise
        }),
      ),
    )
    await advance(0)
    expect(started).toBe(1)
    expect(burst.filter(({ state }) => state === 'rejected')).toHaveLength(49)
  })

  test('cockatiel: nobody waits for the probe of another, however long it takes', async () => {
    const { breaker } = await halfOpen({ permits: 2 })
    const calls = Array.from({ length: 7 }, () => watch(breaker(hang)))
    await advance(0)
    const states = calls.map(({ state }) => state)
    expect(states.filter((state) => state === 'pending')).toHaveLength(2)
    expect(calls.slice(2)).toMatchObject(Array(5).fill({ settledAt: 100 }))
  })
})

describe('results of an older state', () => {
  test('opossum#382: a success of a call begun while closed does not close a half-open circuit', async () => {
    const { breaker } = fragile()
    const early = deferred<string>()
    const call = breaker(() => early.promise)
    breaker.acquire().fail(down)
    await advance(100)
    breaker.acquire()
    early.resolve('of long ago')
    await expect(call).resolves.toBe('of long ago')
    expect(breaker.stats()).toMatchObject({ state: 'half-open', probes: 1, stale: 1 })
  })

  test('cockatiel: a failure of a call begun while closed does not open a half-open circuit', async () => {
    const { breaker } = fragile()
    const early = breaker.acquire()
    breaker.acquire().fail(down)
    await advance(100)
    const probe = breaker.acquire()
    early.fail(down)
    expect(breaker.state).toBe('half-open')
    probe.succeed()
    expect(breaker.state).toBe('closed')
  })

  test('a failure of before the outage does not count in the window of after it', async () => {
    const { breaker } = fragile({ openWhen: failureCount({ failures: 2 }) })
    const early = breaker.acquire()
    breaker.acquire().fail(down)
    breaker.acquire().fail(down)
    await advance(100)
    breaker.acquire().succeed()
    early.fail(down)
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('closed')
  })
})

describe('what says nothing on health', () => {
  test.each([
    ['opossum, cockatiel: a 404', () => Promise.reject({ status: 404 })],
    ['a wrong request', () => Promise.reject({ $metadata: { httpStatusCode: 400 } })],
    ['an abort within', () => Promise.reject(new DOMException('enough', 'AbortError'))],
  ])('%s in half-open neither closes nor opens the circuit', async (_, operation) => {
    const { breaker } = await halfOpen()
    await breaker(operation).catch(() => {})
    expect(breaker.stats()).toMatchObject({ state: 'half-open', ignored: 1, probes: 0 })
  })

  test('Polly: a cancelled probe does not close the circuit', async () => {
    const { breaker } = await halfOpen()
    const controller = new AbortController()
    const call = watch(breaker(hang, { signal: controller.signal }))
    controller.abort()
    await advance(0)
    expect(call.state).toBe('rejected')
    expect(breaker.state).toBe('half-open')
  })

  test('a timeout of ours is no abort of the caller’s: it counts', async () => {
    const { breaker } = fragile()
    const late = new DOMException('late', 'TimeoutError')
    await breaker(() => Promise.reject(late)).catch(() => {})
    expect(rejection(breaker).cause).toBe(late)
  })
})

describe('window arithmetic', () => {
  test('cockatiel’s SamplingBreaker: 40 failures of an hour ago and one of now do not open it', async () => {
    const openWhen = failureRate({ ratio: 0.5, minimumCalls: 40, windowMs: 60_000 })
    const { breaker } = fragile({ openWhen })
    for (let call = 0; call < 39; call++) breaker.acquire().fail(down)
    await advance(3_600_000)
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('closed')
  })

  test('opossum: calls in flight are no successes: 50 of them do not hide 40 failures in a row', () => {
    const { breaker } = fragile({ openWhen: failureRate() })
    for (let call = 0; call < 50; call++) breaker.acquire()
    for (let call = 0; call < 10; call++) breaker.acquire().fail(down)
    expect(breaker.state).toBe('open')
  })

  test('opossum#481, #558: only what was called and completed is in the rate', async () => {
    const { breaker } = fragile({ openWhen: failureRate({ minimumCalls: 4 }) })
    for (let call = 0; call < 100; call++) breaker.acquire().ignore()
    const isolation = breaker.isolate()
    for (let call = 0; call < 100; call++) await breaker(failing).catch(() => {})
    isolation.release()
    for (let call = 0; call < 3; call++) breaker.acquire().fail(down)
    expect(breaker.state).toBe('closed')
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('open')
  })

  test('go-zero#5011: calls that take longer than the window still open the circuit', async () => {
    const { breaker } = fragile({ openWhen: failureRate({ minimumCalls: 4, windowMs: 100 }) })
    const calls = Array.from({ length: 4 }, () => breaker.acquire())
    await advance(5000)
    for (const call of calls) call.fail(down)
    expect(breaker.state).toBe('open')
  })
})

describe('state across processes', () => {
  test('opossum#719: an open circuit that was restored late is not open for a whole cooldown more', async () => {
    const { breaker } = fragile()
    breaker.open()
    const saved = JSON.stringify(breaker.snapshot())
    const other = createCircuitBreaker()
    await advance(80)
    other.restore(JSON.parse(saved))
    expect(other.stats().retryAfterMs).toBe(20)
  })

  test('opossum: an open circuit that was restored is not half-open too early', async () => {
    const other = createCircuitBreaker()
    await advance(1_000_000)
    const { breaker } = fragile()
    breaker.open()
    other.restore(JSON.parse(JSON.stringify(breaker.snapshot())))
    await advance(99)
    expect(other.state).toBe('open')
    await advance(1)
    expect(other.state).toBe('half-open')
  })

  test('cockatiel: an isolation is not restored, since nobody there could release it', () => {
    const { breaker } = fragile()
    breaker.isolate()
    const other = createCircuitBreaker()
    other.restore(JSON.parse(JSON.stringify(breaker.snapshot())))
    expect(other.stats()).toMatchObject({ state: 'closed', isolated: false })
  })
})

describe('timers and memory of each breaker', () => {
  test('opossum#799: a breaker sets no timer in any state', async () => {
    const { breaker } = await halfOpen({ slowCallMs: 10 })
    const probe = breaker(hang)
    breaker.isolate()
    expect(timers()).toBe(0)
    expect(watch(probe).state).toBe('pending')
  })

  test('a long-lived signal gathers no listeners', async () => {
    const { signal } = new AbortController()
    const { breaker } = fragile()
    const calls = Array.from({ length: 100 }, (_, call) =>
      breaker(() => (call % 2 ? 'fine' : failing()), { signal }),
    )
    await Promise.allSettled(calls)
    await Promise.allSettled([breaker(hang, { signal })])
    expect(breaker.state).toBe('open')
    expect(listeners(signal)).toBe(0)
  })

  test('opossum#830: a window holds as much as it must, however many calls there were', () => {
    const breaker = createCircuitBreaker({ openWhen: failureCount({ failures: 3, windowMs: 1 }) })
    for (let call = 0; call < 10_000; call++) breaker.acquire().succeed()
    expect(JSON.stringify(breaker.snapshot()).length).toBeLessThan(200)
  })

  test('opossum#363: keys that come and go do not pile up', () => {
    const breakers = createCircuitBreakers({ maxKeys: 100 })
    for (let user = 0; user < 5000; user++) breakers.for(`user ${user}`).acquire().fail(down)
    expect(breakers.size).toBe(100)
  })
})
