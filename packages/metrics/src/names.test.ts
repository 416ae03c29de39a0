import { describe, expect, test } from 'vitest'
import { checkLabelNames, checkMetricName, escapeLabel, escapeMetric } from './names.ts'

describe('a metric’s name', () => {
  test.each([
    'a',
    '_a',
    ':a',
    'http_requests',
    'http.server.duration',
    'größe',
    '温度',
    'a-b',
    'a"b',
  ])('%s is one', (name) => {
    expect(checkMetricName('name', name)).toBe(name)
  })

  test.each(['', ' ', 'a b', 'a\nb', '1a', '-a', 'a\u0000', 'a\ud800', '"a"', 'U__a_2e_b'])(
    '%j is none',
    (name) => {
      expect(() => checkMetricName('name', name)).toThrow(RangeError)
      expect(() => checkMetricName('name', name)).toThrow(/`name` must be a name: a letter/)
    },
  )

  test.each([undefined, null, 5, {}])('%o is not even text', (name) => {
    expect(() => checkMetricName('name', name)).toThrow(TypeError)
  })
})

describe('label names', () => {
  test.each([
    ['a Prometheus name of its own', ['__name__']],
    ['what becomes one when it is escaped', ['_.a']],
    ['the overflow series’s label', ['overflow']],
    ['the same twice', ['a', 'a']],
    ['two that are one when they are escaped', ['a.b', 'a_b']],
    ['a reserved one', ['le']],
    ['what is one when it is escaped', ['region', 'data.center']],
    ['a mistake', ['a b']],
  ])('%s is refused', (_, names) => {
    expect(() => checkLabelNames('labels', names, ['le', 'data_center'])).toThrow(RangeError)
    expect(() => checkLabelNames('labels', names, ['le', 'data_center'])).toThrow('`labels`')
  })

  test('others are fine', () => {
    expect(() => checkLabelNames('labels', ['method', 'a.b', '_c', 'le2'], ['le'])).not.toThrow()
  })
})

describe('escaping', () => {
  // What prometheus_client 0.26 and Go's model.EscapeName give.
  test.each([
    ['http_requests', 'http_requests', 'http__requests', 'http_requests'],
    ['http.requests', 'http_requests', 'http_dot_requests', 'U__http_2e_requests'],
    ['a/b', 'a_b', 'a__b', 'U__a_2f_b'],
    ['a:b', 'a:b', 'a:b', 'a:b'],
    ['a.b_c', 'a_b_c', 'a_dot_b__c', 'U__a_2e_b__c'],
    ['花火', '__', '____', 'U___82b1__706b_'],
    ['a😀', 'a_', 'a__', 'U__a_1f600_'],
    ['1a', '_a', '__a', 'U___31_a'],
  ])('of the metric %s', (name, underscores, dots, values) => {
    expect(escapeMetric(name, 'allow-utf-8')).toBe(name)
    expect(escapeMetric(name, 'underscores')).toBe(underscores)
    expect(escapeMetric(name, 'dots')).toBe(dots)
    expect(escapeMetric(name, 'values')).toBe(values)
  })

  test('a colon is none of a label’s characters', () => {
    expect(escapeLabel('a:b')).toBe('a_b')
    expect(escapeLabel('a:b', 'values')).toBe('U__a_3a_b')
  })
})
