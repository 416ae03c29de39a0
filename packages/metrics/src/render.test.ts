import { useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import type { RenderOptions } from './metrics.ts'
import { createRegistry } from './registry.ts'
import { renderSnapshot } from './render.ts'
import { sent } from './testing.ts'

useVirtualTime()

/** One metric of each type. */
function example() {
  const registry = createRegistry()
  const requests = registry.counter({ name: 'requests', help: 'Req "r" \\ \n', labels: ['path'] })
  requests.inc({ path: 'a "b" \\ \n c' }, 3, { labels: { trace_id: 'x' }, timestamp: 7 })
  registry.gauge({ name: 'temperature_celsius', help: 'T', unit: 'celsius' }).set(-1.5)
  registry.histogram({ name: 'h', help: 'H', buckets: [0.5, 1e6] }).observe(0.5)
  registry.summary({ name: 's', help: 'S', quantiles: [0.99] })
  registry.info({ name: 'build', help: 'B' }, { version: '1' })
  return registry
}

describe('Prometheus text', () => {
  test('of one metric of each type', async () => {
    expect(await example().render()).toBe(
      [
        '# HELP requests_total Req "r" \\\\ \\n',
        '# TYPE requests_total counter',
        'requests_total{path="a \\"b\\" \\\\ \\n c"} 3',
        '# HELP temperature_celsius T',
        '# TYPE temperature_celsius gauge',
        'temperature_celsius -1.5',
        '# HELP h H',
        '# TYPE h histogram',
        'h_bucket{le="0.5"} 1',
        'h_bucket{le="1e+06"} 1',
        'h_bucket{le="+Inf"} 1',
        'h_sum 0.5',
        'h_count 1',
        '# HELP s S',
        '# TYPE s summary',
        's{quantile="0.99"} NaN',
        's_sum 0',
        's_count 0',
        '# HELP build_info B',
        '# TYPE build_info gauge',
        'build_info{version="1"} 1',
        '',
      ].join('\n'),
    )
  })

  test('has no `_created`, asked for or not', async () => {
    const registry = example()
    expect(await registry.render({ created: true })).toBe(await registry.render())
  })
})

describe('OpenMetrics', () => {
  const openMetrics = [
    '# TYPE requests counter',
    '# HELP requests Req \\"r\\" \\\\ \\n',
    'requests_total{path="a \\"b\\" \\\\ \\n c"} 3 # {trace_id="x"} 3 7',
    'requests_created{path="a \\"b\\" \\\\ \\n c"} 1700000000.5',
    '# TYPE temperature_celsius gauge',
    '# UNIT temperature_celsius celsius',
    '# HELP temperature_celsius T',
    'temperature_celsius -1.5',
    '# TYPE h histogram',
    '# HELP h H',
    'h_bucket{le="0.5"} 1',
    'h_bucket{le="1e+06"} 1',
    'h_bucket{le="+Inf"} 1',
    'h_sum 0.5',
    'h_count 1',
    'h_created 1700000000.5',
    '# TYPE s summary',
    '# HELP s S',
    's{quantile="0.99"} NaN',
    's_sum 0',
    's_count 0',
    's_created 1700000000.5',
    '# TYPE build info',
    '# HELP build B',
    'build_info{version="1"} 1',
    '# EOF',
    '',
  ]

  test('of one metric of each type, with when they began', async () => {
    vi.setSystemTime(1_700_000_000_500)
    const text = await example().render({ format: 'openmetrics', created: true })
    expect(text).toBe(openMetrics.join('\n'))
  })

  test('tells when they began only if it is asked to', async () => {
    vi.setSystemTime(1_700_000_000_500)
    const withoutCreated = openMetrics.filter((line) => !line.includes('_created'))
    expect(await example().render({ format: 'openmetrics' })).toBe(withoutCreated.join('\n'))
  })

  test('of a histogram with bounds below zero has neither sum nor count', async () => {
    const registry = createRegistry()
    registry.histogram({ name: 'h', help: '', buckets: [-1, 1] }).observe(-2)
    expect((await registry.render({ format: 'openmetrics' })).split('\n').slice(2)).toEqual([
      'h_bucket{le="-1.0"} 1',
      'h_bucket{le="1.0"} 1',
      'h_bucket{le="+Inf"} 1',
      '# EOF',
      '',
    ])
    expect(await registry.render()).toContain('h_sum -2\nh_count 1\n')
  })
})

describe('names that are more than legacy', () => {
  const create = () => {
    const registry = createRegistry()
    registry
      .counter({ name: 'http.requests', help: 'h', labels: ['status.code', 'ok'] })
      .inc({ 'status.code': 200, ok: true })
    registry.histogram({ name: 'größe_bytes', help: 'g', unit: 'bytes', buckets: [] })
    return registry
  }

  test.each<[RenderOptions['escaping'], string[]]>([
    [
      'allow-utf-8',
      [
        '# TYPE "http.requests" counter',
        '# HELP "http.requests" h',
        '{"http.requests_total","status.code"="200",ok="true"} 1',
        '# TYPE "größe_bytes" histogram',
        '# UNIT "größe_bytes" bytes',
        '# HELP "größe_bytes" g',
        '{"größe_bytes_bucket",le="+Inf"} 0',
        '{"größe_bytes_sum"} 0',
        '{"größe_bytes_count"} 0',
      ],
    ],
    [
      'underscores',
      [
        '# TYPE http_requests counter',
        '# HELP http_requests h',
        'http_requests_total{status_code="200",ok="true"} 1',
        '# TYPE gr__e_bytes histogram',
        '# UNIT gr__e_bytes bytes',
        '# HELP gr__e_bytes g',
        'gr__e_bytes_bucket{le="+Inf"} 0',
        'gr__e_bytes_sum 0',
        'gr__e_bytes_count 0',
      ],
    ],
    [
      // The `_` of `_total` is doubled too, as it is in Go's client: OpenMetrics then calls the metric by what is left.
      'dots',
      [
        '# TYPE http_dot_requests_ counter',
        '# HELP http_dot_requests_ h',
        'http_dot_requests__total{status_dot_code="200",ok="true"} 1',
        '# TYPE gr____e__bytes histogram',
        '# UNIT gr____e__bytes bytes',
        '# HELP gr____e__bytes g',
        'gr____e__bytes_bucket{le="+Inf"} 0',
        'gr____e__bytes_sum 0',
        'gr____e__bytes_count 0',
      ],
    ],
    [
      'values',
      [
        '# TYPE U__http_2e_requests_ counter',
        '# HELP U__http_2e_requests_ h',
        'U__http_2e_requests__total{U__status_2e_code="200",ok="true"} 1',
        '# TYPE U__gr_f6__df_e__bytes histogram',
        '# UNIT U__gr_f6__df_e__bytes bytes',
        '# HELP U__gr_f6__df_e__bytes g',
        'U__gr_f6__df_e__bytes_bucket{le="+Inf"} 0',
        'U__gr_f6__df_e__bytes_sum 0',
        'U__gr_f6__df_e__bytes_count 0',
      ],
    ],
  ])('with %s', async (escaping, lines) => {
    const text = await create().render({ format: 'openmetrics', escaping })
    expect(text).toBe([...lines, '# EOF', ''].join('\n'))
  })

  test('a unit is not told where the escaped name does not end in it', async () => {
    const registry = createRegistry()
    registry.counter({ name: 'cpu_seconds', help: '', unit: 'seconds' })
    const render = (escaping: RenderOptions['escaping']) =>
      registry.render({ format: 'openmetrics', escaping })
    expect(await render('underscores')).toContain('# UNIT cpu_seconds seconds\n')
    expect(await render('dots')).not.toContain('# UNIT')
  })

  test('in text the whole name is quoted', async () => {
    expect(await create().render({ escaping: 'allow-utf-8' })).toContain(
      '# HELP "http.requests_total" h\n# TYPE "http.requests_total" counter\n{"http.requests_total","status.code"="200",ok="true"} 1\n',
    )
  })

  test('each scrape has its own escaping, whichever came before', async () => {
    const registry = create()
    const escapings = ['dots', 'values', 'dots', 'allow-utf-8', 'underscores'] as const
    for (const escaping of escapings) {
      expect(await registry.render({ escaping })).toBe(await create().render({ escaping }))
    }
  })
})

describe('a metric without series', () => {
  test('is not told of', async () => {
    const registry = createRegistry()
    registry.counter({ name: 'c', help: '', labels: ['a'] })
    expect(await registry.render()).toBe('')
  })
})

describe('rendering', () => {
  test.each([
    [{ format: 'json' }, '`format` must be text or openmetrics, not "json"'],
    [{ format: 'toString' }, '`format`'],
    [{ escaping: 'none' }, '`escaping` must be one of allow-utf-8, underscores, dots, values, not'],
  ])('with %o is refused', async (options, message) => {
    await expect(createRegistry().render(options as never)).rejects.toThrow(RangeError)
    await expect(createRegistry().render(options as never)).rejects.toThrow(message)
  })

  test('scrapes at the same time share one, by their options', async () => {
    const collect = vi.fn(() => new Promise<void>((resolve) => setImmediate(resolve)))
    const registry = createRegistry()
    registry.gauge({ name: 'g', help: '', collect })
    const first = registry.render()
    expect(registry.render({})).toBe(first)
    const other = registry.render({ format: 'openmetrics' })
    expect(other).not.toBe(first)
    const snapshot = registry.snapshot()
    await Promise.all([first, other, snapshot])
    expect(collect).toHaveBeenCalledTimes(1)
    await registry.render()
    expect(collect).toHaveBeenCalledTimes(2)
  })

  test('one that failed is not shared with those who come later', async () => {
    const registry = createRegistry()
    const bad = { format: 'json' } as never
    const failed = registry.render(bad)
    await expect(failed).rejects.toThrow()
    const again = registry.render(bad)
    expect(again).not.toBe(failed)
    await expect(again).rejects.toThrow()
  })

  /** The clock goes on by a millisecond at each look, as if each step took that. */
  function slowly() {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => ++now)
    return () => now
  }

  /** How many times other work runs before a promise settles, and for how long it is kept from it. */
  async function ticksDuring<T>(start: () => Promise<T>) {
    const now = slowly()
    const seen = { ticks: 0, longestMs: 0 }
    let before = now()
    let running = true
    const tick = () => {
      seen.ticks += 1
      seen.longestMs = Math.max(seen.longestMs, now() - before)
      before = now()
      if (running) setImmediate(tick)
    }
    setImmediate(tick)
    await start()
    running = false
    return seen
  }

  test('is done in slices, between which other work runs', async () => {
    const registry = createRegistry()
    const gauge = registry.gauge({ name: 'g', help: '', labels: ['n'] })
    for (let n = 0; n < 100; n++) gauge.set({ n }, n)
    const { ticks, longestMs } = await ticksDuring(() => registry.render())
    expect(ticks).toBeGreaterThan(30)
    expect(longestMs).toBeLessThanOrEqual(10)
  })

  test('quantiles are worked out in slices too', async () => {
    const registry = createRegistry()
    const summary = registry.summary({ name: 's', help: '', labels: ['n'] })
    for (let n = 0; n < 100; n++) summary.observe({ n }, n)
    const { ticks, longestMs } = await ticksDuring(() => registry.snapshot())
    expect(ticks).toBeGreaterThan(30)
    expect(longestMs).toBeLessThanOrEqual(10)
  })

  test('a series that begins meanwhile is told of whole', async () => {
    const registry = createRegistry()
    const options = { help: '', labels: ['n'], quantiles: [0.5] }
    const [early, late] = ['early', 'late'].map((name) => registry.summary({ name, ...options }))
    for (let n = 0; n < 100; n++) late?.observe({ n }, n)
    slowly()
    setImmediate(() => early?.observe({ n: 0 }, 7))
    expect(await registry.render()).toContain(
      'early{n="0",quantile="0.5"} 7\nearly_sum{n="0"} 7\nearly_count{n="0"} 1\n',
    )
  })

  test('tells all values as of one moment, whatever happens meanwhile', async () => {
    const registry = createRegistry()
    const counter = registry.counter({ name: 'c', help: '', labels: ['n'] })
    for (let n = 0; n < 100; n++) counter.inc({ n })
    slowly()
    let running = true
    const count = () => {
      for (let n = 0; n < 100; n++) counter.inc({ n })
      if (running) setImmediate(count)
    }
    setImmediate(count)
    const text = await registry.render()
    running = false
    const values = text
      .trim()
      .split('\n')
      .slice(2)
      .map((line) => line.split(' ')[1])
    expect(values).toHaveLength(100)
    expect(new Set(values).size).toBe(1)
  })

  test('where there is no setImmediate a timer does', async () => {
    vi.useRealTimers()
    const registry = createRegistry()
    const gauge = registry.gauge({ name: 'g', help: '', labels: ['n'] })
    for (let n = 0; n < 10; n++) gauge.set({ n }, n)
    slowly()
    vi.stubGlobal('setImmediate', undefined)
    try {
      expect((await registry.render()).split('\n')).toHaveLength(13)
    } finally {
      vi.unstubAllGlobals()
    }
  })
})

