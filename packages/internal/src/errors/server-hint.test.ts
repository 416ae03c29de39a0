import { revokedProxy, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { serverHintMs } from './server-hint.ts'

useVirtualTime()

describe('serverHintMs', () => {
  test.each<[what: string, error: unknown, ms: number | undefined]>([
    ['ours: retryAfterMs', { retryAfterMs: 1500 }, 1500],
    ['axios, got: seconds', { response: { headers: { 'retry-after': '2' } } }, 2000],
    ['AWS SDK: seconds', { $response: { headers: { 'retry-after': '2' } } }, 2000],
    ['on the error itself', { headers: { 'retry-after': '2' } }, 2000],
    ['fetch', { response: new Response(null, { headers: { 'Retry-After': '2' } }) }, 2000],
    ['another fetch’s Headers', { headers: new Map([['retry-after', '2']]) }, 2000],
    ['a fraction', { headers: { 'retry-after': '0.5' } }, 500],
    ['a number', { headers: { 'retry-after': 2 } }, 2000],
    [
      'a response that is the answer',
      new Response(null, { headers: { 'retry-after': '2' } }),
      2000,
    ],
    ['with blanks around', { headers: { 'retry-after': ' 2 ' } }, 2000],
    ['AWS: milliseconds', { $response: { headers: { 'x-amz-retry-after': '250' } } }, 250],
    ['AWS before HTTP', { headers: { 'x-amz-retry-after': '250', 'retry-after': '2' } }, 250],
    ['nonsense beside sense', { headers: { 'x-amz-retry-after': '?', 'retry-after': '2' } }, 2000],
    ['our own before headers', { retryAfterMs: 0, headers: { 'retry-after': '2' } }, 0],
    ['nonsense', { headers: { 'retry-after': 'soon' } }, undefined],
    ['nonsense of ours', { retryAfterMs: Number.NaN }, undefined],
    ['a time before now of ours', { retryAfterMs: -1 }, undefined],
    ['text of ours', { retryAfterMs: '1500' }, undefined],
    ['for ever', { retryAfterMs: Number.POSITIVE_INFINITY }, Number.POSITIVE_INFINITY],
    ['a response without headers', { response: {} }, undefined],
    ['no hint', new Error('boom'), undefined],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['a string', 'retry-after: 2', undefined],
    ['a number thrown', 2, undefined],
    [
      'headers whose get fails',
      {
        headers: {
          get: () => {
            throw new Error('trap')
          },
        },
      },
      undefined,
    ],
    ['headers that cannot be read', { response: { headers: revokedProxy() } }, undefined],
    ['an error that cannot be read', revokedProxy(), undefined],
  ])('%s', (_, error, ms) => {
    expect(serverHintMs(error)).toBe(ms)
  })

  test('an HTTP date is a time from now; one that is past is no wait', () => {
    vi.setSystemTime('2030-01-01T00:00:00Z')
    const at = (date: string) => serverHintMs({ headers: { 'retry-after': date } })
    expect(at('Tue, 01 Jan 2030 00:00:07 GMT')).toBe(7000)
    expect(at('Mon, 31 Dec 2029 23:00:00 GMT')).toBe(0)
    // An obsolete form of RFC 9110 §5.6.7.
    expect(at('Tuesday, 01-Jan-30 00:00:07 GMT')).toBe(7000)
  })
})
