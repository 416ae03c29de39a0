import { advance, thrownBy, useVirtualTime } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { CircuitBreaker } from './circuit-breaker.ts'
import { consecutiveFailures } from './consecutive-failures.ts'
import { createCircuitBreaker } from './create-circuit-breaker.ts'
import { failureCount } from './failure-count.ts'
import { failureRate } from './failure-rate.ts'
import type { OpeningStrategy } from './opening-strategy.ts'
import type { CircuitBreakerOptions } from './options.ts'
import type { CircuitBreakerSnapshot } from './snapshot.ts'
import { down, fragile, halfOpen, rejection } from './testing.ts'

useVirtualTime()

/** Through a file, or a wire. */
const sent = (breaker: CircuitBreaker): CircuitBreakerSnapshot =>
  JSON.parse(JSON.stringify(breaker.snapshot()))

/** A {@link fragile} breaker of another process: its clock began at another time. */
function elsewhere(options: CircuitBreakerOptions = {}, origin = 123_456.789) {
  const now = () => performance.now() + origin
  return fragile({ clock: { now, setTimeout: vi.fn(), clearTimeout: vi.fn() }, ...options })
}

/** On a machine whose wall clock is so much ahead. */
function skewed<T>(ms: number, act: () => T): T {
  const time = Date.now()
  vi.setSystemTime(time + ms)
  try {
    return act()
  } finally {
    vi.setSystemTime(time)
  }
}

test('a snapshot is a small piece of JSON, with the times of a calendar', async () => {
  const started = Date.now()
  const { breaker } = fragile({ openWhen: failureCount({ failures: 2 }) })
  await advance(5)
  breaker.acquire().fail(down)
  const closed = {
    version: 1,
    state: 'closed',
    since: started,
    window: { failures: [started + 5] },
  }
  expect(sent(breaker)).toEqual(closed)
  await advance(5)
  breaker.acquire().fail(down)
  const trouble = { version: 1, reopenings: 0, until: started + 110 }
  expect(sent(breaker)).toEqual({ ...trouble, state: 'open', since: started + 10 })
  await advance(500)
  expect(sent(breaker)).toEqual({ ...trouble, state: 'half-open', since: started + 110 })
  breaker.open('for ever', { forMs: Number.POSITIVE_INFINITY })
  // Before JSON, too: what stores it need not be JSON's.
  expect(breaker.snapshot()).toMatchObject({ state: 'open', until: null })
})