describe('a snapshot', () => {
  test('is rendered elsewhere as it would be here', async () => {
    const registry = example()
    for (const format of ['text', 'openmetrics'] as const) {
      const options = { format, created: true }
      const there = await renderSnapshot(sent(await registry.snapshot()), options)
      expect(there).toBe(await registry.render(options))
    }
  })

  test('also where it was cloned', async () => {
    const registry = example()
    const there = await renderSnapshot(structuredClone(await registry.snapshot()))
    expect(there).toBe(await registry.render())
  })

  test('has the overflow series', async () => {
    const registry = createRegistry({ maxSeriesPerMetric: 1 })
    const gauge = registry.gauge({ name: 'g', help: '', labels: ['a'] })
    for (const a of ['', 'b']) gauge.set({ a }, 5)
    expect(await renderSnapshot(sent(await registry.snapshot()))).toBe(await registry.render())
  })

  test('is as it was taken, though what it was taken of goes on', async () => {
    const registry = createRegistry()
    const histogram = registry.histogram({ name: 'h', help: '', buckets: [1] })
    const snapshot = await registry.snapshot()
    const before = JSON.stringify(snapshot)
    histogram.observe(1, { labels: {} })
    expect(JSON.stringify(snapshot)).toBe(before)
  })

  test('says what each metric is', async () => {
    vi.setSystemTime(5000)
    const registry = createRegistry({ defaultLabels: { region: 'eu' } })
    const buckets = [2, 1]
    const histogram = registry.histogram({ name: 'h', help: 'H', labels: ['a'], buckets })
    histogram.observe({ a: 'b' }, 1.5, { labels: { trace_id: 'x' }, timestamp: 4 })
    expect(sent(await registry.snapshot())).toMatchObject({
      version: 1,
      families: expect.arrayContaining([
        {
          name: 'h',
          type: 'histogram',
          help: 'H',
          merge: 'sum',
          labelNames: ['region', 'a'],
          buckets: [1, 2],
          series: [
            {
              labels: ['eu', 'b'],
              values: [0, 1, 0, 1.5],
              created: 5,
              exemplars: [{ labels: { trace_id: 'x' }, timestamp: 4, value: 1.5, at: 1 }],
            },
          ],
        },
      ]),
    })
  })

  test.each([
    [{ version: 2, families: [] }, RangeError, '`snapshot.version` must be 1, not 2'],
    [{ families: [] }, RangeError, '`snapshot.version` must be 1, not undefined'],
    [{ version: 1 }, TypeError, '`snapshot`'],
    [null, TypeError, '`snapshot`'],
    ['{}', TypeError, '`snapshot`'],
  ])('that is %o is none', async (snapshot, errorClass, message) => {
    const render = () => renderSnapshot(snapshot as never)
    await expect(render()).rejects.toThrow(errorClass)
    await expect(render()).rejects.toThrow(message)
  })
})
