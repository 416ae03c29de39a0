import { describe, expect, test } from 'vitest'
import { createRegistry } from './registry.ts'
import { scrape } from './testing.ts'

describe('a gauge', () => {
  test('goes up and down', async () => {
    const registry = createRegistry()
    const queue = registry.gauge({ name: 'queue_size', help: 'q' })
    expect(await scrape(registry)).toEqual(['queue_size 0'])
    queue.set(-2.5)
    queue.inc()
    queue.inc(4)
    queue.dec()
    queue.dec(-1)
    expect(await scrape(registry)).toEqual(['queue_size 2.5'])
  })

  test('with labels', async () => {
    const registry = createRegistry()
    const queue = registry.gauge({ name: 'queue_size', help: 'q', labels: ['name'] })
    queue.set({ name: 'a' }, 5)
    queue.inc({ name: 'a' })
    queue.inc({ name: 'b' }, 2)
    queue.dec({ name: 'b' })
    queue.dec({ name: 'c' }, 3)
    queue.labels({ name: 'd' })
    expect(await scrape(registry)).toEqual([
      'queue_size{name="a"} 6',
      'queue_size{name="b"} 1',
      'queue_size{name="c"} -3',
      'queue_size{name="d"} 0',
    ])
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '1', null, undefined, {}])(
    '%o is nothing to set it to, and nothing is changed',
    async (value) => {
      const registry = createRegistry()
      const plain = registry.gauge({ name: 'plain', help: '' })
      const labelled = registry.gauge({ name: 'labelled', help: '', labels: ['a'] })
      expect(() => plain.set(value as number)).toThrow(
        '`plain` must be set to a finite number, not',
      )
      expect(() => labelled.set({ a: 'a' }, value as number)).toThrow('`labelled` must be set to')
      if (value !== undefined) {
        expect(() => plain.inc(value as number)).toThrow(
          '`plain` must be changed by a finite number',
        )
        expect(() => plain.dec(value as number)).toThrow('`plain` must be changed by')
        expect(() => labelled.inc({ a: 'a' }, value as number)).toThrow('must be changed by')
        expect(() => labelled.dec({ a: 'a' }, value as number)).toThrow('must be changed by')
      }
      expect(await scrape(registry)).toEqual(['plain 0'])
    },
  )
})

describe('a removed series', () => {
  const setUp = () => {
    const registry = createRegistry({ maxSeriesPerMetric: 2 })
    return { registry, queue: registry.gauge({ name: 'q', help: '', labels: ['a', 'b'] }) }
  }

  test('is no longer told of', async () => {
    const { registry, queue } = setUp()
    queue.set({ a: '1', b: '1' }, 1)
    queue.set({ a: '1', b: '2' }, 2)
    expect(queue.remove({ a: '1', b: '1' })).toBe(true)
    expect(queue.remove({ a: '1', b: '1' })).toBe(false)
    expect(queue.remove({ a: '2', b: '1' })).toBe(false)
    queue.inc({ a: '1', b: '2' })
    expect(await scrape(registry)).toEqual(['q{a="1",b="2"} 3'])
  })

  test('leaves its place to another, also where some had none', async () => {
    const { registry, queue } = setUp()
    queue.set({ a: '1', b: '1' }, 1)
    queue.set({ a: '1', b: '2' }, 2)
    queue.remove({ a: '1', b: '1' })
    queue.set({ a: '3', b: '1' }, 3)
    expect(await scrape(registry)).toEqual(['q{a="1",b="2"} 2', 'q{a="3",b="1"} 3'])

    queue.set({ a: '4', b: '1' }, 4)
    queue.remove({ a: '3', b: '1' })
    queue.set({ a: '5', b: '1' }, 5)
    expect(await scrape(registry, 'q')).toEqual([
      'q{a="1",b="2"} 2',
      'q{overflow="true"} 4',
      'q{a="5",b="1"} 5',
    ])
  })

  test('comes back from 0 when it is used again', async () => {
    const { registry, queue } = setUp()
    queue.set({ a: '1', b: '1' }, 5)
    queue.remove({ a: '1', b: '1' })
    queue.inc({ a: '1', b: '1' })
    expect(await scrape(registry)).toEqual(['q{a="1",b="1"} 1'])
  })

  test('comes back by a handle that is still held, and there is one of it', async () => {
    const { registry, queue } = setUp()
    const held = queue.labels({ a: '1', b: '1' })
    held.set(5)
    queue.remove({ a: '1', b: '1' })
    held.inc()
    expect(await scrape(registry)).toEqual(['q{a="1",b="1"} 1'])

    queue.remove({ a: '1', b: '1' })
    queue.set({ a: '1', b: '1' }, 10)
    held.inc()
    held.dec(3)
    queue.inc({ a: '1', b: '1' })
    expect(await scrape(registry)).toEqual(['q{a="1",b="1"} 9'])
    expect(held.remove()).toBe(false)
    expect(queue.remove({ a: '1', b: '1' })).toBe(true)
  })

  test('of a gauge without labels, too', async () => {
    const registry = createRegistry()
    const gauge = registry.gauge({ name: 'g', help: '' })
    gauge.set(5)
    expect(gauge.remove()).toBe(true)
    expect(gauge.remove()).toBe(false)
    expect(await scrape(registry)).toEqual([])
    gauge.inc()
    expect(await scrape(registry)).toEqual(['g 1'])
  })

  test('is never the overflow series', async () => {
    const { registry, queue } = setUp()
    for (const a of ['1', '2', '3']) queue.set({ a, b: '' }, 1)
    const overflow = queue.labels({ a: '4', b: '' })
    expect(overflow.remove()).toBe(false)
    expect(queue.remove({ a: '5', b: '' })).toBe(false)
    expect(await scrape(registry, 'q')).toContain('q{overflow="true"} 1')
  })
})
