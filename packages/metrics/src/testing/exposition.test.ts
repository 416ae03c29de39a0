import { describe, expect, test } from 'vitest'
import { parseOpenMetrics, parseText } from './exposition.ts'

// A parser that takes anything proves nothing: what it must refuse, most of it written by libraries of today.

const histogram = (...lines: string[]) =>
  ['# TYPE h histogram', '# HELP h h', ...lines, '# EOF\n'].join('\n')

describe('parseOpenMetrics', () => {
  test('reads the example of the specification', () => {
    const [family] = parseOpenMetrics(
      [
        '# TYPE acme_http_router_request_seconds summary',
        '# UNIT acme_http_router_request_seconds seconds',
        "# HELP acme_http_router_request_seconds Latency though all of ACME's HTTP request router.",
        'acme_http_router_request_seconds_sum{path="/api/v1",method="GET"} 9036.32',
        'acme_http_router_request_seconds_count{path="/api/v1",method="GET"} 807283.0',
        'acme_http_router_request_seconds_created{path="/api/v1",method="GET"} 1605281325.0',
        '# EOF\n',
      ].join('\n'),
    )
    expect(family).toMatchObject({ type: 'summary', unit: 'seconds' })
    expect(family?.samples.map(({ value }) => value)).toEqual([9036.32, 807283, 1605281325])
  })

  test.each([
    ['no end', 'a 1\n'],
    ['no line feed at the end', '# EOF'],
    ['a blank line', '# TYPE a gauge\n\na 1\n# EOF\n'],
    ['a comment', '# a comment\n# EOF\n'],
    ['a sample of no family', 'a 1\n# EOF\n'],
    ['a counter without _total', '# TYPE a counter\na 1\n# EOF\n'],
    ['a counter with _total twice', '# TYPE a_total counter\na_total_total_total 1\n# EOF\n'],
    ['NaN as prom-client writes it', '# TYPE a gauge\na Nan\n# EOF\n'],
    ['a negative counter', '# TYPE a counter\na_total -1\n# EOF\n'],
    ['HELP before TYPE', '# HELP a a\n# TYPE a gauge\na 1\n# EOF\n'],
    ['an unescaped backslash in HELP', '# TYPE a gauge\n# HELP a \\d\na 1\n# EOF\n'],
    ['a unit that is no suffix', '# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n'],
    ['a family twice', '# TYPE a gauge\na 1\n# TYPE b gauge\n# TYPE a gauge\n# EOF\n'],
    [
      'a clash',
      '# TYPE foo counter\nfoo_total 1\n# TYPE foo_created gauge\nfoo_created 1\n# EOF\n',
    ],
    ['a series twice', '# TYPE a gauge\na{b="c"} 1\na{b="c"} 1\n# EOF\n'],
    ['a label twice', '# TYPE a gauge\na{a_b="x",a_b="y"} 1\n# EOF\n'],
    ['an exemplar at a gauge', '# TYPE a gauge\na 1 # {} 1\n# EOF\n'],
    [
      'buckets out of order',
      histogram('h_bucket{le="5.0"} 1', 'h_bucket{le="1.0"} 1', 'h_bucket{le="+Inf"} 1'),
    ],
    ['a bucket called Infinity', histogram('h_bucket{le="Infinity"} 1', 'h_bucket{le="+Inf"} 1')],
    ['a bound that is not canonical', histogram('h_bucket{le="1"} 1', 'h_bucket{le="+Inf"} 1')],
    ['counts that fall', histogram('h_bucket{le="1.0"} 2', 'h_bucket{le="+Inf"} 1')],
    ['no +Inf', histogram('h_bucket{le="1.0"} 2')],
    ['a count without a sum', histogram('h_bucket{le="+Inf"} 1', 'h_count 1')],
    [
      'a sum that may fall',
      histogram('h_bucket{le="-1.0"} 1', 'h_bucket{le="+Inf"} 1', 'h_sum 1', 'h_count 1'),
    ],
    [
      'an exemplar outside its bucket',
      histogram('h_bucket{le="1.0"} 1 # {} 2', 'h_bucket{le="+Inf"} 1'),
    ],
    ['an info of 2', '# TYPE a info\na_info 2\n# EOF\n'],
  ])('refuses %s', (_, exposition) => {
    expect(() => parseOpenMetrics(exposition)).toThrow()
  })
})

describe('parseText', () => {
  test.each([
    ['no line feed at the end', '# TYPE a gauge\na 1'],
    ['TYPE after a sample', '# HELP a a\na 1\n# TYPE a gauge\n'],
    ['an end', '# TYPE a gauge\na 1\n# EOF\n'],
    ['an exemplar', '# TYPE a counter\na 1 # {} 1\n'],
    ['a unit', '# UNIT a_seconds seconds\na_seconds 1\n'],
    ['an info', '# TYPE a info\na_info 1\n'],
    ['a histogram without a sum', '# TYPE h histogram\nh_bucket{le="+Inf"} 1\n'],
  ])('refuses %s', (_, exposition) => {
    expect(() => parseText(exposition)).toThrow()
  })
})