describe('restored in another process', () => {
  test('an open circuit is open for as long as it would have been, however late it is restored', async () => {
    for (const [lateMs, leftMs] of [
      [0, 100],
      [30, 70],
      [99, 1],
    ] as const) {
      const { breaker } = fragile()
      breaker.acquire().fail(down)
      const saved = sent(breaker)
      await advance(lateMs)
      const { breaker: other } = elsewhere()
      other.restore(saved)
      expect(other.state).toBe('open')
      expect(rejection(other).retryAfterMs).toBeCloseTo(leftMs, 2)
    }
  })

  test('a circuit whose cooldown has passed meanwhile is half-open, and told so', async () => {
    const { breaker } = fragile()
    breaker.acquire().fail(down)
    const saved = sent(breaker)
    await advance(5000)
    const { breaker: other, changes } = elsewhere({}, 0)
    other.restore(saved)
    expect(other.state).toBe('half-open')
    // Told in order of time: the changes were before it was known here.
    expect(changes()).toEqual(['open at 5000', 'half-open at 5000'])
    other.acquire().succeed()
    expect(other.state).toBe('closed')
  })

  test('a half-open circuit waits for its probe', async () => {
    const { breaker } = await halfOpen({ permits: 2 })
    breaker.acquire()
    const { breaker: other } = elsewhere()
    other.restore(sent(breaker))
    expect(other.stats()).toMatchObject({ state: 'half-open', probes: 0 })
    other.acquire()
    expect(rejection(other).state).toBe('half-open')
    await advance(1000)
    expect(other.state).toBe('open')
  })

  test('an endless one is endless', async () => {
    const { breaker } = fragile({ openForMs: Number.POSITIVE_INFINITY })
    breaker.acquire().fail(down)
    const { breaker: other } = elsewhere()
    other.restore(sent(breaker))
    await advance(1e12)
    expect(rejection(other).retryAfterMs).toBe(Number.POSITIVE_INFINITY)
  })

  test('its cooldown is what it was there, whatever the settings are or become here', () => {
    const { breaker } = fragile()
    breaker.acquire().fail(down)
    const { breaker: other } = elsewhere({ openForMs: 7 })
    other.restore(sent(breaker))
    other.update({ openForMs: 5 })
    expect(rejection(other).retryAfterMs).toBeCloseTo(100, 2)
  })

  test('escalation goes on', async () => {
    const options = { openFactor: 2 }
    const { breaker } = await halfOpen(options)
    breaker.acquire().fail(down)
    const { breaker: other } = elsewhere(options)
    other.restore(sent(breaker))
    await advance(201)
    other.acquire().fail(down)
    expect(rejection(other).retryAfterMs).toBe(400)
  })

  test('the error that opened it stays where it was: it is not data', () => {
    const { breaker } = fragile()
    breaker.acquire().fail(down)
    const { breaker: other } = elsewhere()
    other.restore(sent(breaker))
    expect(rejection(other).cause).toBeUndefined()
  })

  test.each<[string, OpeningStrategy]>([
    ['failureCount', failureCount({ failures: 3, windowMs: 1000 })],
    ['failureRate', failureRate({ minimumCalls: 3, windowMs: 1000 })],
    ['failureRate by calls', failureRate({ minimumCalls: 3, calls: 10 })],
    ['consecutiveFailures', consecutiveFailures(3)],
  ])('a closed circuit goes on counting: %s', async (_, openWhen) => {
    const { breaker } = fragile({ openWhen })
    breaker.acquire().fail(down)
    await advance(200)
    breaker.acquire().fail(down)
    const { breaker: other } = elsewhere({ openWhen })
    other.restore(sent(breaker))
    await advance(600)
    other.acquire().fail(down)
    expect(other.state).toBe('open')
  })

  test.each<[string, OpeningStrategy]>([
    ['failureCount', failureCount({ failures: 2, windowMs: 1000 })],
    ['failureRate', failureRate({ minimumCalls: 2, windowMs: 1000 })],
  ])('what leaves the window does so on time: %s', async (_, openWhen) => {
    const { breaker } = fragile({ openWhen })
    breaker.acquire().fail(down)
    const saved = sent(breaker)
    await advance(900)
    const { breaker: other } = elsewhere({ openWhen })
    other.restore(saved)
    await advance(200)
    other.acquire().fail(down)
    expect(other.state).toBe('closed')
  })

  test('what another strategy has counted is passed over', () => {
    const { breaker } = fragile({ openWhen: failureCount({ failures: 2 }) })
    breaker.acquire().fail(down)
    const { breaker: other } = elsewhere({ openWhen: consecutiveFailures(2) })
    other.restore(sent(breaker))
    other.acquire().fail(down)
    expect(other.state).toBe('closed')
  })

  test('a strategy that saves nothing counts anew', () => {
    const openWhen: OpeningStrategy = {
      createWindow() {
        let failures = 0
        return { record: (outcome) => outcome === 'failure' && ++failures === 2 }
      },
    }
    const { breaker } = fragile({ openWhen })
    breaker.acquire().fail(down)
    expect(sent(breaker)).not.toHaveProperty('window')
    breaker.restore(sent(breaker))
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('closed')
  })
})

