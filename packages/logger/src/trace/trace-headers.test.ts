import { describe, expect, test } from 'vitest'
import { runWithTrace } from './context.ts'
import { SENT, SPAN_ID, TRACE_ID } from './testing.ts'
import { traceHeaders } from './trace-headers.ts'

const trace = { traceId: TRACE_ID, spanId: SPAN_ID, flags: 1 }

describe('traceHeaders', () => {
  test('gives nothing outside of a trace', () => {
    expect(traceHeaders()).toEqual({})
  })

  test('gives a traceparent with a new span id for each call', () => {
    runWithTrace(trace, () => {
      const sent = Array.from({ length: 100 }, () => traceHeaders()['traceparent'])
      for (const traceparent of sent) expect(traceparent).toMatch(SENT)
      expect(new Set([...sent, `00-${TRACE_ID}-${SPAN_ID}-01`]).size).toBe(101)
      expect(Object.keys(traceHeaders())).toEqual(['traceparent'])
    })
  })

  test('gives the tracestate if there is one', () => {
    expect(traceHeaders({ ...trace, state: 'foo=1,bar=2' })).toEqual({
      traceparent: expect.stringMatching(SENT),
      tracestate: 'foo=1,bar=2',
    })
  })

  test.each(['', ' , ', 'foo', 'foo=1\r\nx: y', 5 as unknown as string])(
    'leaves out the state %j, made by hand',
    (state) => {
      expect(Object.keys(traceHeaders({ ...trace, state }))).toEqual(['traceparent'])
    },
  )

  test('refuses a trace made by hand that is wrong', () => {
    expect(() => traceHeaders({ ...trace, traceId: `${TRACE_ID}\r\nx: y` })).toThrow(
      '`traceId` must be',
    )
  })
})
