import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatBound, formatNumber } from './numbers.ts'
import { formatGo } from './testing/format-go.ts'

describe('formatBound', () => {
  // OpenMetrics 1.0 lists most of these; the rest are what prometheus_client's floatToGoString gives.
  test.each([
    [0, '0.0'],
    [-0, '0.0'],
    [0.001, '0.001'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [0.000012, '1.2e-05'],
    [1, '1.0'],
    [-1, '-1.0'],
    [2.5, '2.5'],
    [10, '10.0'],
    [100_000, '100000.0'],
    [123_456, '123456.0'],
    [1_000_000, '1e+06'],
    [1_234_567, '1.234567e+06'],
    [1.1e23, '1.1e+23'],
    [1e100, '1e+100'],
    [5e-324, '5e-324'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('%d is %s', (value, text) => {
    expect(formatBound(value)).toBe(text)
  })

  test('is what Go writes, for any number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(formatBound(value)).toBe(formatGo(value === 0 ? 0 : value))
        expect(Number(formatBound(value).replace('Inf', 'Infinity'))).toBe(value === 0 ? 0 : value)
      }),
    )
  })
})

describe('formatNumber', () => {
  test.each([
    [0, '0'],
    [1.5, '1.5'],
    [-2e-7, '-2e-7'],
    [1e21, '1e+21'],
    [Number.NaN, 'NaN'],
    [null, 'NaN'],
    [undefined, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('%s is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })
})
