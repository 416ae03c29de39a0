import { createHistogram, type EventLoopUtilization, performance } from 'node:perf_hooks'
import { useVirtualTime } from '@holdfast/internal/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { collecting } from './testing.ts'

/** In place of Node's: what is measured is what the test says. */
const { monitor } = vi.hoisted(() => ({ monitor: vi.fn() }))
vi.mock('node:perf_hooks', async (original) => ({
  ...(await original<typeof import('node:perf_hooks')>()),
  monitorEventLoopDelay: monitor,
}))
useVirtualTime()

let histogram: ReturnType<typeof createHistogram>
const enable = vi.fn()
const disable = vi.fn()
beforeEach(() => {
  histogram = createHistogram()
  monitor.mockReset().mockReturnValue(Object.assign(histogram, { enable, disable }))
})
afterEach(() => void vi.restoreAllMocks())

const record = (...ms: number[]) => {
  for (const one of ms) histogram.record(Math.round(one * 1e6))
}
/** By what they are of, in milliseconds: the histogram has three digits. */
const lags = (lines: readonly string[]) =>
  Object.fromEntries(
    lines.map((line) => {
      const [, of = '', value] = /^nodejs_eventloop_lag_(\w*?)_?seconds (.*)$/.exec(line) ?? []
      return [of, Math.round(Number(value) * 1e4) / 10]
    }),
  )

describe('the lag of the event loop', () => {
  const NONE = { p50: 0, p90: 0, p99: 0, max: 0, mean: 0, '': 0 }

  test('is what the interval was exceeded by', async () => {
    const { scrape } = collecting({ eventLoop: true, eventLoopResolutionMs: 50 })
    expect(monitor).toHaveBeenCalledExactlyOnceWith({ resolution: 50 })
    record(...Array<number>(80).fill(51), ...Array<number>(18).fill(60), 100, 450)
    const mean = (80 * 1 + 18 * 10 + 50 + 400) / 100
    const told = lags(await scrape('nodejs_eventloop_lag'))
    expect(told).toEqual({
      p50: 1,
      p90: 10,
      p99: expect.closeTo(50, 0),
      max: expect.closeTo(400, 0),
      mean: expect.closeTo(mean, 0),
      '': told['mean'],
    })
  })

  test('is never below 0: after a long wait the timer may fire too soon', async () => {
    const { scrape } = collecting({ eventLoop: true })
    record(0.5, 19)
    expect(lags(await scrape('nodejs_eventloop_lag'))).toEqual(NONE)
  })

  test('is that since the last scrape', async () => {
    const { scrape } = collecting({ eventLoop: true })
    record(120)
    expect(lags(await scrape('nodejs_eventloop_lag_max'))).toEqual({ max: 100.1 })
    record(30)
    expect(lags(await scrape('nodejs_eventloop_lag_max'))).toEqual({ max: 10 })
  })

  test('is read before a scrape has done anything, and so does not tell of that scrape', async () => {
    const { registry, scrape } = collecting({ eventLoop: true })
    record(30)
    registry.gauge({ name: 'slow', help: '', collect: async () => record(500) })
    expect(lags(await scrape('nodejs_eventloop_lag_max'))).toEqual({ max: 10 })
    expect(lags(await scrape('nodejs_eventloop_lag_max'))['max']).toBeCloseTo(480, -1)
  })

  test('is 0 before anything was measured, and as before where nothing was since', async () => {
    const { scrape } = collecting({ eventLoop: true })
    expect(lags(await scrape('nodejs_eventloop_lag'))).toEqual(NONE)
    record(30)
    for (let times = 0; times < 2; times++) {
      expect(lags(await scrape('nodejs_eventloop_lag_p50'))).toEqual({ p50: 10 })
    }
  })

  test('is measured from the start to the stop, and without it not at all', () => {
    collecting({ heap: true })
    expect(monitor).not.toHaveBeenCalled()
    enable.mockClear()
    disable.mockClear()
    const { started } = collecting({ eventLoop: true })
    expect([enable, disable].map((spy) => spy.mock.calls.length)).toEqual([1, 0])
    started.stop()
    started.stop()
    expect([enable, disable].map((spy) => spy.mock.calls.length)).toEqual([1, 1])
  })
})

describe('the utilization of the event loop', () => {
  test('is that since the last scrape', async () => {
    const used = (idle: number, active: number): EventLoopUtilization => ({
      idle,
      active,
      utilization: active / (idle + active),
    })
    const real = performance.eventLoopUtilization
    const told: string[] = []
    let now = used(100, 100)
    vi.spyOn(performance, 'eventLoopUtilization').mockImplementation((...pair) =>
      pair.length === 0 ? now : real(...pair),
    )
    const { scrape } = collecting({ eventLoop: true })
    for (const next of [used(175, 125), used(175, 125), used(175, 225)]) {
      now = next
      told.push(...(await scrape('nodejs_eventloop_utilization')))
    }
    expect(told).toEqual([0.25, 0, 1].map((part) => `nodejs_eventloop_utilization ${part}`))
  })
})