describe('a wall clock that is wrong', () => {
  const openWhen = failureCount({ failures: 2, windowMs: 1000 })

  test('ahead where it was saved: the circuit is open for one cooldown, not for an hour', () => {
    const { breaker } = fragile()
    breaker.acquire().fail(down)
    const { breaker: other } = elsewhere()
    other.restore(skewed(3_600_000, () => sent(breaker)))
    expect(rejection(other).retryAfterMs).toBeCloseTo(100, 2)
  })

  test('behind where it was saved: the cooldown seems to have passed, and a probe decides', () => {
    const { breaker } = fragile()
    breaker.acquire().fail(down)
    const { breaker: other } = elsewhere()
    other.restore(skewed(-3_600_000, () => sent(breaker)))
    expect(other.state).toBe('half-open')
  })

  test('ahead: failures count as of now, and leave the window', async () => {
    const { breaker } = fragile({ openWhen })
    breaker.acquire().fail(down)
    const saved = skewed(3_600_000, () => sent(breaker))
    for (const [waitMs, state] of [
      [999, 'open'],
      [1001, 'closed'],
    ] as const) {
      const { breaker: other } = elsewhere({ openWhen })
      other.restore(saved)
      await advance(waitMs)
      other.acquire().fail(down)
      expect(other.state).toBe(state)
    }
  })

  test('set back while the process runs: nothing changes, since no time is taken from it', async () => {
    const { breaker } = fragile()
    breaker.acquire().fail(down)
    vi.setSystemTime(0)
    await advance(99)
    expect(breaker.state).toBe('open')
    await advance(1)
    expect(breaker.state).toBe('half-open')
  })
})

describe('restored in the same process', () => {
  test('it takes the place of the present state: calls under way mean nothing to it', async () => {
    const { breaker } = await halfOpen()
    const saved = sent(breaker)
    const probe = breaker.acquire()
    breaker.restore(saved)
    expect(breaker.stats().probes).toBe(0)
    probe.fail(down)
    expect(breaker.stats()).toMatchObject({ state: 'half-open', stale: 1 })
    breaker.acquire().succeed()
    expect(breaker.state).toBe('closed')
  })

  test('tells a change of state once, and none where there is none', async () => {
    const { breaker, changes } = fragile()
    const closed = sent(breaker)
    await advance(3)
    breaker.restore(closed)
    expect(changes()).toEqual([])
    breaker.acquire().fail(down)
    await advance(3)
    breaker.restore(closed)
    breaker.restore(closed)
    expect(changes()).toEqual(['open at 3', 'closed at 6'])
  })

  test('tells first what had fallen due', async () => {
    const { breaker, changes } = fragile()
    const closed = sent(breaker)
    breaker.acquire().fail(down)
    await advance(150)
    breaker.restore(closed)
    expect(changes()).toEqual(['open at 0', 'half-open at 100', 'closed at 150'])
  })
})

const valid = { version: 1, state: 'open', since: 1000, until: 2000, reopenings: 0 }

