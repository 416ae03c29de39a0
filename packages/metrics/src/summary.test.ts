import { advance, useVirtualTime } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRegistry } from './registry.ts'
import { scrape } from './testing.ts'

useVirtualTime()

describe('a summary', () => {
  test('tells quantiles, the sum and the count', async () => {
    const registry = createRegistry()
    const summary = registry.summary({ name: 's', help: '', labels: ['a'] })
    summary.observe({ a: 'b' }, 0.3)
    summary.labels({ a: 'b' }).observe(0.3)
    expect(await scrape(registry)).toEqual([
      's{a="b",quantile="0.5"} 0.3',
      's{a="b",quantile="0.9"} 0.3',
      's{a="b",quantile="0.99"} 0.3',
      's_sum{a="b"} 0.6',
      's_count{a="b"} 2',
    ])
  })

  test('without observations its quantiles are NaN', async () => {
    const registry = createRegistry()
    registry.summary({ name: 's', help: '', quantiles: [0.5] })
    expect(await scrape(registry)).toEqual(['s{quantile="0.5"} NaN', 's_sum 0', 's_count 0'])
  })

  test('its quantiles stand in order', async () => {
    const registry = createRegistry()
    const summary = registry.summary({ name: 's', help: '', quantiles: [1, 0.25, 0] })
    for (const value of [3, -1, 0, 7]) summary.observe(value)
    expect((await scrape(registry)).slice(0, 3)).toEqual([
      's{quantile="0.0"} -1',
      's{quantile="0.25"} -1',
      's{quantile="1.0"} 7',
    ])
  })

  test('looks back for the window, while the sum and the count go on', async () => {
    const registry = createRegistry()
    const summary = registry.summary({ name: 's', help: '', quantiles: [1], windowMs: 5000 })
    summary.observe(100)
    await advance(2000)
    summary.observe(1)
    expect(await scrape(registry)).toEqual(['s{quantile="1.0"} 100', 's_sum 101', 's_count 2'])
    await advance(2999)
    expect((await scrape(registry))[0]).toBe('s{quantile="1.0"} 100')
    await advance(1)
    expect(await scrape(registry)).toEqual(['s{quantile="1.0"} 1', 's_sum 101', 's_count 2'])
    await advance(100_000)
    expect(await scrape(registry)).toEqual(['s{quantile="1.0"} NaN', 's_sum 101', 's_count 2'])
  })

  test('a quantile is within 1.1 % of the value that has this rank', async () => {
    const value = fc.oneof(
      fc.double({ min: 1e-9, max: 1e12, noNaN: true }),
      fc.double({ min: -1e12, max: -1e-9, noNaN: true }),
      fc.constant(0),
    )
    const quantile = fc.double({ min: 0, max: 1, noNaN: true })
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1 }), quantile, async (values, quantile) => {
        const registry = createRegistry()
        const summary = registry.summary({ name: 's', help: '', quantiles: [quantile] })
        for (const value of values) summary.observe(value)
        const [told] = (await registry.snapshot()).families.at(-1)?.series[0]?.values ?? []
        const sorted = [...values].sort((a, b) => a - b)
        const exact = sorted[Math.max(0, Math.ceil(quantile * values.length) - 1)] as number
        expect(Math.abs((told as number) - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.011)
      }),
    )
  })

  test('its memory is bounded, whatever comes', async () => {
    const registry = createRegistry()
    const summary = registry.summary({ name: 's', help: '', quantiles: [0, 1] })
    for (const value of [5e-324, 1.5e-300, 1e-20, -5e-324, 1e30, 1.7e308, -1e308])
      summary.observe(value)
    // Those that are too small or too great to be told apart share a bin, which has their mean.
    const [, greatest] = (await registry.snapshot()).families.at(-1)?.series[0]?.values ?? []
    expect(greatest).toBeCloseTo(0.85e308, -306)
  })

  test.each([
    [{ quantiles: [1.5] }, '`quantiles`'],
    [{ quantiles: [-0.1] }, '`quantiles`'],
    [{ quantiles: [Number.POSITIVE_INFINITY] }, '`quantiles`'],
    [{ quantiles: [0.5, 0.5] }, '`quantiles`'],
    [{ windowMs: 0 }, '`windowMs`'],
    [{ windowMs: Number.NaN }, '`windowMs`'],
  ])('%o is refused', (options, shown) => {
    const create = () => createRegistry().summary({ name: 's', help: '', ...options })
    expect(create).toThrow(RangeError)
    expect(create).toThrow(shown)
  })

  test('is not told exemplars of, though it takes them', async () => {
    const registry = createRegistry()
    registry.summary({ name: 's', help: '' }).observe(1, { labels: { trace_id: 'a' } })
    expect(await registry.render({ format: 'openmetrics' })).not.toContain('trace_id')
  })
})
