import { runInNewContext } from 'node:vm'
import { advance, deferred, hang, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { poll } from './poll.ts'
import { fakeHost } from './testing.ts'

useVirtualTime()

const file = (A: unknown) => ({ flags: { A } })

/** Starts polling `fetch` and lets the first answer come. */
async function start(fetch: Parameters<typeof poll>[0], options?: Parameters<typeof poll>[1]) {
  const host = fakeHost()
  const running = poll(fetch, options).start(host)
  await advance(0)
  return { host, running }
}

test('the answer is a flag file, as a text or as the object that it stands for', async () => {
  const answers = [JSON.stringify(file(1)), file(2), Promise.resolve(file(3))]
  const { host } = await start(() => answers.shift())
  expect(host.values()).toEqual({ A: 1 })
  await advance(15_000)
  expect(host.values()).toEqual({ A: 2 })
  await advance(15_000)
  expect(host.values()).toEqual({ A: 3 })
  expect(host.fail).not.toHaveBeenCalled()
})

test('asks every 15 s, from the end of one call to the beginning of the next', async () => {
  const calls: number[] = []
  await start(async () => {
    calls.push(performance.now())
    await new Promise((resolve) => setTimeout(resolve, 1000))
    return file(1)
  })
  await advance(50_000)
  expect(calls).toEqual([0, 16_000, 32_000, 48_000])
})

test('undefined is the same as before, and nothing at all when there was nothing', async () => {
  const answers: unknown[] = [undefined, file(1), new Error('down'), undefined]
  const fetch = async () => {
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer
  }
  const { host } = await start(fetch, { everyMs: 1000 })
  expect(host.faults()).toEqual(['`fetch` returned `undefined`, for "unchanged", before any flags'])
  await advance(2000)
  expect(host.publish).toHaveBeenCalledTimes(1)
  await advance(1000)
  expect(host.faults()).toHaveLength(2)
  await advance(2000)
  // It is right again, and says so.
  expect(host.publish).toHaveBeenCalledTimes(2)
  expect(host.values()).toEqual({ A: 1 })
})

describe('what is wrong', () => {
  test.each<[string, () => unknown, string]>([
    ['a rejection', () => Promise.reject(new Error('down')), 'down'],
    ['a throw', vi.fn().mockThrow(new Error('down')), 'down'],
    [
      'an error of another realm',
      () => Promise.reject(runInNewContext('new Error("down")')),
      'down',
    ],
    ['a rejection that is no error', () => Promise.reject(503), '503'],
    [
      'a text that is no JSON',
      () => '{',
      'Expected a name in double quotes, not the end (line 1, column 2)',
    ],
    [
      'an answer that is no flag file',
      () => 5,
      'A flag file must be an object with `flags`: { "flags": { "NAME": … } }',
    ],
    [
      'an answer that throws',
      () => new Proxy({ flags: {} }, { ownKeys: vi.fn().mockThrow(new Error('no')) }),
      'no',
    ],
  ])('makes it stale: %s', async (_, fetch, message) => {
    const { host } = await start(fetch)
    expect(host.publish).not.toHaveBeenCalled()
    expect(host.faults()).toEqual([message])
  })

  test('what the flags refuse, too', async () => {
    const host = fakeHost()
    host.publish.mockThrowOnce(new TypeError('no such flag'))
    poll(() => file(1), { everyMs: 10 }).start(host)
    await advance(0)
    expect(host.faults()).toEqual(['no such flag'])
    await advance(20)
    expect(host.publish).toHaveBeenCalledTimes(2)
    expect(host.fail).toHaveBeenCalledTimes(1)
  })

  test('makes the waits longer, up to eleven times as long, until it is right again', async () => {
    const calls: number[] = []
    let isDown = true
    const { host } = await start(
      () => {
        calls.push(performance.now())
        if (isDown) throw new Error('down')
        return file(1)
      },
      { everyMs: 100 },
    )
    await advance(10_000)
    const waits = calls.slice(1).map((at, i) => at - (calls[i] ?? 0))
    expect(waits.slice(0, 13)).toEqual([
      200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1100, 1100, 1100,
    ])
    isDown = false
    await advance(1100)
    const before = calls.length
    await advance(1000)
    expect(calls.length - before).toBe(10)
    expect(host.values()).toEqual({ A: 1 })
  })
})

describe('a call that does not end', () => {
  test('is given up after 10 s, its signal aborted, and its late answer not heard', async () => {
    const late = deferred<unknown>()
    const signals: AbortSignal[] = []
    const fetch = (signal: AbortSignal) => {
      signals.push(signal)
      return signals.length === 1 ? late.promise : file(2)
    }
    const { host } = await start(fetch, { everyMs: 1000 })
    await advance(9999)
    expect(host.fail).not.toHaveBeenCalled()
    await advance(1)
    expect(host.fail.mock.lastCall?.[0]).toMatchObject({
      name: 'TimeoutError',
      message: 'No answer within 10000 ms',
    })
    expect(signals[0]?.aborted).toBe(true)
    late.resolve(file(1))
    await advance(0)
    expect(host.publish).not.toHaveBeenCalled()
    await advance(2000)
    expect(host.values()).toEqual({ A: 2 })
  })

  test('fails the next time, too', async () => {
    const { host } = await start(hang, { everyMs: 10, timeoutMs: 100 })
    await advance(100 + 20 + 100 + 30 + 100)
    expect(host.fail).toHaveBeenCalledTimes(3)
  })
})

describe('reload', () => {
  test('asks at once and puts off the next call', async () => {
    const fetch = vi.fn(() => file(1))
    const { running } = await start(fetch, { everyMs: 1000 })
    await advance(900)
    await running.reload()
    expect(fetch).toHaveBeenCalledTimes(2)
    expect(timers()).toBe(1)
    await advance(999)
    expect(fetch).toHaveBeenCalledTimes(2)
    await advance(1)
    expect(fetch).toHaveBeenCalledTimes(3)
  })

  test('during a call waits for one that begins after it, since the answer under way may be older', async () => {
    const answers: unknown[] = []
    let server = 1
    const gate = [deferred(), deferred()]
    const fetch = vi.fn(async () => {
      const answer = file(server)
      await gate[answers.push(answer) - 1]?.promise
      return answer
    })
    const { host, running } = await start(fetch)
    server = 2
    const reload = watch(Promise.resolve(running.reload()))
    gate[0]?.resolve()
    await advance(0)
    expect(host.values()).toEqual({ A: 1 })
    expect(reload.state).toBe('pending')
    gate[1]?.resolve()
    await advance(0)
    expect(reload.state).toBe('fulfilled')
    expect(host.values()).toEqual({ A: 2 })
    expect(timers()).toBe(1)
  })

  test('many during one call share the call after it', async () => {
    const gate = deferred()
    const fetch = vi.fn(async () => {
      await gate.promise
      return file(1)
    })
    const { running } = await start(fetch, { everyMs: 1000 })
    const reloads = [1, 2, 3].map(() => watch(Promise.resolve(running.reload())))
    gate.resolve()
    await advance(0)
    expect(reloads.map(({ state }) => state)).toEqual(Array(3).fill('fulfilled'))
    expect(fetch).toHaveBeenCalledTimes(2)
    expect(timers()).toBe(1)
    await advance(1000)
    expect(fetch).toHaveBeenCalledTimes(3)
  })

  test('during a call that is given up starts the next', async () => {
    const fetch = vi.fn().mockImplementationOnce(hang).mockReturnValue(file(2))
    const { host, running } = await start(fetch, { timeoutMs: 100 })
    const reload = watch(Promise.resolve(running.reload()))
    await advance(100)
    expect(reload.state).toBe('fulfilled')
    expect(host.values()).toEqual({ A: 2 })
  })

  test('rejects never', async () => {
    const { host, running } = await start(() => Promise.reject(new Error('down')))
    await running.reload()
    expect(host.faults()).toEqual(['down', 'down'])
  })
})

describe('close', () => {
  test('between two calls: no timer is left, and no reload asks', async () => {
    const fetch = vi.fn(() => file(1))
    const { running } = await start(fetch)
    running.close()
    running.close()
    expect(timers()).toBe(0)
    await running.reload()
    await advance(100_000)
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  test('within a call: its signal aborts, its answer is not heard, nothing is left', async () => {
    const answer = deferred<unknown>()
    let signal: AbortSignal | undefined
    const { host, running } = await start((given) => {
      signal = given
      return answer.promise
    })
    const reload = watch(Promise.resolve(running.reload()))
    running.close()
    expect(signal?.aborted).toBe(true)
    answer.resolve(file(1))
    await advance(0)
    expect(reload.state).toBe('fulfilled')
    expect(host.publish).not.toHaveBeenCalled()
    expect(host.fail).not.toHaveBeenCalled()
    expect(timers()).toBe(0)
  })

  test('by a listener, while the answer is published: nothing is left', async () => {
    const host = fakeHost()
    const running = poll(() => file(1)).start(host)
    host.publish.mockImplementation(() => running.close())
    await advance(0)
    expect(timers()).toBe(0)
  })
})

test('a thousand calls leave nothing behind', async () => {
  const fetch = vi.fn(() => file(1))
  await start(fetch, { everyMs: 1 })
  await advance(1000)
  expect(fetch.mock.calls.length).toBeGreaterThan(900)
  expect(timers()).toBe(1)
})

test('no timer keeps the process alive', async () => {
  vi.useRealTimers()
  const host = fakeHost()
  const hadRef: boolean[] = []
  const clock = {
    now: () => performance.now(),
    setTimeout(callback: () => void, ms: number) {
      const timer = setTimeout(callback, ms)
      queueMicrotask(() => hadRef.push(timer.hasRef()))
      return timer
    },
    clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
  }
  const running = poll(() => file(1)).start({ ...host, clock })
  await running.reload()
  running.close()
  expect(hadRef).toEqual([false, false, false])
})

test.each([
  [['x'], TypeError, '`fetch` must be a function, not "x"'],
  [[() => 1, { everyMs: 0 }], RangeError, '`everyMs` must be a number from 1 to 2147483647, not 0'],
  [
    [() => 1, { timeoutMs: '5' }],
    TypeError,
    '`timeoutMs` must be a number from 1 to 2147483647, not "5"',
  ],
  [[() => 1, 5000], TypeError, '`poll` takes an object of options, not 5000'],
  [
    [() => 1, { intervalMs: 5 }],
    TypeError,
    '`poll` has no option `intervalMs`, only `everyMs`, `timeoutMs`, `name`',
  ],
])('%o is refused', (args, errorClass, message) => {
  expect(() => poll(...(args as Parameters<typeof poll>))).toThrow(new errorClass(message))
})