describe('what is no snapshot', () => {
  test.each<[given: unknown, RangeErrorConstructor | TypeErrorConstructor, message: string]>([
    [undefined, TypeError, '`snapshot` must be an object, not undefined'],
    [null, TypeError, '`snapshot` must be an object, not null'],
    ['{"version":1}', TypeError, '`snapshot` must be an object, not "{\\"version\\":1}"'],
    [[], TypeError, '`snapshot.version` must be 1, not undefined'],
    [{}, TypeError, '`snapshot.version` must be 1, not undefined'],
    [{ ...valid, version: 2 }, TypeError, '`snapshot.version` must be 1, not 2'],
    [{ ...valid, version: '1' }, TypeError, '`snapshot.version` must be 1, not "1"'],
    [
      { ...valid, state: 'isolated' },
      TypeError,
      '`snapshot.state` must be one of closed, open, half-open, not "isolated"',
    ],
    [
      { ...valid, state: '__proto__' },
      TypeError,
      '`snapshot.state` must be one of closed, open, half-open, not "__proto__"',
    ],
    [
      { ...valid, since: '2026-01-01' },
      TypeError,
      '`snapshot.since` must be a number from 0 to 8640000000000000, not "2026-01-01"',
    ],
    [
      { ...valid, since: -1 },
      RangeError,
      '`snapshot.since` must be a number from 0 to 8640000000000000, not -1',
    ],
    [
      { ...valid, since: 1e300, until: 1e301 },
      RangeError,
      '`snapshot.since` must be a number from 0 to 8640000000000000, not 1e+300',
    ],
    [
      { ...valid, until: undefined },
      TypeError,
      '`snapshot.until` must be a number of 1000 or more, not undefined',
    ],
    [
      { ...valid, until: 999 },
      RangeError,
      '`snapshot.until` must be a number of 1000 or more, not 999',
    ],
    [
      { ...valid, state: 'half-open', until: 'soon' },
      TypeError,
      '`snapshot.until` must be a number of 1000 or more, not "soon"',
    ],
    [
      { ...valid, reopenings: 0.5 },
      RangeError,
      '`snapshot.reopenings` must be an integer from 0 to 9007199254740992, not 0.5',
    ],
    [
      { ...valid, reopenings: null },
      TypeError,
      '`snapshot.reopenings` must be an integer from 0 to 9007199254740992, not null',
    ],
    [
      { ...valid, window: { failures: [null] } },
      TypeError,
      '`snapshot.window.failures` must be an array of numbers from 0 to 8640000000000000, not an object',
    ],
    [
      { ...valid, state: 'closed', window: { failures: 'many' } },
      TypeError,
      '`snapshot.window.failures` must be an array of numbers from 0 to 8640000000000000, not "many"',
    ],
  ])('%j is refused, and the circuit left as it was', async (given, errorClass, message) => {
    const { breaker, events } = await halfOpen()
    const probe = breaker.acquire()
    events.length = 0
    expect(() => breaker.restore(given as never)).toThrow(new errorClass(message))
    expect(events).toEqual([])
    expect(breaker.stats()).toMatchObject({ state: 'half-open', probes: 1 })
    probe.succeed()
    expect(breaker.state).toBe('closed')
  })

  test('is refused before anything is done: not even what has fallen due is told', async () => {
    const { breaker, changes } = fragile()
    breaker.acquire().fail(down)
    await advance(500)
    const damaged = { ...valid, window: { failures: [-1] } }
    expect(() => breaker.restore(damaged as never)).toThrow(TypeError)
    expect(changes()).toEqual(['open at 0'])
  })

  test('more than it asks for does no harm', () => {
    const { breaker } = fragile()
    breaker.restore({ ...valid, extra: { deeply: ['nested'] } } as never)
    expect(breaker.state).toBe('half-open')
  })

  const strategies = [
    failureCount(),
    failureRate(),
    failureRate({ calls: 10 }),
    consecutiveFailures(),
  ]
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(0, 1, -1, null, 'open', 1e308, Number.MAX_SAFE_INTEGER, Date.now(), [], {}),
  )
  const numbers = fc.array(fc.double({ min: 0, max: 8.64e15, noNaN: true }))
  /** Nearly a snapshot: what a fuzzer of plain JSON would hardly find. */
  const nearly = fc.record(
    {
      version: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: odd }),
      state: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom('closed', 'open', 'half-open') },
        { weight: 1, arbitrary: odd },
      ),
      since: fc.oneof(fc.nat(), fc.nat(), fc.double({ min: 0, max: 8.64e15, noNaN: true }), odd),
      until: fc.oneof(fc.double({ min: 2 ** 31, noNaN: true }), fc.constant(null), odd),
      reopenings: fc.oneof(fc.nat(), fc.nat(), odd),
      window: fc.oneof(
        fc.dictionary(
          fc.constantFrom('failures', 'slots', 'calls', 'streak'),
          fc.oneof(numbers, numbers, numbers, fc.array(odd), odd),
        ),
        odd,
      ),
    },
    { requiredKeys: ['version', 'state', 'since'] },
  )

  test('whatever it is, it restores or is refused without a trace; and a circuit can recover from it', () => {
    const outcomes = { restored: 0, refused: 0 }
    fc.assert(
      fc.property(
        fc.oneof(nearly, nearly, nearly, odd),
        fc.constantFrom(...strategies),
        (given, openWhen) => {
          const { breaker, events } = fragile({ openWhen, openFactor: 2, permits: 2 })
          breaker.acquire().fail(down)
          const before = { snapshot: breaker.snapshot(), stats: breaker.stats() }
          events.length = 0
          const json: unknown = JSON.parse(JSON.stringify(given))
          let refused = false
          try {
            breaker.restore(json as never)
          } catch (error) {
            refused = true
            expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
          }
          outcomes[refused ? 'refused' : 'restored']++
          if (refused) {
            expect({ snapshot: breaker.snapshot(), stats: breaker.stats() }).toEqual(before)
            expect(events).toEqual([])
          }
          // What it then saves, it takes back.
          const saved = sent(breaker)
          breaker.restore(saved)
          expect(breaker.state).toBe(saved.state)
          breaker.open('a drill', { forMs: 0 })
          breaker.acquire().succeed()
          expect(breaker.state).toBe('closed')
          for (let call = 0; call < 10 && breaker.state === 'closed'; call++) {
            breaker.acquire().fail(down)
          }
          expect(breaker.state).toBe('open')
        },
      ),
      { numRuns: 500 },
    )
    expect(outcomes.restored).toBeGreaterThan(50)
    expect(outcomes.refused).toBeGreaterThan(50)
  })

  test('a strategy of the user’s that throws at it leaves the circuit as it was', () => {
    const fault = new Error('a window of mine')
    let broken = false
    const openWhen: OpeningStrategy = {
      createWindow() {
        if (broken) throw fault
        return { record: () => false }
      },
    }
    const { breaker } = fragile({ openWhen })
    breaker.open()
    const before = breaker.stats()
    broken = true
    expect(thrownBy(() => breaker.restore(valid as never))).toBe(fault)
    expect(breaker.stats()).toEqual(before)
  })
})

