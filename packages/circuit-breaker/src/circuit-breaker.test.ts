import {
  advance,
  deferred,
  hang,
  listeners,
  timers,
  useVirtualTime,
  watch,
} from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { CircuitOpenError } from './circuit-open-error.ts'
import { consecutiveFailures } from './consecutive-failures.ts'
import { createCircuitBreaker } from './create-circuit-breaker.ts'
import { failureCount } from './failure-count.ts'
import { down, failing, fragile, halfOpen, rejection } from './testing.ts'

useVirtualTime()

const reason = new Error('the caller gave up')

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

  test('does not look at the clock for a success, nor set a timer', async () => {
    const now = vi.fn(() => 0)
    const clock = { now, setTimeout: vi.fn(), clearTimeout: vi.fn() }
    const breaker = createCircuitBreaker({ openWhen: consecutiveFailures(), clock })
    now.mockClear()
    await breaker(() => 'fine')
    await breaker(failing).catch(() => {})
    expect(now).not.toHaveBeenCalled()
    expect(clock.setTimeout).not.toHaveBeenCalled()
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

  test('says where its first ten rejections were called, and rejects without a stack trace from then on', async () => {
    const { breaker } = fragile()
    breaker.open()
    const stacks: string[] = []
    for (let call = 0; call < 12; call++) {
      const rejected = await breaker(failing).catch((error: Error) => error)
      expect(rejected).toBeInstanceOf(CircuitOpenError)
      stacks.push((rejected as Error).stack ?? '')
    }
    const traced = stacks.map((stack) => stack.includes('circuit-breaker.test.ts'))
    expect(traced).toEqual([...Array(10).fill(true), false, false])
    expect(stacks.at(-1)).not.toMatch(/^\s+at /m)
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

  test('wants as many successes as it is told, however few may be out at a time', async () => {
    const { breaker } = await halfOpen({ successesToClose: 3 })
    for (let probe = 0; probe < 2; probe++) {
      breaker.acquire().succeed()
      expect(breaker.state).toBe('half-open')
    }
    breaker.acquire().ignore()
    breaker.acquire().succeed()
    expect(breaker.state).toBe('closed')
  })

  test('wants all of them anew after one that failed', async () => {
    const { breaker } = await halfOpen({ permits: 2, successesToClose: 2 })
    const [good, bad] = [breaker.acquire(), breaker.acquire()]
    good.succeed()
    bad.fail(down)
    expect(breaker.state).toBe('open')
    await advance(100)
    breaker.acquire().succeed()
    expect(breaker.state).toBe('half-open')
    breaker.acquire().succeed()
    expect(breaker.state).toBe('closed')
  })

  test('opens again at a failure that says nothing, with the former cause', async () => {
    const { breaker } = await halfOpen()
    await expect(breaker(() => Promise.reject())).rejects.toBeUndefined()
    expect(rejection(breaker)).toMatchObject({ state: 'open', cause: down })
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

  test('asks of the probe that has been out for longest whether it hangs', async () => {
    const { breaker } = await halfOpen({ permits: 2 })
    const first = breaker.acquire()
    await advance(400)
    breaker.acquire()
    first.ignore()
    await advance(999)
    expect(breaker.state).toBe('half-open')
    await advance(1)
    expect(breaker.state).toBe('open')
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

  test('that returns something else than an outcome counts as absent, and is reported', async () => {
    const { breaker, events } = await halfOpen({ classify: () => 'maybe' as never })
    await expect(breaker(failing)).rejects.toBe(down)
    expect(breaker.state).toBe('open')
    const error = new TypeError(
      "`classify` must return 'success', 'failure', or 'ignore', not \"maybe\"",
    )
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'callback.failed', callback: 'classify', error }),
    )
  })

  test('is not asked of a permit: its holder has said what happened', () => {
    const { breaker } = fragile({ classify: () => 'ignore' })
    breaker.acquire().fail(down)
    expect(breaker.state).toBe('open')
  })
})

describe('classifyResult', () => {
  const busy = { status: 503, headers: { 'retry-after': '2' } }

  test.each([
    ['failure', 'open'],
    ['success', 'closed'],
    ['ignore', 'half-open'],
  ] as const)('a result that means %s leaves a half-open circuit %s', async (outcome, state) => {
    const classifyResult = vi.fn(() => outcome)
    const { breaker } = await halfOpen({ classifyResult })
    await expect(breaker(() => busy)).resolves.toBe(busy)
    expect(classifyResult).toHaveBeenCalledExactlyOnceWith(busy)
    expect(breaker.state).toBe(state)
  })

  test('a result that is a failure is the cause of the rejections, and its Retry-After counts', async () => {
    const { breaker } = fragile({ classifyResult: () => 'failure' })
    await breaker(() => busy)
    expect(rejection(breaker)).toMatchObject({ cause: busy, retryAfterMs: 2000 })
  })

  test('that throws costs no permit and does not hide the result', async () => {
    const { breaker } = await halfOpen({
      classifyResult: () => {
        throw new Error('classifier')
      },
    })
    await expect(breaker(() => 'result')).resolves.toBe('result')
    expect(breaker.stats()).toMatchObject({ state: 'closed', probes: 0, successes: 1 })
  })
})

describe('openOn', () => {
  const quota = new Error('the quota of the day is spent')
  const openOn = (error: unknown) => error === quota

  test('opens a closed circuit at the first such failure', async () => {
    const breaker = createCircuitBreaker({ openOn })
    await breaker(failing).catch(() => {})
    expect(breaker.state).toBe('closed')
    await breaker(() => Promise.reject(quota)).catch(() => {})
    expect(rejection(breaker)).toMatchObject({ state: 'open', cause: quota })
  })

  test('is asked of failures only, whatever else the error may be', async () => {
    const asked = vi.fn(openOn)
    const breaker = createCircuitBreaker({ openOn: asked, classify: () => 'ignore' })
    await breaker(() => Promise.reject(quota)).catch(() => {})
    await breaker(() => quota)
    expect(asked).not.toHaveBeenCalled()
    breaker.acquire().fail(quota)
    expect(breaker.state).toBe('open')
  })

  test('that throws says nothing, and does not hide the operation’s error', async () => {
    const breaker = createCircuitBreaker({
      openOn: () => {
        throw new Error('predicate')
      },
    })
    await expect(breaker(failing)).rejects.toBe(down)
    expect(breaker.state).toBe('closed')
  })
})

describe('whatever an operation does', () => {
  test('a thenable that settles twice, and throws, is counted once, by what it did first', async () => {
    const { breaker } = fragile()
    const operation = () => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
      then(resolve: (value: string) => void, reject: (reason: unknown) => void): never {
        resolve('first')
        reject(down)
        resolve('third')
        throw down
      },
    })
    await expect(breaker(operation as unknown as () => Promise<string>)).resolves.toBe('first')
    expect(breaker.stats()).toMatchObject({ state: 'closed', successes: 1, failures: 0 })
  })

  test('a thenable whose `then` throws has failed', async () => {
    const { breaker } = fragile()
    const operation = () =>
      Object.defineProperty({}, 'then', {
        get() {
          throw down
        },
      })
    await expect(breaker(operation)).rejects.toBe(down)
    expect(breaker.state).toBe('open')
  })

  test('a rejection with nothing is a failure', async () => {
    const { breaker } = fragile()
    await expect(breaker(() => Promise.reject())).rejects.toBeUndefined()
    expect(rejection(breaker).cause).toBeUndefined()
  })

  test('a call that never settles holds nothing of a closed circuit', async () => {
    const { breaker } = fragile()
    const call = watch(breaker(hang))
    await advance(1e9)
    expect(call.state).toBe('pending')
    await expect(breaker(() => 'passes')).resolves.toBe('passes')
  })

  test('what is not a function is refused as a rejection, takes no probe and is not counted', async () => {
    const { breaker } = await halfOpen()
    const before = breaker.stats()
    await expect(breaker('operation' as never)).rejects.toThrow(
      new TypeError('`operation` must be a function, not "operation"'),
    )
    expect(breaker.stats()).toEqual(before)
    breaker.acquire().succeed()
  })

  test('an operation that stops its own breaker meets no half-made state', async () => {
    const { breaker, changes } = fragile()
    const operation = () => {
      breaker.open('from within')
      throw down
    }
    await expect(breaker(operation)).rejects.toBe(down)
    expect(breaker.stats()).toMatchObject({ state: 'open', stale: 1, openings: 1 })
    expect(changes()).toEqual(['open at 0'])
  })
})

describe('events', () => {
  test('tell of changes, outcomes and rejections, by name', async () => {
    const { breaker, events } = fragile({ name: 'chat' })
    await breaker(() => 'fine')
    await breaker(failing).catch(() => {})
    await breaker(failing).catch(() => {})
    const breakers = { name: 'chat', instance: breaker.stats().instance }
    expect(events).toEqual([
      { type: 'circuit-breaker.settled', ...breakers, outcome: 'success', slow: false },
      { type: 'circuit-breaker.state-changed', ...breakers, from: 'closed', to: 'open', at: 0 },
      { type: 'circuit-breaker.settled', ...breakers, outcome: 'failure', slow: false },
      { type: 'circuit-breaker.rejected', ...breakers, state: 'open' },
    ])
  })

  test('say that a call was slow', async () => {
    const { breaker, events } = fragile({ slowCallMs: 10 })
    const permit = breaker.acquire()
    await advance(10)
    permit.ignore()
    expect(events).toMatchObject([
      { type: 'circuit-breaker.settled', outcome: 'ignore', slow: true },
    ])
  })

  test('an observer may turn the breaker: each change is told once, in order', async () => {
    const seen: string[] = []
    const { breaker } = fragile({
      onEvent: (event) => {
        if (event.type !== 'circuit-breaker.state-changed') return
        seen.push(`${event.from} to ${event.to}`)
        if (event.to === 'half-open') breaker.close()
      },
    })
    breaker.acquire().fail(down)
    await advance(100)
    expect(breaker.state).toBe('closed')
    expect(seen).toEqual(['closed to open', 'open to half-open', 'half-open to closed'])
    await expect(breaker(() => 'passes')).resolves.toBe('passes')
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

describe('stats', () => {
  test('tell what was seen since the breaker was made, and how it stands', async () => {
    const { breaker } = fragile({ permits: 2 })
    const early = breaker.acquire()
    await breaker(() => 'fine')
    await breaker(() => Promise.reject({ status: 404 })).catch(() => {})
    await advance(5)
    await breaker(failing).catch(() => {})
    await breaker(failing).catch(() => {})
    early.succeed()
    await advance(30)
    const counts = { successes: 2, failures: 1, ignored: 1, slow: 0, stale: 1, rejected: 1 }
    const standing = {
      probes: 0,
      isolated: false,
      enabled: true,
      openings: 1,
      instance: expect.any(Number),
    }
    expect(breaker.stats()).toEqual({
      state: 'open',
      since: 5,
      retryAfterMs: 70,
      ...standing,
      ...counts,
    })
    await advance(1000)
    breaker.acquire()
    expect(breaker.stats()).toEqual({
      state: 'half-open',
      since: 105,
      retryAfterMs: undefined,
      ...standing,
      ...counts,
      probes: 1,
    })
  })

  test('are of the moment: they do not change when the breaker does', () => {
    const { breaker } = fragile()
    const before = breaker.stats()
    breaker.acquire().fail(down)
    expect(before).toMatchObject({ state: 'closed', failures: 0 })
  })
})

test('its name is there to be read, and its methods can be taken off', () => {
  expect(createCircuitBreaker().name).toBe('circuit-breaker')
  const breaker = createCircuitBreaker({ name: 'chat' })
  const { open, stats } = breaker
  open()
  expect([breaker.name, stats().state]).toEqual(['chat', 'open'])
})
