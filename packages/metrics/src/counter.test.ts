import { useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { createRegistry } from './registry.ts'
import { scrape } from './testing.ts'

useVirtualTime()

describe('a counter', () => {
  test('begins at 0 and goes up', async () => {
    const registry = createRegistry()
    const requests = registry.counter({ name: 'requests_total', help: 'Requests' })
    expect(await scrape(registry)).toEqual(['requests_total 0'])
    requests.inc()
    requests.inc(2.5)
    requests.inc(0)
    expect(await scrape(registry)).toEqual(['requests_total 3.5'])
  })

  test('with labels counts each series by itself', async () => {
    const registry = createRegistry()
    const requests = registry.counter({ name: 'requests', help: 'r', labels: ['method', 'status'] })
    expect(await scrape(registry)).toEqual([])
    requests.inc({ method: 'GET', status: 200 })
    requests.inc({ status: '200', method: 'GET' }, 2)
    requests.labels({ method: 'GET', status: 500 }).inc()
    expect(await scrape(registry)).toEqual([
      'requests_total{method="GET",status="200"} 3',
      'requests_total{method="GET",status="500"} 1',
    ])
  })

  test('a handle is a series, which begins at 0 and keeps its place', async () => {
    const registry = createRegistry()
    const requests = registry.counter({ name: 'requests', help: 'r', labels: ['method'] })
    const gets = requests.labels({ method: 'GET' })
    expect(requests.labels({ method: 'GET' })).toBe(gets)
    expect(await scrape(registry)).toEqual(['requests_total{method="GET"} 0'])
    gets.inc(5)
    expect(await scrape(registry)).toEqual(['requests_total{method="GET"} 5'])
  })

  test('without labels is its own handle', () => {
    const requests = createRegistry().counter({ name: 'requests', help: 'r' })
    expect(requests.labels({})).toBe(requests)
  })

  test('its name is the one that is scraped', () => {
    const registry = createRegistry({ prefix: 'app_' })
    expect(registry.counter({ name: 'requests', help: '' }).name).toBe('app_requests_total')
    expect(registry.counter({ name: 'errors_total', help: '', labels: ['a'] }).name).toBe(
      'app_errors_total',
    )
  })

  test.each([
    [-1, RangeError, '-1'],
    [Number.NaN, RangeError, 'NaN'],
    [Number.POSITIVE_INFINITY, RangeError, 'Infinity'],
    [Number.NEGATIVE_INFINITY, RangeError, '-Infinity'],
    ['1', TypeError, '"1"'],
    [null, TypeError, 'null'],
    [1n, TypeError, '1'],
    [true, TypeError, 'true'],
  ])('refuses to be increased by %o, and nothing is changed', async (by, errorClass, shown) => {
    const registry = createRegistry()
    const plain = registry.counter({ name: 'plain', help: '' })
    const labelled = registry.counter({ name: 'labelled', help: '', labels: ['a'] })
    const error = (name: string) =>
      new errorClass(`\`${name}\` must be increased by a finite number of 0 or more, not ${shown}`)
    expect(() => plain.inc(by as number)).toThrow(error('plain_total'))
    expect(() => labelled.inc({ a: 'new' }, by as number)).toThrow(error('labelled_total'))
    expect(await scrape(registry)).toEqual(['plain_total 0'])
  })
})

describe('an exemplar', () => {
  const openMetrics = async (exemplar: object, by = 1) => {
    const registry = createRegistry()
    registry.counter({ name: 'c', help: '' }).inc(by, exemplar as never)
    return (await registry.render({ format: 'openmetrics' })).split('\n')[2]
  }

  test('stands at the sample, with what was added and when', async () => {
    expect(await openMetrics({ labels: { trace_id: 'a"b' }, timestamp: 1.5 }, 3)).toBe(
      'c_total 3 # {trace_id="a\\"b"} 3 1.5',
    )
  })

  test('may have no labels, and is dated when it is given', async () => {
    expect(await openMetrics({ labels: {} })).toBe(`c_total 1 # {} 1 ${Date.now() / 1000}`)
  })

  test('is in no text format', async () => {
    const registry = createRegistry()
    registry.counter({ name: 'c', help: '' }).inc(1, { labels: { trace_id: 'a' } })
    expect(await scrape(registry)).toEqual(['c_total 1'])
  })

  test('only the last is kept, apart from the object that it came in', async () => {
    const registry = createRegistry()
    const counter = registry.counter({ name: 'c', help: '' })
    const labels = { trace_id: 'first' }
    counter.inc(1, { labels })
    labels.trace_id = 'second'
    expect((await registry.snapshot()).families.at(-1)?.series[0]?.exemplars).toMatchObject([
      { labels: { trace_id: 'first' }, value: 1, at: 0 },
    ])
    counter.inc(2, { labels })
    counter.inc(1)
    expect((await registry.snapshot()).families.at(-1)?.series[0]?.exemplars).toMatchObject([
      { labels: { trace_id: 'second' }, value: 2, at: 0 },
    ])
  })

  test('may have 128 characters in all, names and values, however many bytes', async () => {
    const name = 'n'.repeat(28)
    expect(await openMetrics({ labels: { [name]: '😀'.repeat(100) } })).toContain('😀')
    await expect(openMetrics({ labels: { [name]: '😀'.repeat(101) } })).rejects.toThrow(
      new RangeError(
        '`exemplar.labels` must be of 128 characters at most, names and values together, not 129',
      ),
    )
  })

  test.each([
    [{ labels: { 'trace.id': 'a' } }, '`exemplar.labels.trace.id`'],
    [{ labels: { trace_id: 5 } }, '`exemplar.labels.trace_id`'],
    [{ labels: {}, timestamp: Number.NaN }, '`exemplar.timestamp`'],
    [{ labels: {}, timestamp: 'now' }, '`exemplar.timestamp`'],
  ])('%o is none, and nothing is counted', async (exemplar, shown) => {
    const registry = createRegistry()
    const plain = registry.counter({ name: 'c', help: '' })
    const labelled = registry.counter({ name: 'd', help: '', labels: ['a'] })
    expect(() => plain.inc(1, exemplar as never)).toThrow(shown)
    expect(() => labelled.inc({ a: 'a' }, 1, exemplar as never)).toThrow(shown)
    expect(await scrape(registry)).toEqual(['c_total 0'])
  })
})
