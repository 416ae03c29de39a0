// What a breaker must withstand from its user: contexts that are none, callbacks that fail, options of the wrong kind.
import { revokedProxy, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { consecutiveFailures, createCircuitBreaker, createCircuitBreakers } from './index.ts'
import { failing, fragile, halfOpen } from './testing.ts'

useVirtualTime()

describe('the context of a call', () => {
  const operation = vi.fn(() => 'done')

  test.each([[null], [undefined], [{ signal: null }]])('may be %j', async (context) => {
    expect(await createCircuitBreaker()(operation, context as never)).toBe('done')
  })

  test.each([
    [{ signal: 1 }],
    [{ signal: {} }],
    [{ signal: { aborted: false } }],
    [{ signal: new AbortController() }],
    [{ signal: revokedProxy() }],
    ['context'],
  ])(
    'that is wrong (%#) rejects before the operation runs, and takes no probe',
    async (context) => {
      operation.mockClear()
      const { breaker } = await halfOpen()
      await expect(breaker(operation, context as never)).rejects.toThrow(TypeError)
      expect(operation).not.toHaveBeenCalled()
      expect(breaker.stats().probes).toBe(0)
      await expect(breaker(operation)).resolves.toBe('done')
    },
  )
})

describe('callbacks that fail count as absent, and are reported', () => {
  const fault = new Error('the callback is broken')
  const broken = () => {
    throw fault
  }

  test('`openOn`, which then does not open the circuit', async () => {
    const { breaker, events } = fragile({ openWhen: consecutiveFailures(2), openOn: broken })
    await expect(breaker(failing)).rejects.toThrow('down')
    expect(breaker.state).toBe('closed')
    expect(events).toContainEqual(expect.objectContaining({ callback: 'openOn', error: fault }))
  })

  test.each(['classify', 'random'] as const)('`%s`', async (callback) => {
    const { breaker, events } = fragile({ [callback]: broken })
    await expect(breaker(failing)).rejects.toThrow('down')
    expect(breaker.state).toBe('open')
    const report = { type: 'callback.failed', name: 'circuit-breaker', callback, error: fault }
    expect(events).toContainEqual(report)
  })

  test('`record` of a strategy, which then does not open the circuit', async () => {
    const strategy = { createWindow: () => ({ record: broken }) }
    const { breaker, events } = fragile({ openWhen: strategy })
    await expect(breaker(failing)).rejects.toThrow('down')
    await expect(breaker(() => 'done')).resolves.toBe('done')
    expect(breaker.state).toBe('closed')
    expect(events).toContainEqual(expect.objectContaining({ callback: 'openWhen.record' }))
  })

  test('`createWindow` of a strategy, when the circuit closes again', async () => {
    const createWindow = vi.fn(consecutiveFailures(1).createWindow)
    const { breaker, events } = fragile({ openWhen: { createWindow } })
    await expect(breaker(failing)).rejects.toThrow('down')
    createWindow.mockImplementation(broken)
    breaker.close()
    await expect(breaker(() => 'done')).resolves.toBe('done')
    expect(events).toContainEqual(expect.objectContaining({ callback: 'openWhen.createWindow' }))
  })

  test('an asynchronous `classify`, whose rejection ends nothing', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { breaker } = fragile({ classify: (async () => broken()) as never })
    await expect(breaker(failing)).rejects.toThrow('down')
    await vi.advanceTimersByTimeAsync(1)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
    expect(breaker.state).toBe('open')
  })
})

test('an observer finds the probe given back', async () => {
  const probes: number[] = []
  const { breaker } = await halfOpen({
    classify: () => 'ignore',
    onEvent: (event) => {
      if (event.type === 'circuit-breaker.settled') probes.push(breaker.stats().probes)
    },
  })
  await expect(breaker(failing)).rejects.toThrow('down')
  expect(probes.at(-1)).toBe(0)
})

test.each<[act: () => unknown, message: string]>([
  [
    () => createCircuitBreaker(10 as never),
    '`createCircuitBreaker` takes an object of options, not 10',
  ],
  [() => createCircuitBreaker(null as never), 'takes an object of options, not null'],
  [
    () => createCircuitBreaker({ threshold: 5 } as never),
    '`createCircuitBreaker` has no option `threshold`, only `openForMs`',
  ],
  [() => createCircuitBreaker({ clock: {} as never }), '`clock.now` must be a function'],
  [
    () => createCircuitBreakers({ max: 5 } as never),
    '`createCircuitBreakers` has no option `max`, only',
  ],
  [
    () => createCircuitBreaker().update({ name: 'other' } as never),
    '`update` has no option `name`, only',
  ],
])('mistakes in options are named at creation: %#', (act, message) => {
  expect(act).toThrow(message)
})