describe('a mirror', () => {
  /**
   * Two breakers that tell each other what they decide, over a wire that takes its time. That an open circuit becomes
   * half-open follows from its time, and needs no telling; and what came by the wire is not sent back.
   */
  function mirrored() {
    const wire: { to: number; snapshot: string }[] = []
    let restoring = false
    const breakers = [0, 1].map((index) => {
      const { breaker } = elsewhere(
        {
          onEvent: (event) => {
            if (event.type !== 'circuit-breaker.state-changed' || event.to === 'half-open') return
            if (restoring) return
            wire.push({ to: 1 - index, snapshot: JSON.stringify(breaker.snapshot()) })
          },
        },
        index * 1000,
      )
      return breaker
    }) as [CircuitBreaker, CircuitBreaker]
    let messages = 0
    const deliver = () => {
      for (const { to, snapshot } of wire.splice(0)) {
        messages++
        restoring = true
        breakers[to]?.restore(JSON.parse(snapshot))
        restoring = false
      }
    }
    return { breakers, deliver, messages: () => messages }
  }

  test('events and snapshots keep two breakers in step, without an echo', async () => {
    const { breakers, deliver, messages } = mirrored()
    const [one, other] = breakers
    one.acquire().fail(down)
    await advance(5)
    deliver()
    expect(breakers.map((breaker) => breaker.state)).toEqual(['open', 'open'])
    expect(breakers.map((breaker) => breaker.stats().retryAfterMs)).toEqual([95, 95])
    await advance(95)
    expect(breakers.map((breaker) => breaker.state)).toEqual(['half-open', 'half-open'])
    other.acquire().succeed()
    deliver()
    expect(breakers.map((breaker) => breaker.state)).toEqual(['closed', 'closed'])
    deliver()
    expect(messages()).toBe(2)
  })

  test('one that sends everything on, echoes and all, comes to rest too', () => {
    let restores = 0
    const pair: CircuitBreaker[] = []
    for (const index of [0, 1]) {
      pair.push(
        createCircuitBreaker({
          onEvent: (event) => {
            if (event.type !== 'circuit-breaker.state-changed') return
            restores++
            pair[1 - index]?.restore(sent(pair[index] as CircuitBreaker))
          },
        }),
      )
    }
    pair[0]?.open()
    expect(pair.map((breaker) => breaker.state)).toEqual(['open', 'open'])
    pair[1]?.close()
    expect(pair.map((breaker) => breaker.state)).toEqual(['closed', 'closed'])
    expect(restores).toBe(4)
  })
})
