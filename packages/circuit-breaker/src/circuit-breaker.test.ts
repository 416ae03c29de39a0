import {
  advance,
  deferred,
  hang,
  listeners,
  thrownBy,
  timers,
  useVirtualTime,
  watch,
} from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  createCircuitBreaker,
} from './circuit-breaker.ts'
import { CircuitOpenError } from './circuit-open-error.ts'
import type { CircuitBreakerEvent } from './events.ts'
import { failureCount } from './failure-count.ts'

useVirtualTime()

const down = new Error('down')
const reason = new Error('the caller gave up')
const failing = () => Promise.reject(down)

/** A breaker that one failure opens for 100 ms, and what it tells. */
function fragile(options: CircuitBreakerOptions = {}) {
  const events: CircuitBreakerEvent[] = []
  const breaker = createCircuitBreaker({
    openWhen: failureCount({ failures: 1 }),
    openForMs: 100,
    halfOpenTimeoutMs: 1000,
    onEvent: (event) => void events.push(event),
    ...options,
  })
  const changes = () =>
    events.flatMap((event) =>
      event.type === 'circuit-breaker.state-changed' ? [`${event.to} at ${event.at}`] : [],
    )
  return { breaker, events, changes }
}

/** A {@link fragile} one that has failed and cooled down: the next call is a probe. */
async function halfOpen(options: CircuitBreakerOptions = {}) {
  const made = fragile(options)
  made.breaker.acquire().fail(down)
  await advance(100)
  return made
}

const rejection = (breaker: CircuitBreaker) => thrownBy(() => breaker.acquire()) as CircuitOpenError

test('by default: 5 failures within 60 s open it for 30 s; then one probe, whose success closes it', async () => {
  const breaker = createCircuitBreaker()
  for (let call = 0; call < 5; call++) {
    expect(breaker.state).toBe('closed')
    await expect(breaker(failing)).rejects.toBe(down)
    await advance(15_000)
  }
  // The fifth came 60 s after the first; 15 s have passed since.
  expect(breaker.state).toBe('open')
  const operation = vi.fn()
  await expect(breaker(operation)).rejects.toMatchObject({ retryAfterMs: 15_000, cause: down })
  expect(operation).not.toHaveBeenCalled()

  await advance(15_000)
  expect(breaker.state).toBe('half-open')
  const probe = deferred<string>()
  const probing = watch(breaker(() => probe.promise))
  await expect(breaker(operation)).rejects.toThrow(CircuitOpenError)
  probe.resolve('well again')
  await advance(0)
  expect(probing.value).toBe('well again')
  expect(breaker.state).toBe('closed')
  await expect(breaker(() => 'passes')).resolves.toBe('passes')
})

describe('a closed circuit', () => {
  test('hands on the caller’s context and the operation’s result', async () => {
    const breaker = createCircuitBreaker()
    const context = { signal: new AbortController().signal, key: 'a model' }
    await expect(breaker((given) => given, context)).resolves.toBe(context)
    await expect(breaker(() => 'plain value')).resolves.toBe('plain value')
    expect(listeners(context.signal)).toBe(0)
  })

  test('counts what is thrown without a promise too', async () => {
    const { breaker } = fragile()
    const thrower = () => {
      throw down
    }
    await expect(breaker(thrower)).rejects.toBe(down)
    expect(breaker.state).toBe('open')
  })

  test('forgets failures that are older than its window, however long it was idle', async () => {
    const breaker = createCircuitBreaker()
    for (let call = 0; call < 4; call++) breaker.acquire().fail()
    await advance(3_600_000)
    breaker.acquire().fail()
    expect(breaker.state).toBe('closed')
  })

  test('starts its count afresh after a probe has closed it', async () => {
    const { breaker } = await halfOpen({ openWhen: failureCount({ failures: 2 }) })
    breaker.acquire().fail(down)
    await advance(100)
    breaker.acquire().succeed()
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('closed')
  })

  test('does not mind what says nothing on the dependency’s health', async () => {
    const { breaker } = fragile()
    await expect(breaker(() => Promise.reject({ status: 404 }))).rejects.toEqual({ status: 404 })
    breaker.acquire().ignore()
    breaker.acquire()[Symbol.dispose]()
    expect(breaker.state).toBe('closed')
  })
})

