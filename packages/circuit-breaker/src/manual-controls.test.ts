import { advance, deferred, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { CircuitOpenError } from './circuit-open-error.ts'
import { createCircuitBreaker } from './create-circuit-breaker.ts'
import { failureCount } from './failure-count.ts'
import { down, failing, fragile, halfOpen, rejection } from './testing.ts'

useVirtualTime()

describe('open', () => {
  test('for one cooldown from now, with the reason as cause', async () => {
    const { breaker, changes } = fragile()
    breaker.open('maintenance')
    await advance(60)
    breaker.open('more maintenance')
    expect(changes()).toEqual(['open at 0'])
    expect(rejection(breaker)).toMatchObject({ retryAfterMs: 100, cause: 'more maintenance' })
    await advance(100)
    expect(breaker.state).toBe('half-open')
  })

  test('for as long as it is told, whatever the settings and the reason say', async () => {
    const { breaker } = fragile({ openFactor: 10, openJitter: 1, random: () => 0, maxOpenForMs: 1 })
    breaker.open({ retryAfterMs: 1_000_000 }, { forMs: 7 })
    expect(rejection(breaker).retryAfterMs).toBe(7)
    breaker.open('no end in sight', { forMs: Number.POSITIVE_INFINITY })
    await advance(1e12)
    expect(rejection(breaker).retryAfterMs).toBe(Number.POSITIVE_INFINITY)
    breaker.open('only a probe, please', { forMs: 0 })
    expect(breaker.state).toBe('half-open')
  })

  test('takes a probe’s place: its outcome then means nothing', async () => {
    const { breaker } = await halfOpen()
    const probe = breaker.acquire()
    breaker.open()
    probe.succeed()
    expect(breaker.stats()).toMatchObject({ state: 'open', probes: 0, stale: 1 })
  })

  test('begins escalation anew: a person knows better', async () => {
    const { breaker } = await halfOpen({ openFactor: 2 })
    breaker.acquire().fail(down)
    expect(rejection(breaker).retryAfterMs).toBe(200)
    breaker.open()
    expect(rejection(breaker).retryAfterMs).toBe(100)
  })

  test.each([
    [-1, RangeError, '`forMs` must be a number of 0 or more, not -1'],
    [Number.NaN, RangeError, '`forMs` must be a number of 0 or more, not NaN'],
    ['10', TypeError, '`forMs` must be a number of 0 or more, not "10"'],
    [null, TypeError, '`forMs` must be a number of 0 or more, not null'],
  ])('for %o is refused, and changes nothing', (forMs, errorClass, message) => {
    const { breaker, events } = fragile()
    expect(() => breaker.open('why', { forMs } as never)).toThrow(new errorClass(message))
    expect(breaker.state).toBe('closed')
    expect(events).toEqual([])
  })
})

test.each(['open', 'close'] as const)('%s tells first what had fallen due', async (change) => {
  const { breaker, changes } = fragile()
  breaker.acquire().fail(down)
  await advance(150)
  breaker[change]()
  const told = change === 'open' ? 'open at 150' : 'closed at 150'
  expect(changes()).toEqual(['open at 0', 'half-open at 100', told])
})

test('close: at once, and what was counted is forgotten', () => {
  const { breaker } = fragile({ openWhen: failureCount({ failures: 2 }) })
  breaker.open()
  breaker.close()
  breaker.acquire().fail(down)
  breaker.close()
  breaker.acquire().fail(down)
  expect(breaker.state).toBe('closed')
})

describe('isolate', () => {
  test('rejects every call until it is released, with the reason as cause and no time', async () => {
    const { breaker, changes } = fragile({ name: 'chat' })
    await advance(3)
    const isolation = breaker.isolate('a drill')
    expect(breaker.state).toBe('open')
    expect(rejection(breaker)).toMatchObject({
      state: 'open',
      since: 3,
      cause: 'a drill',
      retryAfterMs: undefined,
      message: 'Circuit "chat" is isolated',
    })
    await advance(1e9)
    expect(breaker.stats()).toMatchObject({
      state: 'open',
      isolated: true,
      retryAfterMs: undefined,
    })
    isolation.release()
    expect(breaker.stats()).toMatchObject({ state: 'closed', isolated: false })
    expect(changes()).toEqual(['open at 3', `closed at ${1e9 + 3}`])
  })

  test('until all who asked for it have released it, each of them once', () => {
    const breaker = createCircuitBreaker()
    const [one, other] = [breaker.isolate('one'), breaker.isolate('other')]
    expect(rejection(breaker).cause).toBe('one')
    one.release()
    one.release()
    one[Symbol.dispose]()
    expect(rejection(breaker).cause).toBe('other')
    other[Symbol.dispose]()
    expect(breaker.state).toBe('closed')
  })

  test('stands before a circuit that goes on: released, it is where it has come to', async () => {
    const { breaker, changes } = await halfOpen()
    const probe = breaker.acquire()
    const isolation = breaker.isolate()
    expect(changes().at(-1)).toBe('open at 100')
    probe.fail(down)
    await advance(30)
    isolation.release()
    expect(rejection(breaker)).toMatchObject({ retryAfterMs: 70, cause: down })
    const again = breaker.isolate()
    await advance(1000)
    expect(breaker.state).toBe('open')
    again.release()
    expect(breaker.state).toBe('half-open')
    expect(changes().slice(-2)).toEqual(['open at 100', 'half-open at 1130'])
  })

  test('calls that were under way are counted as ever', () => {
    const { breaker } = fragile()
    const early = breaker.acquire()
    const isolation = breaker.isolate()
    early.fail(down)
    isolation.release()
    expect(breaker.stats()).toMatchObject({ state: 'open', stale: 0 })
  })

  test.each(['open', 'close', 'restore'] as const)('%s does not end it', (change) => {
    const breaker = createCircuitBreaker()
    const { release } = breaker.isolate()
    if (change === 'restore') breaker.restore(createCircuitBreaker().snapshot())
    else breaker[change]()
    expect(rejection(breaker)).toMatchObject({ state: 'open', retryAfterMs: undefined })
    release()
    expect(breaker.state).toBe(change === 'open' ? 'open' : 'closed')
  })

  test('is stronger than disable, and not in a snapshot', () => {
    const breaker = createCircuitBreaker()
    breaker.isolate()
    breaker.disable()
    expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
    expect(breaker.snapshot().state).toBe('closed')
  })
})

describe('disable', () => {
  test('lets every call pass, and goes on measuring', async () => {
    const { breaker, changes } = fragile()
    breaker.disable()
    await expect(breaker(failing)).rejects.toBe(down)
    expect(breaker.stats()).toMatchObject({ state: 'open', enabled: false })
    await expect(breaker(() => 'passes')).resolves.toBe('passes')
    await expect(breaker(failing)).rejects.toBe(down)
    expect(breaker.stats()).toMatchObject({ successes: 1, failures: 2, rejected: 0, stale: 0 })
    await advance(100)
    await breaker(() => 'a probe')
    expect(changes()).toEqual(['open at 0', 'half-open at 100', 'closed at 100'])
  })

  test('what an open circuit would have rejected changes nothing', async () => {
    const { breaker } = await halfOpen({ permits: 1 })
    breaker.disable()
    const work = deferred()
    const probe = breaker(() => work.promise)
    await breaker(() => 'not the probe')
    await breaker(failing).catch(() => {})
    expect(breaker.stats()).toMatchObject({ state: 'half-open', probes: 1 })
    work.resolve()
    await probe
    expect(breaker.state).toBe('closed')
  })

  test('enable: the state decides again', () => {
    const { breaker } = fragile()
    breaker.disable()
    breaker.disable()
    breaker.acquire().fail(down)
    breaker.acquire().succeed()
    breaker.enable()
    expect(rejection(breaker)).toMatchObject({ retryAfterMs: 100, cause: down })
    expect(breaker.stats().enabled).toBe(true)
  })
})
