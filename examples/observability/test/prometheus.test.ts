import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MANY, ODD_TEXTS, ODD_VALUES, oddRegistry } from './odd-registry.ts'
import { type Program, start } from './program.ts'
import { lint, missing, PrometheusServer, type Sample } from './prometheus-server.ts'
import { EXPECTED, play, type Rush } from './scenario.ts'
import { serve, type Wire } from './wire.ts'

const OPENMETRICS = { accept: 'application/openmetrics-text; version=1.0.0' }

if (missing.length > 0) {
  // A separate line, which `npm test` shows even if nothing has failed.
  console.error(
    `SKIPPED: the tests with a real Prometheus: no ${missing.join(' and ')} on PATH. Try: apt-get install -y prometheus`,
  )
}

describe.skipIf(missing.length > 0)('a real Prometheus', () => {
  let program: Program
  let wire: Wire
  let prometheus: PrometheusServer
  let before: readonly Sample[]
  let seen: Rush
  const odd = oddRegistry()
  /** The metrics of the process itself, in both formats. */
  let totals: string
  let text: string

  beforeAll(async () => {
    ;[program, wire] = await Promise.all([start(), serve(odd)])
    const service = new URL(program.urls.operations).host
    prometheus = await PrometheusServer.start({ service, wire: wire.address })
    await prometheus.scraped()
    before = await prometheus.query('{__name__=~"limiter_.+|circuit_breaker_.+|http_.+"}')
    seen = await play(program, prometheus)
    totals = await program.metrics(OPENMETRICS)
    text = await program.metrics()
    await prometheus.hold()
  }, 60_000)

  afterAll(async () => {
    wire?.stop()
    program?.kill()
    await prometheus?.stop()
  })

  it('scrapes every series without an error', async () => {
    for (const job of ['service', 'wire']) {
      expect(await prometheus.number(`up{job="${job}"}`)).toBe(1)
      // A series that was rendered twice or rejected would be missing at this time.
      const ours = `count({job="${job}",__name__!~"up|scrape_.+"})`
      const scraped = `scrape_samples_scraped{job="${job}"}`
      expect(await prometheus.number(`${ours} - on() ${scraped}`)).toBe(0)
    }
  })

  it('shows counters as 0 before the first event', () => {
    const counts = before.filter(({ metric }) => metric['__name__'] !== 'limiter_limit')
    expect(counts.length).toBeGreaterThan(0)
    expect(new Set(counts.map(({ value }) => Number(value[1])))).toEqual(new Set([0]))
  })

  it.each(Object.entries(EXPECTED))('counted %s as %d', async (query, value) => {
    expect(await prometheus.number(`sum(${query})`)).toBe(value)
    // The sum alone would hide a duplicate series.
    const [first] = await prometheus.query(query)
    expect(first?.metric).toMatchObject({ job: 'service' })
  })

  it('saw how many calls ran and waited during the load peak', () => {
    expect(seen).toEqual({ inFlight: 5, queued: 20 })
  })

  it('has the same totals as the process', async () => {
    const own = [...totals.matchAll(/^([a-z_]+)\{([^}]*)\} (\S+)/gm)].filter(
      ([, name]) => !/^(process|nodejs)_/.test(name ?? ''),
    )
    expect(own.length).toBeGreaterThan(100)
    const theirs = await prometheus.query('{job="service",__name__!~"(process|nodejs|scrape)_.+"}')
    const seriesOf = ({ metric: { __name__, job: _, instance: __, ...labels } }: Sample) =>
      `${__name__}{${Object.entries(labels)
        .map(([name, value]) => `${name}="${value}"`)
        .sort()}}`
    const found = new Map(theirs.map((sample) => [seriesOf(sample), Number(sample.value[1])]))
    for (const [, name, labels, value] of own) {
      const series = `${name}{${labels?.match(/\w+="[^"]*"/g)?.sort() ?? ''}}`
      expect(found.get(series), series).toBe(Number(value))
    }
  })

  it('counted as many events as the log has lines', async () => {
    const told = (type: string) => program.lines.filter(({ msg }) => msg === type)
    for (const [metric, { length }] of Object.entries({
      retry_attempts_total: told('retry.scheduled'),
      retry_exhausted_total: told('retry.exhausted'),
      model_fallback_total: told('fallback.switched'),
      model_fallback_attempt_total: told('fallback.attempted'),
      circuit_breaker_rejected_total: told('circuit-breaker.rejected'),
      limiter_rejected_total: told('limiter.rejected'),
      limiter_queue_wait_seconds_count: told('limiter.started'),
      limiter_completed_total: told('limiter.settled').filter(
        ({ outcome }) => outcome === 'success',
      ),
      tool_loop_guard_triggered_total: told('tool-loop-guard.triggered'),
      feature_flag_changes_total: told('feature-flags.changed'),
    })) {
      expect(length, metric).toBeGreaterThan(0)
      expect(await prometheus.number(`sum(${metric})`), metric).toBe(length)
    }
    const waited = told('limiter.started').reduce((sum, { waitMs }) => sum + Number(waitMs), 0)
    const sum = await prometheus.number('limiter_queue_wait_seconds_sum')
    expect(sum).toBeCloseTo(waited / 1000, 6)
    const requests = program.lines.filter(({ msg }) => msg.startsWith('request '))
    expect(await prometheus.number('sum(http_requests_total)')).toBe(requests.length)
  })

  it('knows the type, help and unit of each metric', async () => {
    const own = new Map<string, Record<string, string>>()
    for (const [, key, metric = '', value = ''] of totals.matchAll(/^# (\w+) (\S+) (.+)$/gm)) {
      own.set(metric, { unit: '', ...own.get(metric), [key?.toLowerCase() ?? '']: value })
    }
    expect(own.get('circuit_breaker_failure')).toEqual({
      type: 'counter',
      help: 'Calls that failed.',
      unit: '',
    })
    expect(own.get('http_request_duration_seconds')).toMatchObject({
      type: 'histogram',
      unit: 'seconds',
    })
    type Metadata = { metric: string; type: string; help: string; unit: string }
    const known = await prometheus.ask<Metadata[]>('targets/metadata', {
      match_target: '{job="service"}',
    })
    expect(
      new Map(known.map(({ metric, type, help, unit }) => [metric, { type, help, unit }])),
    ).toEqual(own)
  })

  it.each([0.1, 0.5, 0.9])('computes the same quantile %d as the log', async (quantile) => {
    const requests = 'http_request_duration_seconds_bucket{route="/chat"}'
    const bounds = (await prometheus.query(requests))
      .map(({ metric }) => Number(metric['le']?.replace('+Inf', 'Infinity')))
      .sort((a, b) => a - b)
    const bucketOf = (seconds: number) => bounds.findIndex((bound) => seconds <= bound)
    const took = program.lines
      .filter(({ route }) => route === '/chat')
      .map(({ duration_ms }) => Number(duration_ms) / 1000)
      .sort((a, b) => a - b)
    const found = await prometheus.number(`histogram_quantile(${quantile}, ${requests})`)
    expect(bucketOf(found)).toBe(bucketOf(took[Math.ceil(quantile * took.length) - 1] as number))
  })

  it('has exemplars whose traces are in the log and reached the model', async () => {
    type Found = { exemplars: { labels: { trace_id: string }; value: string }[] }[]
    const found = await prometheus.ask<Found>('query_exemplars', {
      query: 'chat_seconds_bucket',
      start: String(Date.now() / 1000 - 60),
      end: String(Date.now() / 1000 + 60),
    })
    const traces = new Set(
      found.flatMap(({ exemplars }) => exemplars.map((one) => one.labels.trace_id)),
    )
    expect(traces.size).toBeGreaterThan(1)
    const logged = new Set(program.lines.map(({ trace_id }) => trace_id))
    expect([...traces].filter((trace) => !logged.has(trace))).toEqual([])

    const sent = await fetch(`${program.urls.simulator}/_simulator/requests`)
    const { requests } = (await sent.json()) as { requests: { headers: Record<string, string> }[] }
    const told = new Set(requests.map(({ headers }) => headers['traceparent']?.split('-')[1]))
    // Calls that the limiter rejected did not reach the model.
    expect([...traces].some((trace) => told.has(trace))).toBe(true)
  })

  it('requests gzipped OpenMetrics over a connection that stays open', () => {
    const { exchanges } = wire
    // Without keep-alive there would be one connection per scrape. A slow scrape can cause a second connection.
    const { size } = new Set(exchanges.map(({ socket }) => socket))
    expect(size).toBeLessThan(exchanges.length)
    for (const { request, response, httpVersion } of exchanges) {
      expect(httpVersion).toBe('1.1')
      expect(request.accept).toContain('application/openmetrics-text')
      expect(request['accept-encoding']).toBe('gzip')
      expect(response['content-type']).toContain('application/openmetrics-text; version=1.0.0')
      expect(response['content-encoding']).toBe('gzip')
    }
  })

  it('reads unusual names, labels, and values unchanged', async () => {
    const odd = await prometheus.query('odd_texts_total')
    expect(odd.map(({ metric }) => metric['text']).sort()).toEqual([...ODD_TEXTS].sort())
    expect(odd.map(({ value }) => value[1])).toEqual(ODD_TEXTS.map(() => '1'))
    const values = await prometheus.query('odd_values')
    const known = values.map(({ metric, value }) => [Number(metric['is']), Number(value[1])])
    expect(known.length).toBe(ODD_VALUES.length)
    for (const [is, value] of known) expect(value).toBe(is)
    expect(await prometheus.number('odd_seconds{quantile="0.5"}')).toBe(2)
    expect(await prometheus.number('odd_seconds_sum')).toBe(6)
    expect(await prometheus.number('odd_info{version="1.4.2"}')).toBe(1)
    // Prometheus 2 accepts no dots in names, so they are sent as underscores.
    expect(await prometheus.number('{__name__=~"odd.name.of_bytes"}')).toBe(7)
    expect(await prometheus.number('count(odd_many_total)')).toBe(MANY)
    expect(await prometheus.number('sum(odd_many_total)')).toBe((MANY * (MANY + 1)) / 2)
  })

  it('promtool finds no problem in the rendered text', async () => {
    expect(lint(text)).toEqual({ status: 0, says: '' })
    expect(lint(await odd.render())).toEqual({ status: 0, says: '' })
    // Shows that promtool can find a problem.
    expect(lint('# TYPE seconds_total gauge\nseconds_total 1\n').status).not.toBe(0)
  })

  it('exits with code 0 and writes nothing but its log', async () => {
    expect(await program.end()).toEqual([0, null])
    expect(program.lines.at(-1)?.msg).toBe('stopped')
    const unexpected = program.errors.filter((line) => /error|listener|leak/i.test(line))
    expect(unexpected).toEqual([])
  })
})