describe('an open circuit', () => {
  test('rejects at once, with the failure that opened it and the time that is left', async () => {
    const { breaker } = fragile({ name: 'chat' })
    breaker.acquire().fail(down)
    await advance(40)
    expect(rejection(breaker)).toMatchObject({ circuit: 'chat', retryAfterMs: 60, cause: down })
    await advance(59)
    expect(rejection(breaker).retryAfterMs).toBe(1)
    await advance(1)
    expect(breaker.state).toBe('half-open')
  })

  test('needs no timer to become half-open, and tells once, with the time at which it fell due', async () => {
    const { breaker, changes } = fragile()
    breaker.acquire().fail(down)
    expect(timers()).toBe(0)
    await advance(5000)
    expect(changes()).toEqual(['open at 0'])
    expect([breaker.state, breaker.state]).toEqual(['half-open', 'half-open'])
    expect(changes()).toEqual(['open at 0', 'half-open at 100'])
  })

  test('obeys a changed cooldown at once', async () => {
    const { breaker } = fragile()
    breaker.acquire().fail(down)
    await advance(50)
    breaker.update({ openForMs: 200 })
    await advance(149)
    expect(rejection(breaker).retryAfterMs).toBe(1)
    breaker.update({ openForMs: 10 })
    expect(breaker.state).toBe('half-open')
  })

  test('may stay so for ever', async () => {
    const { breaker } = fragile({ openForMs: Number.POSITIVE_INFINITY })
    breaker.acquire().fail(down)
    await advance(1e9)
    expect(rejection(breaker).retryAfterMs).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('a half-open circuit', () => {
  test('lets exactly so many probes through and rejects the rest at once, since none may pile up', async () => {
    const { breaker } = await halfOpen({ permits: 3 })
    for (let probe = 0; probe < 3; probe++) breaker.acquire()
    expect(rejection(breaker)).toMatchObject({ retryAfterMs: undefined, cause: down })
  })

  test('closes at a success', async () => {
    const { breaker, changes } = await halfOpen({ permits: 2 })
    const [probe] = [breaker.acquire(), breaker.acquire()]
    await advance(7)
    probe.succeed()
    expect(changes().at(-1)).toBe('closed at 107')
  })

  test('opens again at a failure, for a whole cooldown, with that failure as cause', async () => {
    const { breaker, changes } = await halfOpen()
    const worse = new Error('still down')
    const probe = breaker.acquire()
    await advance(7)
    probe.fail(worse)
    expect(changes().at(-1)).toBe('open at 107')
    expect(rejection(breaker)).toMatchObject({ retryAfterMs: 100, cause: worse })
  })

  test('neither closes nor opens at what says nothing on health: the next caller gets the probe', async () => {
    const { breaker } = await halfOpen()
    await breaker(() => Promise.reject({ status: 404 })).catch(() => {})
    const controller = new AbortController()
    const aborted = watch(breaker(hang, { signal: controller.signal }))
    expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
    controller.abort(reason)
    await advance(0)
    expect(aborted.reason).toBe(reason)
    expect(breaker.state).toBe('half-open')
    breaker.acquire().succeed()
    expect(breaker.state).toBe('closed')
  })

  test('is not held for ever by a probe that hangs', async () => {
    const { breaker, changes } = await halfOpen()
    breaker.acquire()
    await advance(999)
    expect(breaker.state).toBe('half-open')
    await advance(1)
    expect(rejection(breaker)).toMatchObject({ retryAfterMs: 100, cause: down })
    await advance(100)
    breaker.acquire().succeed()
    expect(changes()).toEqual([
      'open at 0',
      'half-open at 100',
      'open at 1100',
      'half-open at 1200',
      'closed at 1200',
    ])
  })

  test('by default gives its probes 60 s', async () => {
    const breaker = createCircuitBreaker()
    breaker.open()
    await advance(30_000)
    breaker.acquire()
    await advance(59_999)
    expect(breaker.state).toBe('half-open')
    await advance(1)
    expect(breaker.state).toBe('open')
  })

  test('catches up with all that fell due while nobody looked', async () => {
    const { breaker, changes } = await halfOpen()
    breaker.acquire()
    await advance(1_000_000)
    expect(breaker.state).toBe('half-open')
    expect(changes()).toEqual([
      'open at 0',
      'half-open at 100',
      'open at 1100',
      'half-open at 1200',
    ])
  })

  test('waits for its first probe as long as it takes', async () => {
    const { breaker } = await halfOpen()
    await advance(1_000_000)
    expect(breaker.state).toBe('half-open')
    const probe = breaker.acquire()
    await advance(999)
    probe.succeed()
    expect(breaker.state).toBe('closed')
  })

  test('lets more probes through as soon as it may', async () => {
    const { breaker } = await halfOpen()
    breaker.acquire()
    breaker.update({ permits: 2 })
    breaker.acquire()
    expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
  })
})

describe('the outcome of a call that an earlier state let through', () => {
  test('does not close a half-open circuit, nor open it, nor free a probe', async () => {
    const { breaker } = fragile()
    const early = [breaker.acquire(), breaker.acquire(), breaker.acquire()]
    breaker.acquire().fail(down)
    await advance(100)
    const probe = breaker.acquire()
    early[0]?.succeed()
    early[1]?.fail(new Error('stale'))
    early[2]?.ignore()
    expect(breaker.state).toBe('half-open')
    expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
    probe.succeed()
    expect(breaker.state).toBe('closed')
  })

  test('does not reach a later half-open circuit either', async () => {
    const { breaker } = await halfOpen()
    const hung = breaker.acquire()
    await advance(1100)
    expect(breaker.state).toBe('half-open')
    const probe = breaker.acquire()
    hung.fail(new Error('stale'))
    expect(breaker.state).toBe('half-open')
    probe.succeed()
    expect(breaker.state).toBe('closed')
  })

  test('does not count in the window of a circuit that was closed by hand meanwhile', () => {
    const { breaker } = fragile()
    const early = breaker.acquire()
    breaker.close()
    early.fail(down)
    expect(breaker.state).toBe('closed')
  })
})

test('a permit is settled once: what comes after does nothing', async () => {
  const { breaker, events } = await halfOpen({ permits: 2 })
  const probe = breaker.acquire()
  probe.ignore()
  probe.ignore()
  probe.fail(down)
  breaker.acquire()
  breaker.acquire()
  expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
  const settled = events.filter((event) => event.type === 'circuit-breaker.settled')
  expect(settled.map(({ outcome }) => outcome)).toEqual(['failure', 'ignore'])
})

describe('an abort', () => {
  test('before: nothing is called, no probe is taken', async () => {
    const { breaker } = await halfOpen()
    const operation = vi.fn()
    await expect(breaker(operation, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(operation).not.toHaveBeenCalled()
    breaker.acquire().succeed()
  })

  test.each([
    ['does not look at its signal', hang],
    [
      'answers with an error of its own',
      ({ signal }: { signal?: AbortSignal | undefined }) =>
        new Promise<never>((_, reject) => {
          signal?.addEventListener('abort', () => reject(down), { once: true })
        }),
    ],
  ])('of an operation that %s rejects at once and says nothing on health', async (_, operation) => {
    const classify = vi.fn(() => 'failure' as const)
    const { breaker } = fragile({ classify })
    const controller = new AbortController()
    const call = watch(breaker(operation, { signal: controller.signal }))
    await advance(5)
    controller.abort(reason)
    await advance(0)
    expect(call).toMatchObject({ reason, settledAt: 5 })
    expect(breaker.state).toBe('closed')
    expect(classify).not.toHaveBeenCalled()
  })
})

describe('classify', () => {
  test.each([
    ['failure', 'open'],
    ['success', 'closed'],
    ['ignore', 'half-open'],
  ] as const)('an error that means %s leaves a half-open circuit %s', async (outcome, state) => {
    const { breaker } = await halfOpen({ classify: () => outcome })
    await expect(breaker(failing)).rejects.toBe(down)
    expect(breaker.state).toBe(state)
  })

  test('that throws costs no permit and does not hide the operation’s error', async () => {
    const { breaker } = fragile({
      classify: () => {
        throw new Error('classifier')
      },
    })
    await expect(breaker(failing)).rejects.toBe(down)
    expect(breaker.state).toBe('open')
  })
})

describe('by hand', () => {
  test('open: for one cooldown from now, with the reason as cause', async () => {
    const { breaker, changes } = fragile()
    breaker.open('maintenance')
    await advance(60)
    breaker.open('more maintenance')
    expect(changes()).toEqual(['open at 0'])
    expect(rejection(breaker)).toMatchObject({ retryAfterMs: 100, cause: 'more maintenance' })
    await advance(100)
    expect(breaker.state).toBe('half-open')
  })

  test.each(['open', 'close'] as const)('%s: tells first what had fallen due', async (change) => {
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
})

describe('events', () => {
  test('tell of changes, outcomes and rejections, by name', async () => {
    const { breaker, events } = fragile({ name: 'chat' })
    await breaker(() => 'fine')
    await breaker(failing).catch(() => {})
    await breaker(failing).catch(() => {})
    const name = 'chat'
    expect(events).toEqual([
      { type: 'circuit-breaker.settled', name, outcome: 'success', slow: false },
      { type: 'circuit-breaker.settled', name, outcome: 'failure', slow: false },
      { type: 'circuit-breaker.state-changed', name, from: 'closed', to: 'open', at: 0 },
      { type: 'circuit-breaker.rejected', name, state: 'open' },
    ])
  })

  test('an observer that throws harms nobody', async () => {
    const { breaker } = fragile({
      onEvent: () => {
        throw new Error('observer')
      },
    })
    await expect(breaker(failing)).rejects.toBe(down)
    expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
  })
})

describe('options', () => {
  test.each([
    [{ openForMs: -1 }, RangeError, '`openForMs` must be a number of 0 or more, not -1'],
    [{ permits: 0 }, RangeError, '`permits` must be an integer of 1 or more, not 0'],
    [{ permits: '1' }, TypeError, '`permits` must be an integer of 1 or more, not "1"'],
    [
      { halfOpenTimeoutMs: Number.NaN },
      RangeError,
      '`halfOpenTimeoutMs` must be a number of 1 or more, not NaN',
    ],
    [{ classify: 'failure' }, TypeError, '`classify` must be a function, not "failure"'],
    [{ onEvent: 1 }, TypeError, '`onEvent` must be a function, not 1'],
    [{ openWhen: {} }, TypeError, '`openWhen.createWindow` must be a function, not undefined'],
  ])('%o is refused at creation', (options, errorClass, message) => {
    expect(() => createCircuitBreaker(options as never)).toThrow(new errorClass(message))
  })

  test('an update with a mistake changes nothing', async () => {
    const { breaker } = await halfOpen()
    expect(() => breaker.update({ permits: 2, openForMs: -1 })).toThrow(RangeError)
    breaker.acquire()
    expect(rejection(breaker)).toBeInstanceOf(CircuitOpenError)
  })

  test('its name is there to be read', () => {
    expect(createCircuitBreaker().name).toBe('circuit-breaker')
    expect(createCircuitBreaker({ name: 'chat' }).name).toBe('chat')
  })
})
