import { describe, expect, test } from 'vitest'
import { negotiate } from './negotiate.ts'

const TEXT_0_0_4 = 'text/plain; version=0.0.4; charset=utf-8'
const text = (escaping: string) => `text/plain; version=1.0.0; charset=utf-8; escaping=${escaping}`
const openMetrics = (escaping: string) =>
  `application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=${escaping}`

const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1'
const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
const WITH_PROTOBUF =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,text/plain;version=0.0.4;q=0.2'

test.each([
  ['nothing', null, TEXT_0_0_4],
  ['an empty header', '', TEXT_0_0_4],
  ['anything', '*/*', TEXT_0_0_4],
  ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', TEXT_0_0_4],
  ['protobuf alone', 'application/vnd.google.protobuf', TEXT_0_0_4],
  ['Prometheus 3', PROMETHEUS_3, openMetrics('allow-utf-8')],
  ['Prometheus 2', PROMETHEUS_2, openMetrics('underscores')],
  ['protobuf first', WITH_PROTOBUF, TEXT_0_0_4],
  ['text without a version', 'text/plain', TEXT_0_0_4],
  ['text 0.0.4', 'text/plain;version=0.0.4', TEXT_0_0_4],
  ['text 1.0.0', 'text/plain; version=1.0.0', text('underscores')],
  ['text 1.0.0, dots', 'text/plain;version=1.0.0;escaping=dots', text('dots')],
  ['text of another version', 'text/plain;version=2.0.0', TEXT_0_0_4],
  ['OpenMetrics without a version', 'application/openmetrics-text', openMetrics('underscores')],
  ['OpenMetrics 0.0.1 alone', 'application/openmetrics-text;version=0.0.1', TEXT_0_0_4],
  ['OpenMetrics 2.0.0 alone', 'application/openmetrics-text;version=2.0.0', TEXT_0_0_4],
  ['values', 'application/openmetrics-text;version=1.0.0;escaping=values', openMetrics('values')],
  [
    'an escaping that there is not',
    'application/openmetrics-text;version=1.0.0;escaping=other',
    openMetrics('underscores'),
  ],
  // The name of the escaping is of no use to who cannot be told of it.
  ['an escaping with text 0.0.4', 'text/plain;version=0.0.4;escaping=allow-utf-8', TEXT_0_0_4],
  ['capitals', 'Application/OpenMetrics-Text; Version=1.0.0', openMetrics('underscores')],
  ['quotes', 'application/openmetrics-text; version="1.0.0"', openMetrics('underscores')],
  [
    'white space',
    ' application/openmetrics-text ; version=1.0.0 ; q=1 ',
    openMetrics('underscores'),
  ],
  ['text rather', 'application/openmetrics-text;q=0.1,text/plain;q=0.2', TEXT_0_0_4],
  ['anything rather', 'application/openmetrics-text;q=0.1,*/*;q=0.2', TEXT_0_0_4],
  [
    'all alike',
    'text/plain,text/plain;version=1.0.0,application/openmetrics-text',
    openMetrics('underscores'),
  ],
  ['text of both alike', 'text/plain,text/plain;version=1.0.0', text('underscores')],
  [
    'the same twice',
    'application/openmetrics-text;q=0.1;escaping=dots,application/openmetrics-text;q=0.9',
    openMetrics('underscores'),
  ],
  [
    'no OpenMetrics',
    'application/openmetrics-text;q=0,text/plain;version=1.0.0;q=0.1',
    text('underscores'),
  ],
  ['nothing that there is', 'text/plain;q=0', TEXT_0_0_4],
  ['a quality that is none', 'application/openmetrics-text;q=high', TEXT_0_0_4],
  ['a quality above 1', 'application/openmetrics-text;q=5', TEXT_0_0_4],
  ['an empty quality', 'application/openmetrics-text;q=', TEXT_0_0_4],
  [
    'a parameter that only ends in q',
    'application/openmetrics-text;xq=0',
    openMetrics('underscores'),
  ],
])('who asks for %s gets it, or the next best', (_, accept, contentType) => {
  const negotiated = negotiate(accept)
  expect(negotiated.contentType).toBe(contentType)
  expect(negotiated.format).toBe(contentType.startsWith('text') ? 'text' : 'openmetrics')
  expect(negotiated.escaping).toBe(/escaping=(.*)/.exec(contentType)?.[1] ?? 'underscores')
})

describe('a header', () => {
  test('of any length is read in no time', () => {
    const start = performance.now()
    negotiate(`text/plain;${' '.repeat(50_000)}`)
    negotiate(';'.repeat(50_000))
    negotiate(','.repeat(50_000))
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
