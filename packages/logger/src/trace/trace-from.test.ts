import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runWithTrace } from './context.ts'
import {
  anyTraceparent,
  hostileValues,
  nearMisses,
  SPAN_ID,
  TRACE_ID,
  TRACEPARENT,
} from './testing.ts'
import { type HeadersLike, traceFrom } from './trace-from.ts'
import { traceHeaders } from './trace-headers.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'

const span = (fields: object = {}) => ({
  traceId: TRACE_ID,
  spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
  parentId: SPAN_ID,
  flags: 1,
  ...fields,
})

/** A trace that begins here. */
function expectNew(trace: ReturnType<typeof traceFrom>): void {
  expect(trace.traceId).not.toBe(TRACE_ID)
  expect(trace).toMatchObject({ parentId: undefined, state: undefined, flags: 3 })
  expect(formatTraceparent(trace)).toHaveLength(55)
}

describe('traceFrom', () => {
  test.each<[string, HeadersLike]>([
    ['Headers', new Headers({ Traceparent: TRACEPARENT, tracestate: 'foo=1,bar=2' })],
    ['Node’s headers', { host: 'x', traceparent: TRACEPARENT, tracestate: 'foo=1,bar=2' }],
    ['distinct headers', { traceparent: [TRACEPARENT], tracestate: ['foo=1', 'bar=2'] }],
    ['names as sent', { TraceParent: TRACEPARENT, TRACESTATE: 'foo=1,bar=2' }],
    [
      'a map',
      new Map([
        ['traceparent', TRACEPARENT],
        ['tracestate', 'foo=1,bar=2'],
      ]),
    ],
    ['a header called get', { get: 'x', traceparent: TRACEPARENT, tracestate: 'foo=1,bar=2' }],
    [
      'no prototype',
      Object.assign(Object.create(null), { traceparent: TRACEPARENT, tracestate: 'foo=1,bar=2' }),
    ],
  ])('goes on with the trace of %s', (_, headers) => {
    const trace = traceFrom(headers)
    expect(trace).toEqual(span({ state: 'foo=1,bar=2' }))
    expect(trace.spanId).not.toBe(SPAN_ID)
    expect(Object.isFrozen(trace)).toBe(true)
  })

  test('combines headers sent more than once in order', () => {
    const headers = new Headers({ traceparent: TRACEPARENT })
    for (const state of ['foo=1,bar=2', '', 'rojo=1']) headers.append('tracestate', state)
    expect(traceFrom(headers).state).toBe('foo=1,bar=2,rojo=1')
  })

  test('keeps the flags of the caller, and the id of the request', () => {
    const headers = { traceparent: `00-${TRACE_ID}-${SPAN_ID}-02` }
    expect(traceFrom(headers, { sampled: true, requestId: 'r1' })).toEqual(
      span({ flags: 2, requestId: 'r1' }),
    )
  })

  test('begins a trace when there is none, as the options say', () => {
    expectNew(traceFrom({}))
    expectNew(traceFrom(new Headers()))
    expect(traceFrom({}, { sampled: false, requestId: 'r1' })).toMatchObject({
      flags: 2,
      requestId: 'r1',
    })
  })

  test.each<[string, HeadersLike]>([
    ['an invalid traceparent', { traceparent: `ff${TRACEPARENT.slice(2)}`, tracestate: 'foo=1' }],
    ['no traceparent', { tracestate: 'foo=1' }],
    ['another name', { 'trace-parent': TRACEPARENT, 'trace.parent': TRACEPARENT }],
    ['a traceparent sent twice', { traceparent: `${TRACEPARENT}, ${TRACEPARENT}` }],
    ['a traceparent sent twice, as a list', { traceparent: [TRACEPARENT, TRACEPARENT] }],
    ['an empty list', { traceparent: [] }],
  ])('begins a trace, and drops the tracestate, for %s', (_, headers) => {
    expectNew(traceFrom(headers))
  })

  test.each([
    ['bad', 'FOO=1'],
    ['with a key twice', 'foo=1,foo=2'],
    ['empty', ''],
    ['of empty members', ' , ,'],
    ['with a line break', 'foo=1\r\nx: y'],
  ])('goes on with the trace when the tracestate is %s, without it', (_, tracestate) => {
    expect(traceFrom({ traceparent: TRACEPARENT, tracestate })).toEqual(span())
  })

  test('cuts a long tracestate by whole entries', () => {
    const tracestate = ['a', 'b', 'c', 'd', 'e'].map((key) => `${key}=${'x'.repeat(120)}`)
    const { state } = traceFrom({ traceparent: TRACEPARENT, tracestate: tracestate.join(', ') })
    expect(state).toBe(tracestate.slice(0, 4).join())
  })

  test('takes up what traceHeaders has put into a job', () => {
    const trace = traceFrom({ traceparent: TRACEPARENT, tracestate: 'foo=1' })
    const job = JSON.parse(JSON.stringify(runWithTrace(trace, () => traceHeaders())))
    expect(traceFrom(job)).toEqual(
      span({ parentId: expect.stringMatching(/^[0-9a-f]{16}$/), state: 'foo=1' }),
    )
  })

  test.each(hostileValues)('does not throw for %s', (_, value) => {
    expectNew(traceFrom(value as HeadersLike))
    expectNew(traceFrom({ traceparent: value } as HeadersLike))
    expectNew(traceFrom({ get: () => value as string }))
    const headers = { traceparent: TRACEPARENT, tracestate: value }
    expect(traceFrom(headers as HeadersLike)).toEqual(span())
  })

  test('does not throw when reading does', () => {
    const get = () => {
      throw new Error('No')
    }
    expectNew(traceFrom({ get }))
  })

  test('gives a valid position for any header', () => {
    const header = fc.oneof(anyTraceparent, nearMisses(anyTraceparent, '0fgF-, '), fc.anything())
    fc.assert(
      fc.property(header, header, (traceparent, tracestate) => {
        const trace = traceFrom({ traceparent, tracestate } as HeadersLike)
        expect(parseTraceparent(formatTraceparent(trace))).toMatchObject({ flags: trace.flags })
        const parent = parseTraceparent(traceparent)
        if (parent)
          expect(trace).toMatchObject({ traceId: parent.traceId, parentId: parent.spanId })
      }),
    )
  })
})
