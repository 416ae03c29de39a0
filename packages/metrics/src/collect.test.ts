import { advance, deferred, hang, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import type { MetricsEvent } from './events.ts'
import type { Gauge } from './metrics.ts'
import { createRegistry } from './registry.ts'
import type { RegistryOptions } from './registry-options.ts'
import { scrape } from './testing.ts'

useVirtualTime()

describe('a collector', () => {
  const create = (options: RegistryOptions = {}) => {
    const events: MetricsEvent[] = []
    const registry = createRegistry({ onEvent: (event) => events.push(event), ...options })
    registry.counter({ name: 'other', help: '' })
    return { registry, events }
  }

  test('is run before each scrape', async () => {
    const { registry } = create()
    let size = 5
    registry.gauge({ name: 'size', help: '', collect: (gauge) => gauge.set(size) })
    expect(await scrape(registry)).toContain('size 5')
    size = 6
    expect(await scrape(registry)).toContain('size 6')
    expect(timers()).toBe(0)
  })

  test('is given the metric that the user has, of each type', async () => {
    const { registry } = create()
    const collect = vi.fn()
    const labels = ['a']
    const metrics = [
      registry.counter({ name: 'c', help: '', collect }),
      registry.counter({ name: 'c2', help: '', labels, collect }),
      registry.gauge({ name: 'g', help: '', collect }),
      registry.gauge({ name: 'g2', help: '', labels, collect }),
      registry.histogram({ name: 'h', help: '', collect }),
      registry.summary({ name: 's', help: '', labels, collect }),
    ]
    await registry.snapshot()
    expect(collect.mock.calls).toEqual(metrics.map((metric) => [metric]))
    for (const [place, metric] of metrics.entries())
      expect(collect.mock.calls[place]?.[0]).toBe(metric)
  })

  test('that takes the place of another is given the same metric', async () => {
    const { registry } = create()
    const before = vi.fn()
    const options = { name: 'size', help: '' }
    const gauge = registry.gauge({ ...options, collect: before })
    const after = vi.fn()
    registry.gauge({ ...options, collect: after })
    await registry.snapshot()
    expect(before).not.toHaveBeenCalled()
    expect(after).toHaveBeenCalledExactlyOnceWith(gauge)
  })

  test('may take its time', async () => {
    const { registry } = create()
    const asked = deferred<number>()
    const collect = async () => gauge.set(await asked.promise)
    const gauge: Gauge = registry.gauge({ name: 'size', help: '', collect })
    const scraped = scrape(registry)
    await advance(999)
    asked.resolve(7)
    expect(await scraped).toContain('size 7')
    expect(timers()).toBe(0)
  })

  test('all run at once', async () => {
    const { registry } = create()
    for (const name of ['a', 'b', 'c']) {
      const collect = () => new Promise<void>((resolve) => setTimeout(resolve, 500))
      registry.gauge({ name, help: '', collect })
    }
    const scraped = watch(registry.render())
    await advance(500)
    expect(scraped.state).toBe('fulfilled')
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('that %s costs its own metric only, and is counted in the same scrape', async (_, collect) => {
    const { registry, events } = create()
    registry.gauge({ name: 'broken', help: '', collect }).set(5)
    for (const times of [1, 2]) {
      expect(await scrape(registry)).toEqual([
        `metrics_collect_failed_total{metric="broken"} ${times}`,
        'other_total 0',
      ])
    }
    const event = { type: 'metrics.collect-failed', name: 'broken', reason: 'error' }
    expect(events).toEqual([1, 2].map(() => ({ ...event, error: new Error('broken') })))
  })

  test('that hangs is given up, and is not run again before it is over', async () => {
    const { registry, events } = create({ collectTimeoutMs: 50 })
    const asked = deferred()
    const collect = vi.fn(() => asked.promise)
    registry.gauge({ name: 'slow', help: '', collect })
    for (const times of [1, 2]) {
      const scraped = watch(scrape(registry))
      await advance(49)
      expect(scraped.state).toBe('pending')
      await advance(1)
      expect(scraped.value).toEqual([
        `metrics_collect_failed_total{metric="slow"} ${times}`,
        'other_total 0',
      ])
    }
    expect(timers()).toBe(0)
    expect(collect).toHaveBeenCalledTimes(1)
    const event = { type: 'metrics.collect-failed', name: 'slow', reason: 'timeout' }
    expect(events).toEqual([event, event])

    asked.resolve()
    await advance(0)
    expect(await scrape(registry, 'slow')).toEqual(['slow 0'])
    expect(collect).toHaveBeenCalledTimes(2)
  })

  test('that is over during a later scrape counts for that', async () => {
    const { registry } = create({ collectTimeoutMs: 50 })
    const asked = deferred<number>()
    const collect = async () => gauge.set(await asked.promise)
    const gauge: Gauge = registry.gauge({ name: 'slow', help: '', collect })
    const first = scrape(registry)
    await advance(50)
    await first
    const second = scrape(registry, 'slow')
    asked.resolve(3)
    expect(await second).toEqual(['slow 3'])
  })

  test('that failed runs again at the next scrape', async () => {
    const { registry } = create()
    let broken = true
    const collect = () => {
      if (broken) throw new Error('broken')
    }
    registry.gauge({ name: 'g', help: '', collect })
    expect(await scrape(registry, 'g')).toEqual([])
    broken = false
    expect(await scrape(registry, 'g')).toEqual(['g 0'])
  })

  test('that fails after it was given up is no unhandled rejection', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { registry } = create({ collectTimeoutMs: 50 })
    const asked = deferred()
    registry.gauge({ name: 'slow', help: '', collect: () => asked.promise })
    const scraped = scrape(registry)
    await advance(50)
    await scraped
    asked.reject(new Error('late'))
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  test('may make metrics, which are told of at once', async () => {
    const { registry } = create()
    const collect = () => registry.gauge({ name: 'late', help: '' }).set(1)
    registry.gauge({ name: 'early', help: '', collect })
    expect(await scrape(registry)).toEqual(['other_total 0', 'early 0', 'late 1'])
  })

  test('that scrapes its own registry is given up, as it waits for itself', async () => {
    const { registry } = create()
    const collect = vi.fn(async () => void (await registry.render()))
    registry.gauge({ name: 'g', help: '', collect })
    const scraped = watch(scrape(registry, 'g'))
    await advance(1000)
    expect(scraped.value).toEqual([])
    expect(collect).toHaveBeenCalledTimes(1)
  })

  test('an observer that throws harms nobody', async () => {
    const onEvent = () => {
      throw new Error('observer')
    }
    const { registry } = create({ onEvent, collectTimeoutMs: 0 })
    registry.gauge({ name: 'g', help: '', collect: hang })
    const scraped = scrape(registry, 'other')
    await advance(0)
    expect(await scraped).toEqual(['other_total 0'])
  })
})
